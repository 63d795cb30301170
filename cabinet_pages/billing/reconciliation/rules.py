"""The arithmetic of an act of reconciliation; pure, no Django.

Source of the form: the acts that Ukrainian accountants sign («Сальдо на початок», Дебет | Кредит of both sides,
обороти, «сальдо на кінець … на користь …»). Amounts are UAH with VAT; + is the consumer's debt, − an overpayment.

The branch's monthly balances hold. A month begins with its stated opening and ends with its stated closing; where the
documents that the cabinet knows say otherwise, the difference is a line of its own, «не рознесено / уточнюється», so
opening + debit − credit = closing to the kopeck in any period.
"""

import enum
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cabinet_pages.billing.rules import StatedBalance, month_gaps, months_between, next_month, stated_balance
from cabinet_pages.quantities.money import ZERO, total

Violation = tuple[str, Mapping[str, object]]


class LineKind(enum.StrEnum):
    """What a line of the act is, in the order of the lines of one day."""

    #: The month's opening balance is not the closing one of the month before.
    OPENING_GAP = "opening-gap"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CORRECTION = "correction"
    #: Нараховано is not the sum of the invoices.
    CHARGED_GAP = "charged-gap"
    #: Оплачено is not the sum of the payments.
    PAID_GAP = "paid-gap"
    #: The month's closing balance does not follow from its movements.
    CLOSING_GAP = "closing-gap"


