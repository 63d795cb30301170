"""Finding the account that a payment is for: its number in the purpose, then the payer's only open account."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from django.db.models import Q

from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.payments.models import MatchedBy
from imports.statements.matching import chosen, named_accounts

_CHUNK = 500
_EDRPOU_LENGTH = 8


class Wanted(NamedTuple):
    """A payment whose account is wanted.

    Args:
        purpose: призначення платежу.
        code: of the payer.
        branch_id: only accounts of this branch may be meant; None for any.
    """

    purpose: str
    code: str
    branch_id: int | None


class Found(NamedTuple):
    """An account, and how it was found."""

    number: str
    branch_id: int
    matched_by: str


def find_accounts(wanted: Sequence[Wanted]) -> list[Found | None]:
    """Return the account of each payment, None where nothing tells it beyond doubt; a few queries for all of them."""
    named = [named_accounts(one.purpose) for one in wanted]
    branches = _branches_of_numbers({number for one in named for number in one.all})
    by_code = _accounts_of_codes({code for one in wanted for code in _codes(one.code)})
    found: list[Found | None] = []
    for one, numbers in zip(wanted, named, strict=True):
        known = {number for number in numbers.all if _is_of(branches.get(number), one.branch_id)}
        number = chosen(numbers, known)
        if number:
            found.append(Found(number, branches[number], MatchedBy.NUMBER.value))
        elif number is None:
            found.append(None)
        else:
            found.append(_only_account(one, by_code))
    return found


def _only_account(one: Wanted, by_code: dict[str, list[tuple[str, int]]]) -> Found | None:
    for code in _codes(one.code):
        accounts = [account for account in by_code.get(code, ()) if _is_of(account[1], one.branch_id)]
        if accounts:
            return Found(*accounts[0], MatchedBy.CODE.value) if len(accounts) == 1 else None
    return None


def _codes(code: str) -> tuple[str, ...]:
    """A payer's code; a spreadsheet may have taken the zeros before an ЄДРПОУ away."""
    told = code.strip()
    if not told.strip("0"):
        return ()
    if told.isdigit() and len(told) < _EDRPOU_LENGTH:
        return (told, told.zfill(_EDRPOU_LENGTH))
    return (told,)


def _is_of(branch_id: int | None, wanted: int | None) -> bool:
    return branch_id is not None and wanted in (None, branch_id)


def _branches_of_numbers(numbers: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in _chunks(numbers):
        found.update(Account.objects.filter(number__in=chunk).values_list("number", "branch_id"))
    return found


def _accounts_of_codes(codes: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    is_open = Q(terminated_on__isnull=True) | Q(terminated_on__gt=kyiv_today())
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for chunk in _chunks(codes):
        accounts = Account.objects.filter(is_open, customer__code__in=chunk)
        for code, number, branch_id in accounts.values_list("customer__code", "number", "branch_id").iterator():
            found[code].append((number, branch_id))
    return found


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(sorted(values))
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
