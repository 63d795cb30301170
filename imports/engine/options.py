"""What whoever gives a file may say of it: the period it is complete for, control totals, accepted stops."""

import calendar
import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from imports.engine.registry import installed_stops, resource_class
from imports.values import ValueRefused, parse_date, parse_period

#: First and last Kyiv day, both included.
Span = tuple[datetime.date, datetime.date]

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}|[0-9]{2}\.[0-9]{4}")


class OptionRefused(ValueError):
    """An option that cannot be used.

    Args:
        code: what is wrong; a sentence is made of it and `params` at the edge.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


def parse_span(text: str) -> Span:
    """Return the days of `FROM..TO`; each end is a day or a month, ISO or with dots.

    Raises:
        OptionRefused: `not_a_span`, or `span_reversed`.
    """
    first, dots, last = text.strip().partition("..")
    if not dots:
        raise OptionRefused("not_a_span", value=text)
    try:
        span = (_ends_of(first)[0], _ends_of(last)[1])
    except ValueError as error:
        raise OptionRefused("not_a_span", value=text) from error
    return check_span(*span)


def check_span(first: datetime.date, last: datetime.date) -> Span:
    """Return the days in their order.

    Raises:
        OptionRefused: `span_reversed`.
    """
    if last < first:
        raise OptionRefused("span_reversed")
    return first, last


def check_options(
    kind: str, *, complete: Span | None, expect_amount: Decimal | None, accept: Iterable[str]
) -> tuple[str, ...]:
    """Tell whether the options fit the kind of file; return the codes of stops that may be accepted beforehand.

    Raises:
        OptionRefused: `complete_undated`, `amount_without_money` or `unknown_stop`.
        UnknownKind: no such kind.
    """
    resource = resource_class(kind)
    if complete is not None and not resource.is_dated:
        raise OptionRefused("complete_undated", kind=resource.title or kind)
    if expect_amount is not None and not resource.has_money:
        raise OptionRefused("amount_without_money", kind=resource.title or kind)
    stops = installed_stops()
    codes = tuple(dict.fromkeys(accept))
    for code in codes:
        if code not in stops:
            raise OptionRefused("unknown_stop", value=code, known=list(stops))
    return tuple(code for code in codes if stops[code].may_be_accepted)


def _ends_of(text: str) -> Span:
    text = text.strip()
    if _MONTH.fullmatch(text) and (first := parse_period(text)):
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    day = parse_date(text)
    if day is None:
        raise ValueRefused("not_a_date", text)
    return day, day
