"""Formulas and sentences of the explanation of an invoice, in the reader's language.

Each function returns texts, with a mark where a figure does not follow from the rest.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cabinet_pages.billing.explaining import rules
from cabinet_pages.metering.models import Channel, Zone
from cabinet_pages.metering.submitted import SubmittedRegister
from cabinet_pages.quantities.formatting import MINUS
from cabinet_pages.quantities.money import ZERO
from cabinet_pages.templatetags.cabinet import day, energy, money, period, price, ratio, signed

Words = tuple[str, bool]

ENERGY_UNITS: dict[rules.Energy, str | Promise] = {
    rules.Energy.ACTIVE: gettext_lazy("kWh"),
    rules.Energy.REACTIVE: gettext_lazy("kVAr·h"),
}


def volume_words(facts: rules.LineFacts, volume: rules.Volume | None, unit: str) -> list[Words]:
    """«(1 234,5 − 1 200) × 200 = 6 900 кВт·год», and whatever of it is absent or does not come to the quantity."""
    if not facts.is_measured:
        return [(_("No volume: the sum is not charged by a meter."), False)] if facts.quantity is None else []
    if volume is None:
        absent = [
            words
            for value, words in (
                (facts.previous, _("the previous reading")),
                (facts.current, _("the current reading")),
                (facts.multiplier, _("the multiplier")),
            )
            if value is None
        ]
        if len(absent) == 3:
            return [(_("The invoice gives no readings of this line, only its volume."), False)]
        return [(_("The invoice does not give %(what)s.") % {"what": ", ".join(absent)}, False)]
    current, previous = energy(volume.current), energy(volume.previous)
    difference = f"{current} {MINUS} {previous}"
    if volume.capacity is not None:
        difference = f"{energy(volume.capacity)} {MINUS} {previous} + {current}"
    formula = f"({difference}) × {ratio(volume.multiplier)} = {energy(volume.exact, unit)}"
    if volume.is_rounded:
        formula += " ≈ " + energy(volume.quantity, unit)
    words = [(formula, False)]
    if volume.capacity is not None:
        words.append((_("The register passed its last figure and went on from zero."), False))
    if volume.is_rounded:
        words.append((_("Rounded to a whole number."), False))
    if volume.quantity is None:
        words.append((_("The line states no volume."), False))
    elif volume.is_other:
        sentence = _(
            "The line bills %(billed)s, %(difference)s against its readings. Losses or other parts may be in it; the "
            "invoice does not name them."
        )
        figures = {"billed": energy(volume.quantity, unit), "difference": _signed_energy(volume.difference, unit)}
        words.append((sentence % figures, True))
    return words


def ratio_words(facts: rules.LineFacts, registers: Sequence[SubmittedRegister]) -> list[Words]:
    """Of what ratios the multiplier is made, or that the meter has another one."""
    known = {(one.multiplier, one.current_ratio, one.voltage_ratio) for one in registers if one.multiplier is not None}
    if len(known) != 1 or facts.multiplier is None:
        return []
    multiplier, current, voltage = known.pop()
    if multiplier != facts.multiplier:
        sentence = _("By the data of the meter the multiplier is %(meter)s, not %(line)s.")
        return [(sentence % {"meter": ratio(multiplier), "line": ratio(facts.multiplier)}, True)]
    # Of a direct meter there is nothing to say.
    if current is None or voltage is None or current * voltage != multiplier or multiplier == 1:
        return []
    figures = {"multiplier": ratio(multiplier), "current": ratio(current), "voltage": ratio(voltage)}
    return [
        (
            _("Multiplier %(multiplier)s: current transformers %(current)s × voltage transformers %(voltage)s.")
            % figures,
            False,
        )
    ]


def tax_words(facts: rules.LineFacts, net: rules.NetSum | None, vat: rules.Vat, vat_computed: bool) -> list[Words]:
    """Quantity × tariff, VAT and the sum with VAT, each as far as it is known, with rounding shown."""
    words: list[Words] = []
    if net is None:
        absent = [
            name
            for value, name in ((facts.quantity, _("the quantity")), (facts.tariff, _("the tariff")))
            if value is None
        ]
        sentence = _("Sum without VAT %(net)s; the invoice does not give %(what)s.")
        words.append((sentence % {"net": money(facts.net), "what": ", ".join(absent)}, False))
    else:
        product = f"{energy(net.quantity)} × {price(net.tariff)} = {price(net.exact)}"
        words.append((f"{product} ≈ {money(net.rounded)}" if net.is_rounded else f"{product}\u00a0₴", False))
        if net.difference:
            sentence = _("The line has %(net)s without VAT, %(difference)s against this.")
            words.append(
                (sentence % {"net": money(net.net), "difference": f"{signed(net.difference, 2)}\u00a0₴"}, True)
            )
    words += _vat_words(facts, vat, vat_computed)
    if vat.kind is not rules.VatKind.NONE:
        together = _("With VAT: %(net)s + %(vat)s = %(gross)s")
        words.append(
            (
                together
                % {
                    "net": money(facts.net, "plain"),
                    "vat": money(facts.vat, "plain"),
                    "gross": money(facts.gross),
                },
                False,
            )
        )
    return words


def _vat_words(facts: rules.LineFacts, vat: rules.Vat, vat_computed: bool) -> list[Words]:
    if vat.kind is rules.VatKind.NONE:
        return [(_("Without VAT."), False)]
    if vat_computed or vat.kind is rules.VatKind.OF_GROSS:
        text = f"{_('VAT')}: {money(facts.gross, 'plain')} ÷ 6 ≈ {money(facts.vat)}"
        return [(f"{text} ({_('computed by the cabinet')})" if vat_computed else text, False)]
    sign = "≈" if round_differs(vat) else "="
    text = f"{_('VAT')}: {money(facts.net, 'plain')} × 20 % {sign} {money(vat.vat - vat.difference)}"
    if vat.kind is not rules.VatKind.OTHER:
        return [(text, False)]
    sentence = _("The line has a VAT of %(vat)s, %(difference)s against this.")
    figures = {"vat": money(vat.vat), "difference": f"{signed(vat.difference, 2)}\u00a0₴"}
    return [(text, False), (sentence % figures, True)]


def round_differs(vat: rules.Vat) -> bool:
    """Whether the tax that is shown is a rounded one."""
    return vat.exact != vat.vat - vat.difference


def reading_words(register: SubmittedRegister, unit: str) -> str:
    """«Подано 31.01.2026: 1 234,5; обсяг 6 900 кВт·год; у рахунку»."""
    reading = register.reading
    if reading is None:
        return ""
    name = str(Channel(register.channel).label)
    if register.zone:
        name += f", {Zone(register.zone).label}"
    texts = [
        _("%(register)s, sent for %(day)s: %(value)s")
        % {"register": name, "day": day(reading.read_on), "value": energy(reading.value)}
    ]
    if reading.volume is not None:
        texts.append(_("volume %(volume)s") % {"volume": energy(reading.volume, unit)})
    texts.append(str(reading.state) + (f" ({reading.reason})" if reading.reason else ""))
    return "; ".join(texts)


def sent_words(
    facts: rules.LineFacts, comparison: rules.Comparison, registers: Sequence[SubmittedRegister], unit: str
) -> Words:
    """Whether as much is billed as was sent, or why that is not known."""
    match = comparison.match
    if match is not rules.Match.FOUND:
        return _UNKNOWN[match](facts), False
    difference = comparison.difference
    if comparison.submitted is None or comparison.billed is None or difference is None:
        return _("The volume of one of them is not known, so they cannot be compared."), False
    billed = energy(comparison.billed, unit)
    several = len(comparison.lines)
    subject = _("The line bills")
    if several > 1:
        subject = ngettext(
            "%(count)s line of this article together bills", "%(count)s lines of this article together bill", several
        ) % {"count": several}
    if not difference:
        return f"{subject} {billed}: " + _("as much as was sent."), False
    sentence = f"{subject} {billed}, " + _("%(difference)s against the %(sent)s that were sent.") % {
        "difference": _signed_energy(difference, unit),
        "sent": energy(comparison.submitted, unit),
    }
    accepted = [one.reading.accepted_volume for one in registers if one.reading]
    if accepted and None not in accepted:
        known = sum((volume for volume in accepted if volume is not None), Decimal(0))
        sentence += " " + _("Billing accepted %(volume)s.") % {"volume": energy(known, unit)}
    if any(one.losses for one in registers):
        sentence += " " + _("The branch adds losses at this point.")
    return sentence, True


def sums_words(differences: Sequence[Decimal]) -> str:
    """That the sums of the invoice are those of its lines, or by how much they are not."""
    if not any(differences):
        return _("Each sum of the invoice is the sum of its lines to the kopeck; rounding happens in the lines.")
    names = (_("without VAT"), _("VAT"), _("with VAT"))
    found = [
        f"{name} {signed(amount, 2)}\u00a0₴" for name, amount in zip(names, differences, strict=True) if amount != ZERO
    ]
    return _("The sums of the invoice are not those of its lines: %(differences)s. Please ask your branch.") % {
        "differences": ", ".join(found)
    }


def _signed_energy(amount: Decimal, unit: str) -> str:
    return f"{signed(amount)}\u00a0{unit}".strip()


def _not_measured(facts: rules.LineFacts) -> str:
    return _("Nothing is read for this line.")


def _no_point(facts: rules.LineFacts) -> str:
    return _("The invoice names neither a metering point nor a meter, so no reading can be put beside the line.")


def _unknown_point(facts: rules.LineFacts) -> str:
    return _("The cabinet knows no such point or meter of your account: %(name)s.") % {
        "name": ", ".join(filter(None, [facts.point, facts.meter]))
    }


def _no_period(facts: rules.LineFacts) -> str:
    return _("The invoice does not say for which month the line is.")


def _not_sent(facts: rules.LineFacts) -> str:
    return _("No reading was sent through the cabinet for %(month)s.") % {"month": period(facts.period)}


def _ambiguous(facts: rules.LineFacts) -> str:
    return _("The point has several registers, and the invoice does not say which of them the line is for.")


_UNKNOWN = {
    rules.Match.NOT_MEASURED: _not_measured,
    rules.Match.NO_POINT: _no_point,
    rules.Match.UNKNOWN_POINT: _unknown_point,
    rules.Match.NO_PERIOD: _no_period,
    rules.Match.NOT_SENT: _not_sent,
    rules.Match.AMBIGUOUS: _ambiguous,
}

__all__ = [
    "ENERGY_UNITS",
    "ratio_words",
    "reading_words",
    "sent_words",
    "sums_words",
    "tax_words",
    "volume_words",
]
