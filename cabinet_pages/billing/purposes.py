"""Which invoices and months the purpose of a payment names; no Django.

Payers write «Оплата рах. № ВН-7/26 від 28.02.2026 за розподіл, лютий 2026 р., у т.ч. ПДВ». Numbers are candidates
alone: they mean something only where the account has such an invoice, so a word too many costs nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cabinet_pages.quantities.folding import fold_twins, normalise_dashes

_MONTHS = (
    "січ(?:ень|ня|ні|нем|ню)?",
    "лют(?:ий|ого|ому|им)?",
    "берез(?:ень|ня|ні|нем|ню)",
    "квіт(?:ень|ня|ні|нем|ню)",
    "трав(?:ень|ня|ні|нем|ню)",
    "черв(?:ень|ня|ні|нем|ню)",
    "лип(?:ень|ня|ні|нем|ню)",
    "серп(?:ень|ня|ні|нем|ню)",
    "верес(?:ень|ня|ні|нем|ню)",
    "жовт(?:ень|ня|ні|нем|ню)",
    "листопад(?:а|і|ом|у)?",
    "груд(?:ень|ня|ні|нем|ню)",
)
_MONTH = "(?:" + "|".join(_MONTHS) + r")(?![^\W_])\.?"
_AND = r"\s*(?:,|;|\+|-|та(?![^\W_])|і(?![^\W_])|й(?![^\W_]))\s*"
# A day before the name makes it a date («від 28 лютого 2026»), which names no period.
_NAMED_MONTHS = re.compile(
    rf"(?<!\d)(?<!\d\s)(?<![^\W_])(?P<months>{_MONTH}(?:{_AND}{_MONTH})*)(?:\s*(?P<year>20\d\d)(?!\d))?"
)
_EACH_MONTH = re.compile("|".join(f"(?P<m{number}>{name}(?![^\\W_]))" for number, name in enumerate(_MONTHS, start=1)))
# The number of a contract may look like a month («№ 12/2020»); a date has more dots around.
_WRITTEN_MONTH = re.compile(
    r"(?<![\d./#-])(?<!#\s)(?:(?P<month>0?[1-9]|1[0-2])[./](?P<year>20\d\d)|(?P<iso_year>20\d\d)-(?P<iso_month>0[1-9]|1[0-2]))"
    r"(?!\d|[./-]\d)"
)
_FOR = re.compile(r"(?<![^\W_])за\s*$")

# «особовий рахунок 80-1» is the number of the account.
_INVOICE_WORD = re.compile(
    r"(?P<account>(?:особов\w*|(?<![^\W_])осо?б?\.?|лицьов\w*|банківськ\w*|розрахунков\w*)\s*)?"
    r"(?<![^\W_])рах(?:унк\w*|унок\w*|\.)?(?:[\s-]*фактур\w*|-?ф(?![^\W_])\.?)?(?![^\W\d_])"
)
# A bare sign is an invoice's after nothing, a stop, or a word that tells only that something is paid.
_BARE_SIGN = re.compile(r"(?:^|[,;:(]|(?<![^\W_])(?:за|зг\.?|згідно|оплата|сплата|по|та|і))\s*(?=#)")
_ITEM = re.compile(
    r"(?:\s*(?:#|n|:|=))*\s*(?P<number>(?=[^\s,;]*\d)[^\W_](?:[\w./-]*\w)?)"
    r"(?:\s*(?:від|от)\s*(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}))?"
)
_NEXT = re.compile(_AND)

# A month named without its year is at most so many months before the payment, or the one after it.
_MONTHS_AFTER = 1


@dataclass(frozen=True, slots=True)
class NamedInvoice:
    """A number that a purpose may mean, folded by `folded_number`, and the date written beside it."""

    number: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What a purpose names: candidates for invoices, and first days of months, each once in its order."""

    invoices: tuple[NamedInvoice, ...] = ()
    periods: tuple[date, ...] = ()


def folded_number(number: str) -> str:
    """The form in which two spellings of one invoice number are equal: look-alikes, case, dashes and spaces."""
    return re.sub(r"\s+", "", _folded(number))


def named_in(purpose: str, paid_on: date) -> Named:
    """What a payment's purpose names.

    Args:
        purpose: as the payer wrote it; may be empty.
        paid_on: the payment's Kyiv date, from which a month without a year («за січень») gets one.
    """
    if not purpose:
        return Named()
    text = _folded(purpose)
    return Named(
        invoices=tuple(dict.fromkeys(_invoices_in(text))),
        periods=tuple(dict.fromkeys(month for _, month in sorted(_months_in(text, paid_on)))),
    )


def _folded(text: str) -> str:
    return fold_twins(normalise_dashes(text.replace("№", "#")))


def _invoices_in(text: str) -> Iterator[NamedInvoice]:
    starts = [match.end() for match in _INVOICE_WORD.finditer(text) if match["account"] is None]
    starts += [match.end() for match in _BARE_SIGN.finditer(text)]
    for start in starts:
        place: int | None = start
        while place is not None:
            item = _ITEM.match(text, place)
            if item is None:
                break
            yield NamedInvoice(
                number=item["number"], issued_on=_day(item["year"], item["month"], item["day"]) if item["day"] else None
            )
            following = _NEXT.match(text, item.end())
            place = following.end() if following else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        # «від 30.02.2026»: the number may still be right.
        return None


def _months_in(text: str, paid_on: date) -> Iterator[tuple[int, date]]:
    for match in _WRITTEN_MONTH.finditer(text):
        year, month = match["year"] or match["iso_year"], match["month"] or match["iso_month"]
        yield match.start(), date(int(year), int(month), 1)
    for match in _NAMED_MONTHS.finditer(text):
        numbers = [int((found.lastgroup or "")[1:]) for found in _EACH_MONTH.finditer(match["months"])]
        if match["year"]:
            year = int(match["year"])
            # «грудень-січень 2026»: the year is the last month's.
            years = [year - (number > numbers[-1]) for number in numbers]
        elif _FOR.search(text, 0, match.start()):
            years = [_year_of(number, paid_on) for number in numbers]
        else:
            continue
        for offset, (number, year) in enumerate(zip(numbers, years, strict=True)):
            yield match.start() + offset, date(year, number, 1)


def _year_of(month: int, paid_on: date) -> int:
    latest = paid_on.year * 12 + paid_on.month - 1 + _MONTHS_AFTER
    return (latest - (month - 1)) // 12


__all__ = ["Named", "NamedInvoice", "folded_number", "named_in"]
