"""What the plain rows of a chunk refer to: accounts and articles by the texts of their columns, each looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from cabinet_pages.articles.services import ArticleRef
from imports.columns import Chunk
from imports.resources.base import AccountRef, ImportColumn, KindResource
from imports.resources.rows import exact
from imports.values import ValueRefused, WholeParser, runs, whole_parser

# A column of names or documents never repeats, so its cache is emptied now and then.
_CACHED_VALUES = 50_000
_NO_ACCOUNT = AccountRef(0, "", 0)


@dataclass
class Found:
    """What rows refer to; None where a row has to be looked at by itself.

    Args:
        accounts, articles: by row; no articles for a kind without them.
        strangers: places of rows that name another branch than their account's or the file's.
    """

    accounts: list[AccountRef | None]
    articles: list[ArticleRef | None]
    strangers: set[int]

    def keep(self, stays: Sequence[bool]) -> None:
        """Forget the other rows."""
        self.accounts = list(compress(self.accounts, stays))
        self.articles = list(compress(self.articles, stays))


class References:
    """Looks up the accounts, branches and articles of chunks; see `KindResource.prepare`.

    Args:
        resource: the kind.
        names: the columns that the file has.
    """

    def __init__(self, resource: KindResource, names: frozenset[str]) -> None:
        self.resource = resource
        self._names = names
        # By whether the cells were numbers in a spreadsheet.
        self._accounts: dict[bool, dict[str, AccountRef]] = {False: {}, True: {}}
        self._articles: dict[str, ArticleRef] = {}

    def read(self, chunk: Chunk) -> Found:
        """What the plain rows of a chunk refer to."""
        accounts = self._read_accounts(chunk)
        strangers = self._read_branches(chunk, accounts) if self.resource.branch_column in self._names else set()
        articles = self._read_articles(chunk) if self.resource.article_column else []
        return Found(accounts, articles, strangers)

    def _read_accounts(self, chunk: Chunk) -> list[AccountRef | None]:
        name = self.resource.account_column
        if not name:
            return [_NO_ACCOUNT] * len(chunk.numbers)
        column, texts = self.resource.fields[name], chunk.columns[name]
        numeric = column.numeric and name in chunk.numeric
        known = self._accounts[numeric]
        if missing := set(texts) - known.keys():
            numbers = {text: number for text in missing if (number := parsed(column, text, numeric=numeric))}
            self.resource.load_accounts(numbers.values())
            branch = self.resource.context.branch
            for text, number in numbers.items():
                account = self.resource.context.accounts[number]
                if account is not None and (branch is None or account.branch_id == branch.pk):
                    known[text] = account
        return list(map(known.get, texts))

    def _read_branches(self, chunk: Chunk, accounts: Sequence[AccountRef | None]) -> set[int]:
        name = self.resource.branch_column
        column, texts = self.resource.fields[name], chunk.columns[name]
        known = {text: parsed(column, text) for text in set(texts)}
        codes = {text: self.resource.branch_of(told) if told else None for text, told in known.items()}
        of_file = self.resource.context.branch
        return {
            place
            for place, (text, account) in enumerate(zip(texts, accounts, strict=True))
            if known[text] != ""
            and (
                (branch := codes[text]) is None
                or (of_file is not None and branch.pk != of_file.pk)
                or (account is not None and account is not _NO_ACCOUNT and branch.pk != account.branch_id)
            )
        }

    def _read_articles(self, chunk: Chunk) -> list[ArticleRef | None]:
        name = self.resource.article_column
        column, texts = self.resource.fields[name], chunk.columns[name]
        known = self._articles
        if len(known) > _CACHED_VALUES:
            known.clear()
        context = self.resource.context
        for text in set(texts) - known.keys():
            if told := parsed(column, text):
                article = context.articles.find(told)
                # A new one is told at its first row, which is looked at by itself.
                if article.pk is not None or article.key in context.new_articles:
                    known[text] = article
        return list(map(known.get, texts))


class ExactColumn:
    """Reads one column of chunks as exact text; None for a cell that has to be looked at by itself."""

    def __init__(self, name: str, column: ImportColumn, *, required: bool) -> None:
        self.name = name
        self.column = column
        self.required = required
        self._whole = whole_parser(column.parse)
        self._known: dict[bool, dict[str, str]] = {False: {}, True: {}}

    def read(self, chunk: Chunk) -> list[str | None]:
        """The cells of the plain rows."""
        texts = chunk.columns[self.name]
        numeric = self.column.numeric and self.name in chunk.numeric
        if self._whole is not None and not numeric:
            return self._read_whole(self._whole, texts)
        known = self._known[numeric]
        if len(known) > _CACHED_VALUES:
            known.clear()
        for text in set(texts) - known.keys():
            value = self._exact(text, numeric=numeric)
            if value is not None:
                known[text] = value
        return list(map(known.get, texts))

    def _read_whole(self, whole: WholeParser, texts: Sequence[str]) -> list[str | None]:
        found: list[str | None] = []
        for run in runs(texts):
            found += whole(run) or [self._exact(text) for text in run]
        if self.required and "" in found:
            return [text or None for text in found]
        return found

    def _exact(self, text: str, *, numeric: bool = False) -> str | None:
        value = parsed(self.column, text, numeric=numeric)
        return None if value is None or (self.required and not value) else value


def parsed(column: ImportColumn, text: str, *, numeric: bool = False) -> str | None:
    """The exact text of a cell, '' for an empty one; None where it cannot be read."""
    try:
        value: Any = column.parse(text, numeric=numeric) if column.numeric else column.parse(text)
    except ValueRefused:
        return None
    return exact(value)
