"""Reads of the account list."""

from typing import Any

from django.db.models import Q, QuerySet

from cabinet_pages.access.models import Access, AccessRequest, RequestState
from cabinet_pages.access.queries import accesses_for
from cabinet_pages.quantities.folding import fold_search
from cabinet_pages.quantities.identifiers import normalise_account_number


def found_accesses(user: Any, words: str) -> "QuerySet[Access]":
    """A person's live access rows whose account, customer or address has every word, in any letter case.

    Args:
        user: who looks.
        words: what was typed; empty finds all.
    """
    accesses = accesses_for(user)
    for word in fold_search(words).split():
        accesses = accesses.filter(
            Q(account__search_text__contains=word)
            | Q(account__customer__search_text__contains=word)
            | Q(account__number__contains=normalise_account_number(word))
        )
    return accesses


def open_requests(user: Any) -> int:
    """How many of a person's requests wait for a branch or for the activation code."""
    return AccessRequest.objects.filter(
        user_id=user.pk, state__in=(RequestState.SUBMITTED, RequestState.CONFIRMED)
    ).count()
