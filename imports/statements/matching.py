"""Whose account a payment names in its purpose. No Django."""

import re
from collections.abc import Collection
from typing import NamedTuple

from cabinet_pages.quantities.folding import collapse_spaces, fold_twins, normalise_dashes

_NUMBER = r"[0-9]{1,6}(?:[-/][0-9]{1,12})*"
# «о/р 80-1», «ос. рах. № 80-1», «особовий рахунок: 80-1», «л/с 80-1»; look-alikes are folded before.
_ACCOUNT_WORDS = (
    r"(?:(?<![^\W_])(?:о\s?/\s?р|о\.\s?р|л\s?/\s?с|л\s?/\s?р)\.?|"
    r"(?<![^\W_])ор(?=\s*[#:0-9])|"
    r"особов\w*\s+рах\w*\.?|(?<![^\W_])ос(?:об)?\.?\s?рах\w*\.?|лиц\w*\.?\s+сч\w*\.?|лицьов\w*\s+рах\w*\.?)"
)
_CONTRACT_WORDS = r"(?<![^\W_])(?:договор[уі]?|договір|дог|угод[аи])\b\.?"
_SIGN = r"(?:\s*(?:#|n|ном\w*\.?|:|-|=))*\s*"
_NAMED = re.compile(rf"{_ACCOUNT_WORDS}{_SIGN}(?P<number>{_NUMBER})(?![0-9])")
_CONTRACT = re.compile(rf"{_CONTRACT_WORDS}{_SIGN}(?P<number>{_NUMBER})(?![0-9])")
# A date or a phone number has more dashes, or dots, around it.
_BARE = re.compile(r"(?<![0-9A-Za-zА-Яа-яІіЇїЄєҐґ./-])(?P<number>[0-9]{2}-[0-9]{1,12})(?![0-9/-]|\.[0-9])")


class Named(NamedTuple):
    """Account numbers that a purpose may mean.

    Args:
        accounts: those that it calls so («о/р 80-1»).
        others: those of a contract, and bare ones of the shape NN-digits; they mean something only where such
            an account exists.
    """

    accounts: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.accounts + self.others


def named_accounts(purpose: str) -> Named:
    """Return the account numbers that a purpose may mean, each once, in its order."""
    text = collapse_spaces(fold_twins(normalise_dashes(purpose.replace("№", "#"))))
    accounts = dict.fromkeys(match["number"] for match in _NAMED.finditer(text))
    others = dict.fromkeys(
        match["number"]
        for pattern in (_CONTRACT, _BARE)
        for match in pattern.finditer(text)
        if match["number"] not in accounts
    )
    return Named(tuple(accounts), tuple(others))


def chosen(named: Named, known: Collection[str]) -> str | None:
    """Return the one known account that a purpose means; '' where it means none, None where nobody can tell.

    Several known accounts in one purpose are no answer; neither is an account that the payer calls so and that does
    not exist: then the payer's code must not decide against the payer's words.

    Args:
        named: from `named_accounts`.
        known: the existing accounts among them.
    """
    for numbers in (named.accounts, named.others):
        found = [number for number in numbers if number in known]
        if len(found) == 1:
            return found[0]
        if found or (numbers and numbers is named.accounts):
            return None
    return ""
