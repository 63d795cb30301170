"""What rows of all kinds refer to: branches, accounts and articles, looked up for a chunk of rows at a time."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import ClassVar

from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.articles.services import ArticleRef
from cabinet_pages.quantities.folding import fold_name
from imports.formats import LimitExceeded
from imports.resources.rows import AccountRef, ImportContext, Row

#: A dictionary has dozens of articles; whoever names thousands of new ones has put something else into the column.
MOST_NEW_ARTICLES = 1_000


class Referring:
    """The part of a kind that resolves references; see `imports.resources.base.KindResource`."""

    account_column: ClassVar[str]
    branch_column: ClassVar[str]
    article_column: ClassVar[str]

    @property
    def context(self) -> ImportContext:
        """The batch at work."""
        raise NotImplementedError

    def resolve_branches(self, rows: Sequence[Row]) -> None:
        """Read «Структурна одиниця», by code or name; a row that names another branch than the file's is rejected."""
        for row in rows:
            named = row.cells.get(self.branch_column)
            if not named:
                row.branch = self.context.branch
                continue
            row.branch = self.branch_of(named)
            if row.branch is None:
                row.reject("unknown_branch", self.branch_column, value=named)
            elif self.context.branch is not None and row.branch.pk != self.context.branch.pk:
                row.reject("other_branch", self.branch_column, value=named, branch=self.context.branch.code)

    def branch_of(self, named: str) -> Branch | None:
        """The branch of a code or name; None where there is none."""
        return self._branch_names.get(fold_name(named))

    def resolve_accounts(self, rows: Sequence[Row]) -> None:
        """Find the accounts by number; a foreign and an absent one get the same sentence."""
        known = self.context.accounts
        column = self.account_column
        self.load_accounts(number for row in rows if (number := row.cells.get(column)))
        branch = self.context.branch
        for row in rows:
            number = row.cells.get(column)
            if not number:
                continue
            account = known[number]
            if account is None or (branch is not None and account.branch_id != branch.pk):
                if branch is None:
                    row.reject("account_unknown", column, account=number)
                else:
                    row.reject("account_not_in_branch", column, account=number, branch=branch.code)
                continue
            row.account = account
            if row.branch is not None and row.branch.pk != account.branch_id:
                row.reject("account_not_in_branch", column, account=number, branch=row.branch.code)

    def load_accounts(self, numbers: Iterable[str]) -> None:
        """Look up numbers of accounts that were not met before; the context's `accounts` has them then."""
        known = self.context.accounts
        wanted = {number for number in numbers if number not in known}
        if wanted:
            known.update(dict.fromkeys(wanted))
            for pk, number, branch_id in Account.objects.filter(number__in=wanted).values_list(
                "pk", "number", "branch_id"
            ):
                known[number] = AccountRef(pk, number, branch_id)

    def resolve_articles(self, rows: Sequence[Row]) -> None:
        """Replace the article's name by an `ArticleRef`; one that the dictionary lacks is noted once, at its row.

        Raises:
            LimitExceeded: `too_many_articles`: the column holds something else, as names or numbers.
        """
        articles = self.context.articles
        column = self.article_column
        for row in rows:
            name = row.cells.get(column)
            if not name or isinstance(name, ArticleRef):
                continue
            ref = self._article_cache.get(name)
            if ref is None:
                ref = self._article_cache[name] = articles.find(name)
            row.cells[column] = ref
            if ref.pk is None and ref.key not in self.context.new_articles:
                self.context.new_articles[ref.key] = ref.name
                if len(self.context.new_articles) > MOST_NEW_ARTICLES:
                    raise LimitExceeded("too_many_articles", limit=MOST_NEW_ARTICLES, row=row.number)
                row.warn("unknown_article", column, article=ref.name)

    @cached_property
    def _article_cache(self) -> dict[str, ArticleRef]:
        return {}

    @cached_property
    def _branch_names(self) -> dict[str, Branch]:
        by_name = {fold_name(branch.name): branch for branch in self.context.branches.values()}
        return by_name | {fold_name(branch.code): branch for branch in self.context.branches.values()}

    @cached_property
    def _no_values(self) -> frozenset[str]:
        return frozenset({self.account_column, self.branch_column})
