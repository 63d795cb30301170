"""Search of staff lists: an account's number from its start, a name in any letter case."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Model, Q, QuerySet
from wagtail_modeladmin.helpers.search import BaseSearchHandler

from cabinet_pages.quantities.folding import fold_search, normalise_dashes

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAX_LENGTH = 200


class AccountSearchHandler(BaseSearchHandler):  # type: ignore[misc]
    """Finds rows by words; every word must be found in one of the search fields.

    A search field is a lookup as in `account__number__startswith`. Databases do not agree on the letter case of
    Cyrillic, so a lookup on a `search_text` column is asked for the folded word, any other for the word as typed, in
    lower and upper case and with a capital.
    """

    def search_queryset(
        self,
        queryset: "QuerySet[Any]",
        search_term: str,
        own: "Mapping[str, QuerySet[Any]] | None" = None,
        **kwargs: Any,
    ) -> "QuerySet[Any]":
        """The rows of the queryset in which every word of the term is found.

        Args:
            own: by the name of a relation, the related rows that the employee may see; the others are not searched,
                or a hit would tell of them.
        """
        if not self.search_fields:
            return queryset
        for word in _CONTROL.sub(" ", search_term)[:MAX_LENGTH].split():
            queryset = queryset.filter(self._found(queryset.model, word, own or {}))
        return queryset

    def _found(self, model: type[Model], word: str, own: "Mapping[str, QuerySet[Any]]") -> Q:
        typed, folded = normalise_dashes(word), fold_search(word)
        spellings = {typed, typed.lower(), typed.upper(), typed.capitalize()}
        found = Q(pk__in=[])
        for lookup in self.search_fields:
            # A word of quotation marks alone folds to nothing and would be found everywhere.
            wanted = ({folded} - {""}) if "search_text" in lookup else spellings
            relation, _separator, rest = lookup.partition("__")
            matches = Q(pk__in=[])
            for spelling in wanted:
                matches |= Q(**{rest if relation in own else lookup: spelling})
            if relation in own:
                back = model._meta.get_field(relation).remote_field.name  # type: ignore[union-attr]
                matches = Q(pk__in=own[relation].filter(matches).order_by().values(back))
            elif lookup_spawns_duplicates(model._meta, lookup):
                matches = Q(pk__in=model._default_manager.filter(matches).order_by().values("pk"))
            found |= matches
        return found

    @property
    def show_search_form(self) -> bool:
        return bool(self.search_fields)


#: Search by the account of a row: its number from the start, the name of its customer.
ACCOUNT_SEARCH = ("account__number__startswith", "account__customer__search_text__contains")
