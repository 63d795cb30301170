"""The table that every format of bank statements makes: one row per document, the same columns whatever the bank.

The headings are our own, so a bank that no format knows can be served by a spreadsheet with these headings as well.
No Django.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

#: `Reading.layout` of this table.
LAYOUT = "statement"
#: «Напрям»: what the document does to our account.
CREDIT, DEBIT = "кредит", "дебет"
#: «Напрям» of a document that the bank has not booked (yet): it is counted and nothing else.
NOT_BOOKED = "не проведено"
UAH = "UAH"

_CURRENCIES = {"": UAH, "980": UAH, "ГРН": UAH, "₴": UAH, "840": "USD", "978": "EUR", "826": "GBP", "985": "PLN"}
_SPACES = re.compile(r"[\s\u200b\ufeff]+")


class StatementRow(NamedTuple):
    """One document of a statement, as text.

    Args:
        own: our account in the bank, IBAN or old number, without spaces; '' where the file does not tell.
        direction: `CREDIT` (money came), `DEBIT`, `NOT_BOOKED`, or '' where the document does not tell.
        bank_id: the bank's own id of the document, unique for the account; '' where there is none.
        number: number of the payment document, which payers repeat.
        day: when it was booked, as the file writes dates.
        amount: in the currency of the account; not negative.
        currency: three letters.
        payer, payer_code, payer_account: the other side.
        purpose: призначення платежу.
        problem: code of what is wrong with the row as a whole; '' when nothing is.
    """

    own: str = ""
    direction: str = ""
    bank_id: str = ""
    number: str = ""
    day: str = ""
    amount: str = ""
    currency: str = UAH
    payer: str = ""
    payer_code: str = ""
    payer_account: str = ""
    purpose: str = ""
    problem: str = ""


#: Field of `StatementRow` → heading.
HEADINGS: Mapping[str, str] = {
    "own": "Наш рахунок",
    "direction": "Напрям",
    "bank_id": "Ід документа банку",
    "number": "№ документа",
    "day": "Дата",
    "amount": "Сума",
    "currency": "Валюта",
    "payer": "Контрагент",
    "payer_code": "Код контрагента",
    "payer_account": "Рахунок контрагента",
    "purpose": "Призначення платежу",
    "problem": "Зауваження",
}


def account_of(text: str) -> str:
    """Return a bank account as it is compared: no spaces, capitals."""
    return _SPACES.sub("", text).upper()


def currency_of(text: str) -> str:
    """Return a currency by its letters or its number of ISO 4217; nothing at all means hryvnias."""
    told = _SPACES.sub("", text).upper().rstrip(".")
    return _CURRENCIES.get(told, told)


def hryvnias(kopecks: str) -> str:
    """Return an amount given in kopecks as hryvnias; what is not a whole number stays unreadable for a parser."""
    told = _SPACES.sub("", kopecks)
    if not told:
        return ""
    try:
        number = Decimal(told)
    except InvalidOperation:
        return f"{told} коп."
    if not number.is_finite() or number != number.to_integral_value():
        return f"{told} коп."
    return f"{number.scaleb(-2):.2f}"


def without_minus(amount: str) -> tuple[bool, str]:
    """Return whether an amount is negative, and the amount without its sign."""
    told = amount.strip()
    bare = told.lstrip("-−–").lstrip()
    return (True, bare) if bare != told else (False, told)
