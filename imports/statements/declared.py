"""What a statement says of its own sums. No Django."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from imports.values import ValueRefused, parse_date, parse_money


def credited(totals: object, accounts: Collection[str]) -> Decimal | None:
    """Return how much came to the accounts as the file declares it («ВсегоПоступило»), or None where it does not.

    Args:
        totals: what a format has gathered: mappings with `account`, `first_day`, `last_day`, `credited`.
        accounts: our accounts to which the rows of the file are credited. Every one of them must be told of, and no
            day of it twice, or the sum says nothing about the rows.
    """
    if not isinstance(totals, Iterable):
        return None
    told = [one for one in totals if isinstance(one, Mapping)]
    if not told or not set(accounts) <= {one.get("account") for one in told}:
        return None
    total = Decimal("0.00")
    seen: dict[str, list[tuple[date, date]]] = {}
    for one in told:
        try:
            amount = parse_money(str(one.get("credited", "")))
            first, last = parse_date(str(one.get("first_day", ""))), parse_date(str(one.get("last_day", "")))
        except ValueRefused:
            return None
        if amount is None:
            return None
        days = (first or date.min, last or date.max)
        others = seen.setdefault(str(one.get("account")), [])
        if any(days[0] <= other[1] and other[0] <= days[1] for other in others):
            return None
        others.append(days)
        total += amount
    return total
