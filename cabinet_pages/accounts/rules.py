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


def months_before(day: date, months: int) -> date:
    """The same day a number of months earlier; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
