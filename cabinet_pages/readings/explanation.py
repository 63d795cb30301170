"""How the volumes of a point and of an account come about, in words and figures of the reader's language.

The rules give exact parts with codes; here they become the terms that a table lists one under another and that a line
writes with plus and minus: «6 900 + 120 + 173 = 7 193 кВт·год».
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cabinet_pages.metering.models import Zone
from cabinet_pages.quantities.formatting import MINUS, format_energy
from cabinet_pages.readings import rules
from cabinet_pages.readings.messages import unit_of

# What a point does in the account's volume, by the code of `rules.AccountTerm`.
REASONS: dict[str, str | Promise] = {
    "added": _("added"),
    "subtracted": _("subtracted as a subconsumer"),
    "technical": _("technical point, never counts"),
    "unknown": _("no reading yet"),
    "remote_unknown": _("read by remote metering (АСКОЕ), no value yet"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a sum.

    Args:
        label: what it is.
        volume: whole kWh (kVAr·h), with the sign it is added with; None for a part that is not known or does not count.
        formula: how it came about; empty where the label tells it.
    """

    label: str
    volume: Decimal | None
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A volume with the parts it is made of.

    Args:
        total: whole kWh (kVAr·h).
        unit: of all volumes.
        is_complete: whether every part is known.
    """

    terms: tuple[Term, ...]
    total: Decimal
    unit: str
    is_complete: bool = True

    @property
    def formula(self) -> str:
        """The parts with plus and minus and what they come to: «10 000 − 2 000 + 150 = 8 150 кВт·год»."""
        language = get_language() or "uk"
        total = f"{format_energy(self.total, language=language)}\u00a0{self.unit}"
        known = [one.volume for one in self.terms if one.volume is not None]
        return f"{_signed(known, language)} = {total}" if known else total


def explain_channel(volume: rules.ChannelVolume) -> Explanation:
    """A point's volume of one channel: its zones, meters taken away inside the period, and losses."""
    language, unit = get_language() or "uk", unit_of(volume.channel)
    terms = [Term(_zone_label(zone), whole) for zone, whole in volume.zones]
    terms += [
        Term(gettext("removed meter"), part.volume, part.formula(language=language))
        for part in volume.removed
        if not part.is_total
    ]
    if volume.losses is not None:
        terms.append(_losses(volume.losses, unit, language))
    return Explanation(tuple(terms), volume.total, unit, volume.is_complete)


def explain_account(volume: rules.AccountChannel, names: Mapping[int, str]) -> Explanation:
    """The account's volume of one channel, point by point: which is added, which subtracted, which not and why.

    Args:
        volume: of the rules.
        names: of the points, by id.
    """
    terms: list[Term] = []
    for one in volume.terms:
        reason = str(REASONS[one.code])
        if one.sign and not one.is_complete:
            reason += "; " + gettext("not all registers are read yet")
        name = names.get(one.point, "")
        terms.append(Term(f"{name}: {reason}", one.sign * one.volume if one.sign else None))
        if one.sign and one.losses:
            terms.append(Term(f"{name}: {gettext('losses')}", one.sign * one.losses))
    return Explanation(tuple(terms), volume.total, unit_of(volume.channel), volume.is_complete)


def summarise_account(volume: rules.AccountChannel) -> Explanation:
    """The account's volume of one channel in three parts: Σ розрахункові − Σ субспоживачі + втрати."""
    terms = [Term(gettext("settlement points"), volume.settled)]
    if any(one.sign < 0 for one in volume.terms):
        terms.append(Term(gettext("subconsumers"), -volume.subconsumed))
    if any(one.losses for one in volume.terms):
        terms.append(Term(gettext("losses"), volume.losses))
    return Explanation(tuple(terms), volume.total, unit_of(volume.channel), volume.is_complete)


def _zone_label(zone: int) -> str:
    return str(Zone(zone).label)


def _losses(losses: rules.Losses, unit: str, language: str) -> Term:
    if not losses.is_percent:
        return Term(gettext("losses, as the branch gives them"), losses.volume)
    figures = {
        "percent": format_energy(losses.delivered, language=language),
        "base": format_energy(losses.base, language=language),
        "unit": unit,
    }
    return Term(gettext("losses %(percent)s %% of %(base)s %(unit)s") % figures, losses.volume)


def _signed(parts: Iterable[Decimal], language: str) -> str:
    text = ""
    for part in parts:
        figure = format_energy(abs(part), language=language)
        if text:
            text += f" {MINUS} {figure}" if part < 0 else f" + {figure}"
        else:
            text = f"{MINUS}{figure}" if part < 0 else figure
    return text
