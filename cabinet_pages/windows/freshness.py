"""«Дані станом на …»: of what day the data of an account are; whoever brings data tells, by hook."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from cabinet_pages.access.queries import Scope

# A function of branches (primary keys) and kinds of data that returns, by branch and kind, the Kyiv day of the data.
DATA_AS_OF_HOOK = "cabinet_data_as_of"

#: What the kinds of data are called.
KIND_WORDS: dict[str, Any] = {
    "invoices": _("invoices"),
    "payments": _("payments"),
    "balances": _("balances"),
}


@dataclass(frozen=True, slots=True)
class DataAsOf:
    """A kind of data and the Kyiv day of which it is."""

    words: str | Promise
    day: date


def data_as_of(scopes: Sequence[Scope], kinds: Collection[str]) -> list[DataAsOf]:
    """Of what day each kind of data of accounts is, in the order of `kinds`.

    Args:
        scopes: the accounts; of several branches the oldest day counts.
        kinds: names of kinds of import («invoices», «payments», «balances»).

    Returns:
        the kinds of which anything is known; a kind that some branch has never sent is left out.
    """
    branches = {scope.account.branch_id for scope in scopes}
    known: dict[tuple[int, str], date] = {}
    for function in hooks.get_hooks(DATA_AS_OF_HOOK):
        known |= function(branches, set(kinds))
    found = []
    for kind in kinds:
        days = [known[branch, kind] for branch in branches if (branch, kind) in known]
        if days and len(days) == len(branches):
            found.append(DataAsOf(KIND_WORDS[kind], min(days)))
    return found
