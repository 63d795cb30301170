"""Pure rules of invoices and balances; no Django.

Sources: VAT of 20 % is contained in a price, so it is one sixth of the sum (ПКУ, art. 193); penalty, 3 % a year and
inflation carry none (ЦКУ, art. 625). Balances: plus is the consumer's debt, minus an overpayment.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from num2words import num2words

from cabinet_pages.quantities.money import ZERO, round_money, total, vat_included


class AmountsRefused(ValueError):
    """Sums of a line that cannot all be right.

    Args:
        code: `vat_sum` when the sum without VAT and the VAT do not add up to the sum with VAT.
        params: `net`, `vat`, `gross` in UAH.
    """

    def __init__(self, code: str, **params: Decimal) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """Sums of an invoice line in UAH; `vat_computed` marks a tax that the file did not give."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    vat_computed: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of an invoice in UAH."""

    net: Decimal
    vat: Decimal
    gross: Decimal


class Side(enum.StrEnum):
    """Whose debt a balance is."""

    DEBT = "debt"
    CREDIT = "credit"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """A balance as it is shown: an amount in UAH without a sign, and whose debt it is."""

    amount: Decimal
    side: Side


def line_vat(gross: Decimal, net: Decimal | None, vat: Decimal | None, carries_vat: bool) -> Decimal:
    """The VAT of a line; see `line_amounts`."""
    return line_amounts(gross=gross, net=net, vat=vat, carries_vat=carries_vat).vat


def line_amounts(*, gross: Decimal, net: Decimal | None, vat: Decimal | None, carries_vat: bool) -> LineAmounts:
    """Complete the sums of an invoice line.

    Args:
        gross: the sum with VAT, UAH; negative for a correction downwards.
        net: the sum without VAT as the file gives it, or None.
        vat: the VAT as the file gives it, or None.
        carries_vat: whether the line's article is taxed; it decides only where the file gives neither.

    Returns:
        what the file gives; of two missing sums, VAT is a sixth of the gross half-up, or nothing without the tax;
        a single missing sum is the difference of the other two.

    Raises:
        AmountsRefused: net and VAT do not add up to the gross sum to the kopeck.
    """
    if net is not None and vat is not None:
        if net + vat != gross:
            raise AmountsRefused("vat_sum", net=net, vat=vat, gross=gross)
        return LineAmounts(net=net, vat=vat, gross=gross, vat_computed=False)
    if vat is not None:
        return LineAmounts(net=gross - vat, vat=vat, gross=gross, vat_computed=False)
    if net is not None:
        return LineAmounts(net=net, vat=gross - net, gross=gross, vat_computed=False)
    tax = vat_included(gross) if carries_vat else ZERO
    return LineAmounts(net=gross - tax, vat=tax, gross=gross, vat_computed=True)


def invoice_sums(lines: Iterable[LineAmounts]) -> Sums:
    """The sums of an invoice: each is the sum of its lines, so rounding happens once, in the lines."""
    lines = list(lines)
    return Sums(
        net=total(line.net for line in lines),
        vat=total(line.vat for line in lines),
        gross=total(line.gross for line in lines),
    )


def amount_in_words(amount: Decimal) -> str:
    """UAH in Ukrainian words with kopecks in digits: «Дві гривні 00 копійок».

    Args:
        amount: hryvnias, negative too; two decimal places.
    """
    # An int, or a Decimal without places, would be read as kopecks.
    words: str = num2words(round_money(amount), lang="uk", to="currency", currency="UAH", cents=False, separator="")
    words = words.replace("'", "’")
    return words[:1].upper() + words[1:]


def stated_balance(amount: Decimal | None) -> StatedBalance | None:
    """Read the sign of a balance in UAH: plus is the consumer's debt, minus an overpayment; None stays unknown."""
    if amount is None:
        return None
    side = Side.SETTLED if amount == 0 else Side.DEBT if amount > 0 else Side.CREDIT
    return StatedBalance(amount=abs(amount), side=side)


def balance_gap(
    *,
    opening: Decimal,
    charged: Decimal | None,
    paid: Decimal | None,
    corrected: Decimal | None,
    closing: Decimal,
) -> Decimal:
    """By how much a balance misses closing = opening + charged − paid + corrected, UAH.

    A movement that the file does not have counts as nothing; with none of the three there is nothing to compare.
    """
    if charged is None and paid is None and corrected is None:
        return ZERO
    return closing - (opening + (charged or ZERO) - (paid or ZERO) + (corrected or ZERO))


def month_gaps(
    stated: Mapping[int | None, Decimal | None], documents: Iterable[tuple[int | None, Decimal]]
) -> dict[int | None, Decimal]:
    """By how much a month's Нараховано (or Оплачено) differs from its invoices (payments): «не рознесено».

    Args:
        stated: the branch's figure in UAH by article, under None that of the whole account; a figure of None is not
            given, and is compared with nothing.
        documents: articles and sums of the month's documents, UAH.

    Returns:
        the stated figure without the documents, UAH, wherever the two differ: by article where the branch gives
        balances so, else under None. Documents of an article that the balances leave out differ from zero; where the
        branch gives no figure at all, nothing differs.
    """
    gaps = {article: amount for article, amount in stated.items() if amount is not None}
    if not gaps:
        return {}
    not_given = stated.keys() - gaps.keys()
    by_article = any(article is not None for article in stated)
    for article, amount in documents:
        key = article if by_article else None
        if key not in not_given:
            gaps[key] = gaps.get(key, ZERO) - amount
    return {article: gap for article, gap in gaps.items() if gap}


def month_of(day: date) -> date:
    """The first day of a date's month, by which months are stored."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from `first` to `last`, both included; none where `last` is earlier."""
    months = []
    month, end = month_of(first), month_of(last)
    while month <= end:
        months.append(month)
        month = next_month(month)
    return months


class PaymentStatus(enum.StrEnum):
    """How far an invoice is paid, as the cabinet computes it."""

    PAID = "paid"
    PARTLY = "partly"
    UNPAID = "unpaid"
    OVERDUE = "overdue"
    ANNULLED = "annulled"


def payment_status(*, paid: Decimal, unpaid: Decimal, due_on: date | None, today: date) -> PaymentStatus:
    """How far a valid invoice is paid.

    Args:
        paid: what is paid of what it asks for, UAH.
        unpaid: what is left, UAH; an invoice that asks for nothing has nothing left and is paid.
        due_on: the last Kyiv day for it; without one nothing is ever overdue.
        today: the Kyiv date.
    """
    if not unpaid:
        return PaymentStatus.PAID
    if due_on is not None and due_on < today:
        return PaymentStatus.OVERDUE
    return PaymentStatus.PARTLY if paid else PaymentStatus.UNPAID


class Age(enum.StrEnum):
    """For how long a debt has been due."""

    NOT_DUE = "not_due"
    UP_TO_30 = "up_to_30"
    UP_TO_60 = "up_to_60"
    UP_TO_90 = "up_to_90"
    OVER_90 = "over_90"


def debt_age(due_on: date, today: date) -> Age:
    """The age of a debt: whole days since its last Kyiv day for paying; on that day itself it is not due yet."""
    days = (today - due_on).days
    for limit, age in ((0, Age.NOT_DUE), (30, Age.UP_TO_30), (60, Age.UP_TO_60), (90, Age.UP_TO_90)):
        if days <= limit:
            return age
    return Age.OVER_90
