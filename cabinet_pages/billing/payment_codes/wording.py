"""What a payment says in words: its purpose, and a text with all requisites to copy into a bank's program.

Both are Ukrainian whoever reads them, for a bank of the country carries them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from cabinet_pages.billing.payment_codes.payload import PaymentOrder, one_line

MONTHS: Final = (
    "січень", "лютий", "березень", "квітень", "травень", "червень",
    "липень", "серпень", "вересень", "жовтень", "листопад", "грудень",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PurposeFacts:
    """What the purpose of a payment names.

    Args:
        account: the number of the account.
        number, issued_on: of the invoice; a Kyiv date.
        articles: names of the articles that are paid.
        period: the first day of the settlement month, where the invoice has one.
        vat: the VAT within the payment, UAH.
    """

    account: str
    number: str
    issued_on: date
    articles: Sequence[str]
    period: date | None
    vat: Decimal


def payment_purpose(facts: PurposeFacts, *, room: int) -> str:
    """The purpose of a payment; names of articles give way where there is not room for all.

    Args:
        facts: what it names.
        room: characters that it may have at most; a purpose without articles that is longer still is not cut,
            for half a number of an account would be another account.
    """
    head = f"о/р {one_line(facts.account)}, рахунок № {one_line(facts.number)} від {facts.issued_on:%d.%m.%Y}"
    period = f"за {MONTHS[facts.period.month - 1]} {facts.period.year}" if facts.period else ""
    vat = f"у т.ч. ПДВ {plain_amount(facts.vat)} грн" if facts.vat else "без ПДВ"
    tail = [part for part in (period, vat) if part]
    left = room - len(", ".join([head, *tail])) - len(", ")
    return ", ".join(part for part in (head, _named([one_line(name) for name in facts.articles], left), *tail) if part)


def payment_text(order: PaymentOrder, *, bank: str = "") -> str:
    """All requisites of a payment on one line, to be copied."""
    parts = [
        f"Отримувач: {one_line(order.recipient)}",
        f"Код отримувача: {order.recipient_code}",
        f"IBAN: {order.iban}",
        f"Банк: {one_line(bank)}" if bank else "",
        f"Сума: {plain_amount(order.amount)} грн",
        f"Призначення платежу: {one_line(order.purpose)}",
    ]
    return "; ".join(part for part in parts if part)


def plain_amount(amount: Decimal) -> str:
    """UAH with a decimal comma and no spaces, as banks' programs take it: «1234,50»."""
    return f"{amount:.2f}".replace(".", ",")


def _named(articles: Sequence[str], room: int) -> str:
    """As many names as there is room for, with «та ін.» for the rest; '' where not even one has room."""
    for count in range(len(articles), 0, -1):
        text = ", ".join(articles[:count]) + (" та ін." if count < len(articles) else "")
        if len(text) <= room:
            return text
    # A shorter word than this says nothing.
    return f"{articles[0][: room - 1].rstrip()}…" if articles and room >= 12 else ""