_ORDER = {kind: place for place, kind in enumerate(LineKind)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the act, seen from the utility's side; the consumer's side is its mirror.

    Args:
        key: finds the line again in every act of the account, whatever its period.
        kind: what it is.
        day: the Kyiv date under which it is accounted, within `month`.
        month: first day of the month whose balance it belongs to.
        article_id: primary key of the article; None where the line is of the whole account.
        article: its name; '' likewise.
        debit: what the consumer owes more, UAH with VAT; negative where a charge is taken back.
        credit: what the consumer owes less; negative where money was returned.
        vat: the VAT within the sum, where it is known.
        number: of the document.
        dated: the document's own date.
        variety: the kind of invoice or payment.
    """

    key: str
    kind: LineKind
    day: date
    month: date
    article_id: int | None = None
    article: str = ""
    debit: Decimal | None = None
    credit: Decimal | None = None
    vat: Decimal | None = None
    number: str = ""
    dated: date | None = None
    variety: str = ""

    @property
    def net(self) -> Decimal:
        """By how much the line changes the consumer's debt, UAH."""
        return (self.debit or ZERO) - (self.credit or ZERO)

    @property
    def is_unclear(self) -> bool:
        """Whether the line is a difference that is being clarified."""
        return self.kind.value.endswith("-gap")


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A month's balance as the branch gives it, of an article or (None) of the whole account, UAH."""

    month: date
    article_id: int | None
    article: str
    opening: Decimal
    charged: Decimal | None
    paid: Decimal | None
    corrected: Decimal | None
    closing: Decimal


@dataclass(frozen=True, slots=True)
class Act:
    """An act of reconciliation from day to day, both included; sums in UAH with VAT."""

    first: date
    last: date
    opening: Decimal
    lines: tuple[Line, ...]

    @property
    def debit(self) -> Decimal:
        """The turnover on the utility's debit side."""
        return total(line.debit for line in self.lines if line.debit is not None)

    @property
    def credit(self) -> Decimal:
        """The turnover on the utility's credit side."""
        return total(line.credit for line in self.lines if line.credit is not None)

    @property
    def vat(self) -> Decimal:
        """The VAT within the charges."""
        return total(line.vat for line in self.lines if line.vat is not None)

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the last day."""
        return self.opening + self.debit - self.credit

    @property
    def stated_opening(self) -> StatedBalance | None:
        """The opening balance as debt or overpayment."""
        return stated_balance(self.opening)

    @property
    def stated_closing(self) -> StatedBalance | None:
        """The closing balance as debt or overpayment."""
        return stated_balance(self.closing)

    @property
    def is_unclear(self) -> bool:
        """Whether any line is a difference that is being clarified."""
        return any(line.is_unclear for line in self.lines)


def accounted_day(dated: date, month: date) -> date:
    """The day under which a document is accounted: its own date, moved into the month that it belongs to.

    An invoice for October is often dated in November, while October's balance already holds it.
    """
    return min(max(dated, month), next_month(month) - timedelta(days=1))


def period_refusal(first: date, last: date, *, today: date, data_from: date | None) -> Violation | None:
    """Why no act can be made; None where it can.

    Args:
        first, last: the days asked for.
        today: the Kyiv date.
        data_from: the first day of which the cabinet knows a balance of the account; None where it knows none.

    Returns:
        a pair of code and parameters: `turned` (the end lies before the beginning), `future` (the end is not over
        yet), `no_balances`, `before_data` (the period ends before the first known day).
    """
    if last < first:
        return "turned", {}
    if last > today:
        return "future", {"day": today}
    if data_from is None:
        return "no_balances", {}
    if last < data_from:
        return "before_data", {"day": data_from}
    return None


def reconcile(first: date, last: date, stated: Sequence[StatedRow], documents: Iterable[Line]) -> Act:
    """Make the act.

    Args:
        first, last: its days; `first` is not before the first stated month.
        stated: balances of the months from one at or before that of `first` to that of `last`; a month may be absent.
        documents: invoices and payments of all these months. Those that are accounted before `first` enter the
            opening balance alone.
    """
    rows_of: dict[date, list[StatedRow]] = defaultdict(list)
    for row in stated:
        rows_of[row.month].append(row)
    documents_of: dict[date, list[Line]] = defaultdict(list)
    for document in documents:
        documents_of[document.month].append(document)
    anchor = min(rows_of)
    opening = running = total(row.opening for row in rows_of[anchor])
    lines: list[Line] = []
    for month in months_between(anchor, last):
        found = _month_lines(month, running, rows_of.get(month, []), documents_of[month])
        running += total(line.net for line in found)
        lines += found
    lines.sort(key=lambda line: (line.day, _ORDER[line.kind], line.dated or line.day, line.number, line.key))
    return Act(
        first=first,
        last=last,
        opening=opening + total(line.net for line in lines if line.day < first),
        lines=tuple(line for line in lines if first <= line.day <= last),
    )


def _month_lines(month: date, running: Decimal, rows: Sequence[StatedRow], documents: Sequence[Line]) -> list[Line]:
    """The documents of a month, and what its stated balances say beside them."""
    lines = list(documents)
    if not rows:
        return lines
    end = next_month(month) - timedelta(days=1)
    jump = total(row.opening for row in rows) - running
    if jump:
        lines.append(_balancing(LineKind.OPENING_GAP, month, month, jump))
    lines += [
        _balancing(LineKind.CORRECTION, month, end, row.corrected, row.article_id, row.article)
        for row in rows
        if row.corrected
    ]
    for kind, figure in ((LineKind.CHARGED_GAP, _charged), (LineKind.PAID_GAP, _paid)):
        lines += _gap_lines(kind, month, end, rows, documents, figure)
    closing_gap = total(row.closing for row in rows) - running - total(line.net for line in lines)
    if closing_gap:
        lines.append(_balancing(LineKind.CLOSING_GAP, month, end, closing_gap))
    return lines


def _gap_lines(
    kind: LineKind,
    month: date,
    end: date,
    rows: Sequence[StatedRow],
    documents: Sequence[Line],
    figure: Callable[[StatedRow], Decimal | None],
) -> list[Line]:
    """By how much documents miss Нараховано or Оплачено: by article where the branch gives balances so."""
    names = {row.article_id: row.article for row in rows}
    for line in documents:
        names.setdefault(line.article_id, line.article)
    gaps = month_gaps(
        {row.article_id: figure(row) for row in rows},
        (
            (line.article_id, amount)
            for line in documents
            if (amount := line.debit if kind is LineKind.CHARGED_GAP else line.credit) is not None
        ),
    )
    return [
        Line(
            key=_key(kind, month, article_id),
            kind=kind,
            day=end,
            month=month,
            article_id=article_id,
            article=names[article_id],
            debit=gap if kind is LineKind.CHARGED_GAP else None,
            credit=gap if kind is LineKind.PAID_GAP else None,
        )
        for article_id, gap in gaps.items()
    ]


def _charged(row: StatedRow) -> Decimal | None:
    return row.charged


def _paid(row: StatedRow) -> Decimal | None:
    return row.paid


def _balancing(
    kind: LineKind, month: date, day: date, amount: Decimal, article_id: int | None = None, article: str = ""
) -> Line:
    """A line of no document: what raises the debt stands on the debit side, what lowers it on the credit side."""
    return Line(
        key=_key(kind, month, article_id),
        kind=kind,
        day=day,
        month=month,
        article_id=article_id,
        article=article,
        debit=amount if amount > 0 else None,
        credit=-amount if amount < 0 else None,
    )


def _key(kind: LineKind, month: date, article_id: int | None) -> str:
    return f"{kind.value}:{month:%Y-%m}:{'' if article_id is None else article_id}"
