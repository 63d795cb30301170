"""The turnover sheet: balances by article and month beside the documents of the month; pure, no Django.

Source: `opening + charged − paid + corrected = closing` in every row, the opening balance is the closing one of the
month before, and Нараховано and Оплачено are the sums of the month's invoices and payments. Whatever does not hold is
shown: to the customer as «уточнюється», to the branch as a figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from cabinet_pages.billing.rules import Age, StatedBalance, balance_gap, debt_age, month_gaps, month_of, stated_balance
from cabinet_pages.quantities.money import ZERO, total

#: Sums of documents, UAH, by month and article.
Documents = Mapping[tuple[date, int | None], Decimal]


@dataclass(frozen=True, slots=True)
class ArticleName:
    """An article as it is shown; penalty, yearly interest and inflation, which carry no VAT, are shown apart."""

    pk: int | None = None
    name: str = ""
    order: int = 0
    is_apart: bool = False


#: Balances of the whole account.
WHOLE = ArticleName()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A month of an article, or of the whole account, UAH; None where the branch has not given a figure.

    Args:
        month: its first day.
        article: whose balance it is.
        opening, charged, paid, corrected, closing: as the branch gave them; all None where only documents are known.
        jump: by how much the opening balance misses the closing one of the month before; nothing without that month.
        gap: by how much the closing balance misses what the row comes to.
        charged_gap: Нараховано without the invoices of the month; nothing where Нараховано is not known.
        paid_gap: Оплачено without the payments of the month, likewise.
    """

    month: date
    article: ArticleName
    opening: Decimal | None = None
    charged: Decimal | None = None
    paid: Decimal | None = None
    corrected: Decimal | None = None
    closing: Decimal | None = None
    jump: Decimal = ZERO
    gap: Decimal = ZERO
    charged_gap: Decimal = ZERO
    paid_gap: Decimal = ZERO

    @property
    def stated_opening(self) -> StatedBalance | None:
        """The opening balance as debt or overpayment."""
        return stated_balance(self.opening)

    @property
    def stated_closing(self) -> StatedBalance | None:
        """The closing balance as debt or overpayment."""
        return stated_balance(self.closing)

    @property
    def has_difference(self) -> bool:
        """Whether documents and balances differ: the line «не рознесено / уточнюється»."""
        return bool(self.charged_gap or self.paid_gap)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a period by month and article, and by how much documents and balances differ in it, UAH."""

    rows: list[SheetRow]

    @property
    def charged_gap(self) -> Decimal:
        """Нараховано of the period without its invoices."""
        return total(row.charged_gap for row in self.rows)

    @property
    def paid_gap(self) -> Decimal:
        """Оплачено of the period without its payments."""
        return total(row.paid_gap for row in self.rows)

    @property
    def has_difference(self) -> bool:
        """Whether any row has one, for differences of two months may make up for each other."""
        return any(row.has_difference for row in self.rows)

    @property
    def is_broken(self) -> bool:
        """Whether any balance does not follow from another."""
        return any(row.jump or row.gap for row in self.rows)

    def of(self, months: Iterable[date]) -> "Sheet":
        """The rows of some of the months."""
        wanted = set(months)
        return Sheet([row for row in self.rows if row.month in wanted])


def turnover(
    stated: Iterable[SheetRow], charged: Documents, paid: Documents, articles: Mapping[int, ArticleName], first: date
) -> Sheet:
    """Compare balances with each other and with documents.

    Args:
        stated: balances as the branch gave them, with nothing compared yet; of the months of the sheet and, for the
            first opening balance, of the one before.
        charged: sums of valid invoices by month and article.
        paid: sums of payments likewise.
        articles: names of the articles of the documents.
        first: the first month of the sheet.
    """
    months: dict[date, dict[int | None, SheetRow]] = defaultdict(dict)
    for row in stated:
        months[row.month][row.article.pk] = row
    invoiced, received = _by_month(charged), _by_month(paid)
    rows = [
        row
        for month in sorted(months)
        if month >= first
        for row in _month(
            months[month],
            months.get(month_of(month - timedelta(days=1)), {}),
            invoiced.get(month, {}),
            received.get(month, {}),
            articles,
        )
    ]
    return Sheet(rows)


def _by_month(documents: Documents) -> dict[date, dict[int | None, Decimal]]:
    found: dict[date, dict[int | None, Decimal]] = defaultdict(dict)
    for (month, article), amount in documents.items():
        found[month][article] = amount
    return found


def _month(
    rows: Mapping[int | None, SheetRow],
    before: Mapping[int | None, SheetRow],
    invoiced: Mapping[int | None, Decimal],
    received: Mapping[int | None, Decimal],
    articles: Mapping[int, ArticleName],
) -> list[SheetRow]:
    month = next(iter(rows.values())).month
    charged_gaps = month_gaps({pk: row.charged for pk, row in rows.items()}, invoiced.items())
    paid_gaps = month_gaps({pk: row.paid for pk, row in rows.items()}, received.items())
    same_kind = (WHOLE.pk in rows) == (WHOLE.pk in before)
    earlier = before if same_kind else {}
    found = [_compared(row, earlier) for row in rows.values()]
    # An article that was owed, or has documents, and that the month's balances leave out, is as good as a zero.
    missing = {pk for pk, row in earlier.items() if row.closing} | charged_gaps.keys() | paid_gaps.keys()
    for pk in missing - rows.keys() if WHOLE.pk not in rows else ():
        if pk is not None:
            article = before[pk].article if pk in before else articles[pk]
            found.append(_compared(SheetRow(month, article), earlier))
    found = [
        replace(
            row,
            charged_gap=charged_gaps.get(row.article.pk, ZERO),
            paid_gap=paid_gaps.get(row.article.pk, ZERO),
        )
        for row in found
    ]
    return sorted(found, key=lambda row: (row.article.is_apart, row.article.order, row.article.name))


def _compared(row: SheetRow, before: Mapping[int | None, SheetRow]) -> SheetRow:
    pk, opening = row.article.pk, row.opening or ZERO
    earlier = before[pk].closing or ZERO if pk in before else ZERO
    return replace(
        row,
        jump=opening - earlier if before else ZERO,
        gap=ZERO
        if row.closing is None
        else balance_gap(
            opening=opening, charged=row.charged, paid=row.paid, corrected=row.corrected, closing=row.closing
        ),
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """A debt of an article, UAH, and the Kyiv day by which it was to be paid."""

    article: int | None
    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What is unpaid of an article, UAH, by the age of the debt; the whole's where the article is `WHOLE`."""

    article: ArticleName
    amounts: Mapping[Age, Decimal]

    @property
    def total(self) -> Decimal:
        """All that is unpaid."""
        return total(self.amounts.values())

    @property
    def by_age(self) -> list[Decimal]:
        """The amounts in the order of the ages."""
        return [self.amounts.get(age, ZERO) for age in Age]


def ageing(debts: Iterable[Owed], articles: Mapping[int, ArticleName], today: date) -> list[AgeingRow]:
    """Unpaid debts by article and age, in the order of the articles; nothing for an article that owes nothing.

    Args:
        debts: unpaid remainders, UAH.
        articles: names of the articles.
        today: the Kyiv date.
    """
    amounts: dict[int | None, dict[Age, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for debt in debts:
        if debt.amount:
            amounts[debt.article][debt_age(debt.due_on, today)] += debt.amount
    rows = [
        AgeingRow(WHOLE if article is None else articles[article], dict(found)) for article, found in amounts.items()
    ]
    return sorted(rows, key=lambda row: (row.article.is_apart, row.article.order, row.article.name))


def ageing_total(rows: Iterable[AgeingRow]) -> AgeingRow:
    """All rows added up by age."""
    rows = list(rows)
    return AgeingRow(WHOLE, {age: total(row.amounts.get(age, ZERO) for row in rows) for age in Age})


__all__ = [
    "WHOLE",
    "AgeingRow",
    "ArticleName",
    "Documents",
    "Owed",
    "Sheet",
    "SheetRow",
    "ageing",
    "ageing_total",
    "turnover",
]
