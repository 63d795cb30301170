"""Each line of an invoice in figures and words: how it was computed, and what the customer had sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.explaining import rules
from cabinet_pages.billing.explaining.wording import (
    ENERGY_UNITS,
    ratio_words,
    reading_words,
    sent_words,
    sums_words,
    tax_words,
    volume_words,
)
from cabinet_pages.billing.models import Invoice, InvoiceLine
from cabinet_pages.metering.models import Channel
from cabinet_pages.metering.submitted import SubmittedRegister, submitted_registers
from cabinet_pages.quantities.folding import fold_twins
from cabinet_pages.templatetags.cabinet import period as month_words

# Units with all but their letters taken away, look-alikes folded.
_UNITS = {
    fold_twins(unit): energy
    for energy, units in (
        (rules.Energy.ACTIVE, ("квтгод", "квтг", "квтч", "kwh")),
        (rules.Energy.REACTIVE, ("кваргод", "кварг", "кварч", "kvarh")),
    )
    for unit in units
}
_CONSUMED = (Channel.ACTIVE_CONSUMED, Channel.REACTIVE_CONSUMED)


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or a sentence; `is_other` marks what does not follow from the rest."""

    text: str
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """A line with how its figures come about.

    Args:
        line: itself.
        volume: its readings, ratio and volume.
        sums: the sum without VAT and the VAT.
        sent: what the customer had sent of the same registers.
        notes: what else is to be known of the line.
        point: primary key of the metering point whose readings are behind it; None where it is not known.
    """

    line: InvoiceLine
    volume: list[Said]
    sums: list[Said]
    sent: list[Said]
    notes: list[str] = field(default_factory=list)
    point: int | None = None

    @property
    def differs(self) -> bool:
        """Whether anything of it does not follow from the rest."""
        return any(said.is_other for said in (*self.volume, *self.sums, *self.sent))


@dataclass(frozen=True, slots=True)
class InvoiceExplanation:
    """All lines, and the sentence that the invoice's sums are those of its lines, or by how much they are not."""

    lines: list[LineExplanation]
    sums: Said

    @property
    def differing(self) -> int:
        """How many lines have something that does not follow from the rest."""
        return sum(line.differs for line in self.lines)


def explain(scope: Scope, invoice: Invoice, lines: Sequence[InvoiceLine]) -> InvoiceExplanation:
    """How an invoice comes about; one query where a line names a point or a meter, else none.

    Args:
        scope: in which the invoice was opened.
        invoice: itself.
        lines: of it, with their articles.
    """
    facts = [line_facts(invoice, line) for line in lines]
    measured = [one for one in facts if one.is_measured]
    registers = submitted_registers(
        scope,
        {one.point for one in measured if one.point},
        # The number of a meter is enough only where no point is named.
        {one.meter for one in measured if one.meter and not one.point},
        {one.period for one in measured if one.period},
    )
    reads = [_read(key, register) for key, register in enumerate(registers)]
    compared = rules.compare(facts, reads)
    explained = [
        _line(invoice, line, one, compared[one.position], registers) for line, one in zip(lines, facts, strict=True)
    ]
    differences = rules.sums_differ(facts, net=invoice.net, vat=invoice.vat, gross=invoice.gross)
    return InvoiceExplanation(explained, Said(sums_words(differences), any(differences)))


def line_facts(invoice: Invoice, line: InvoiceLine) -> rules.LineFacts:
    """A line as the rules take it; the invoice's period stands in for an absent one."""
    unit = re.sub(r"[\W\d_]+", "", fold_twins(line.unit))
    energy = _UNITS.get(unit)
    has_readings = line.previous_value is not None or line.current_value is not None
    return rules.LineFacts(
        position=line.position,
        article=line.article_id,
        point=line.point_code,
        meter=line.meter_serial,
        energy=energy,
        is_measured=energy is not None or (not unit and (has_readings or bool(line.point_code))),
        period=line.period or invoice.period,
        previous=line.previous_value,
        current=line.current_value,
        multiplier=line.multiplier,
        quantity=line.quantity,
        tariff=line.tariff,
        net=line.net,
        vat=line.vat,
        gross=line.gross,
    )


def _read(key: int, register: SubmittedRegister) -> rules.Read:
    reading = register.reading
    reactive = register.channel in (Channel.REACTIVE_CONSUMED, Channel.REACTIVE_DELIVERED)
    values = () if reading is None else (reading.value, reading.accepted_value)
    return rules.Read(
        key=key,
        point=register.point_code,
        meter=register.meter_serial,
        energy=rules.Energy.REACTIVE if reactive else rules.Energy.ACTIVE,
        is_consumed=register.channel in _CONSUMED,
        period=reading.period if reading else None,
        values=tuple(value for value in values if value is not None),
        previous=reading.previous if reading else None,
        volume=reading.volume if reading else None,
    )


def _line(
    invoice: Invoice,
    line: InvoiceLine,
    facts: rules.LineFacts,
    comparison: rules.Comparison,
    registers: Sequence[SubmittedRegister],
) -> LineExplanation:
    behind = [registers[key] for key in comparison.reads]
    only = behind[0] if comparison.match is rules.Match.FOUND and len(behind) == 1 else None
    volume = rules.volume_of(facts, digits=only.digits if only else None)
    unit = line.unit or (str(ENERGY_UNITS[facts.energy]) if facts.energy else "")
    sent = [Said(reading_words(register, unit)) for register in behind if comparison.match is rules.Match.FOUND]
    words, is_other = sent_words(facts, comparison, behind, unit)
    if words:
        sent.append(Said(words, is_other))
    return LineExplanation(
        line=line,
        volume=[
            *(Said(*said) for said in volume_words(facts, volume, unit)),
            *(Said(*said) for said in ratio_words(facts, behind)),
        ],
        sums=[Said(*said) for said in tax_words(facts, rules.net_of(facts), rules.vat_of(facts), line.vat_computed)],
        sent=sent,
        notes=_notes(invoice, line, facts.period),
        point=next((register.point for register in behind), None),
    )


def _notes(invoice: Invoice, line: InvoiceLine, period: date | None) -> list[str]:
    notes = []
    if line.gross < Decimal(0):
        notes.append(_("A negative line: it lowers the invoice."))
    if line.period and invoice.period and line.period != invoice.period:
        notes.append(_("Charged anew for %(month)s.") % {"month": month_words(period)})
    if invoice.corrects_number and line.gross < Decimal(0):
        notes.append(_("It corrects invoice № %(number)s.") % {"number": invoice.corrects_number})
    return notes


__all__ = ["InvoiceExplanation", "LineExplanation", "Said", "explain", "line_facts"]
