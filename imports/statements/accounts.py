"""Our accounts in banks, as the settings list them: `WAGTAIL_CABINET_IMPORTS["BANK_ACCOUNTS"]`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from imports.conf import import_settings
from imports.formats.statement_table import account_of

_KEYS = frozenset({"article", "branch", "purposes"})


@dataclass(frozen=True)
class BankAccount:
    """One of our bank accounts.

    Args:
        number: IBAN, or an old number, without spaces.
        article: the name of the article that is paid to it; '' where only purposes tell.
        branch: the code of the branch whose customers pay to it; '' for any.
        purposes: pattern of a purpose → name of the article, in the order in which they are tried.
    """

    number: str
    article: str = ""
    branch: str = ""
    purposes: tuple[tuple[re.Pattern[str], str], ...] = ()

    def article_for(self, purpose: str) -> str:
        """The name of the article of a payment; '' where neither its purpose nor the account tells.

        The account's article is what is usually paid to it; a pattern that fits the purpose knows better.
        """
        for pattern, article in self.purposes:
            if pattern.search(purpose):
                return article
        return self.article


def bank_accounts() -> Mapping[str, BankAccount]:
    """Our accounts by number.

    Raises:
        ImproperlyConfigured: the setting is not of its form, or a pattern is none.
    """
    return {account.number: account for account in map(_account, dict(import_settings.BANK_ACCOUNTS).items())}


def _account(item: tuple[str, Any]) -> BankAccount:
    number, told = item
    if not isinstance(told, Mapping) or not told.keys() <= _KEYS:
        raise ImproperlyConfigured(f"BANK_ACCOUNTS[{number!r}] may have the keys {', '.join(sorted(_KEYS))}.")
    try:
        purposes = tuple(
            (re.compile(pattern, re.IGNORECASE), str(article)) for pattern, article in told.get("purposes", ())
        )
    except (re.error, TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"BANK_ACCOUNTS[{number!r}]: purposes must be pairs of pattern and article."
        ) from error
    return BankAccount(account_of(number), str(told.get("article", "")), str(told.get("branch", "")), purposes)
