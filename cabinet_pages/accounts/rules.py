"""Pure rules of accounts and customers; no Django."""

import calendar
from datetime import date

from cabinet_pages.quantities.folding import fold_name


def customer_key(*, erp_code: str, code: str, name: str, account_number: str) -> str:
    """The key under which accounts share one customer.

    The ERP's code of the customer decides where it is given, else the identification code with the folded name,
    else the customer belongs to its account alone: neither name nor code identifies anybody by itself.
    """
    if erp_code:
        return f"erp:{erp_code}"
    if code:
        return f"code:{code}|{fold_name(name)}"[:300]
    return f"account:{account_number}"


def is_new_owner(*, old_code: str, old_erp_code: str, old_name: str, code: str, erp_code: str, name: str) -> bool:
    """Whether an account has passed to another customer («зміна споживача»), and is not merely renamed.

    A code that differs where both are given tells so; a code that agrees tells the contrary, whatever the name.
    Where no code can be compared, because one was added or taken away, another name tells so.
    """
    pairs = [(old, new) for old, new in ((old_code, code), (old_erp_code, erp_code)) if old and new]
    if pairs:
        return any(old != new for old, new in pairs)
    return any((old_code, old_erp_code, code, erp_code)) and fold_name(old_name) != fold_name(name)


def months_before(day: date, months: int) -> date:
    """The same day a number of months earlier; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
