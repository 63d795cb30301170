"""Plain rows as sets: columns of a chunk → cleaned, compared with what is stored, and staged, without a row of its own.

For kinds that work in sets (`KindResource.works_in_sets`). Any row about which something is odd, or has to be told,
goes the way of single rows; so does in the end whatever shares its key with another row or differs from what is
stored: those are compared in the order of their keys.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import compress
from typing import TYPE_CHECKING, Any, cast

from cabinet_pages.articles.services import ArticleRef
from cabinet_pages.quantities.money import ZERO
from imports.columns import Chunk
from imports.engine.comparing import Comparison
from imports.engine.opening import OpenBatch
from imports.engine.references import ExactColumn, References
from imports.engine.stage import stage_block
from imports.models import RowStatus
from imports.resources.base import AccountRef, Block
from imports.values import MONEY_DECIMALS, hundredths

if TYPE_CHECKING:
    from imports.engine.checking import Tally
_HASHES_AT_A_TIME = 100_000
_NEW, _UNCHANGED = RowStatus.NEW.value, RowStatus.UNCHANGED.value


def works_in_sets(opened: OpenBatch) -> bool:
    """Whether the plain rows of a file may be taken as sets; a complete file is looked at row by row."""
    return (
        opened.resource.works_in_sets and opened.table.mapper is not None and opened.resource.context.complete is None
    )


@dataclass
class Money:
    """Sums of plain rows, in kopecks; by the article's name, and by the branch's id in a file of all branches."""

    amount: int = 0
    by_article: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_branch: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add_to(self, tally: "Tally") -> None:
        """Move the sums to those of the whole file."""
        tally.amount += _uah(self.amount)
        self.amount = 0
        pairs: tuple[tuple[dict[Any, int], dict[Any, Decimal]], ...] = (
            (self.by_article, tally.by_article),
            (self.by_branch, tally.by_branch),
        )
        for sums, totals in pairs:
            for name, kopecks in sums.items():
                totals[name] = totals.get(name, ZERO) + _uah(kopecks)
            sums.clear()


class EqualKeys:
    """Tells whether any two rows of a file may share their key, at eight bytes a row.

    Keys are told by their hashes, so that once in a long while there are none where it says that there may be.
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, owners: Iterable[int], keys: Iterable[str]) -> None:
        """Take rows into account."""
        self._hashes.extend(map(hash, zip(owners, keys, strict=True)))

    def may_be(self) -> bool:
        """Whether two may be equal; the hashes are looked at part by part, for a set takes ten times their room."""
        parts = len(self._hashes) // _HASHES_AT_A_TIME + 1
        for part in range(parts):
            some = self._hashes if parts == 1 else [number for number in self._hashes if number % parts == part]
            if len(set(some)) < len(some):
                return True
        return False


class PlainRows:
    """Takes the plain rows of chunks, one chunk after another.

    Args:
        opened: the batch at work, of a kind that works in sets.
    """

    def __init__(self, opened: OpenBatch) -> None:
        self.batch = opened.batch
        self.resource = opened.resource
        names = frozenset(name for name in opened.table.heading.names if name)
        special = {self.resource.account_column, self.resource.branch_column, self.resource.article_column}
        self._columns = [
            ExactColumn(name, column, required=column.required or name in self.resource.key_columns)
            for name, column in self.resource.fields.items()
            if name in names and name not in special
        ]
        self._references = References(self.resource, names)
        #: What was settled: a row is new, or the same as what is stored.
        self.settled = Comparison()
        self.money = Money()
        self.keys = EqualKeys()

    def take(self, chunk: Chunk) -> int:
        """Clean, compare and stage the plain rows, and return how many; odd ones become the chunk's odd rows."""
        if not chunk.columns:
            return 0
        block = self._block(chunk)
        if not len(block):
            return 0
        cleaned = self.resource.clean(block)
        self.keys.add(block.owners, cleaned.keys)
        statuses: list[str] = [_NEW] * len(block)
        ids: list[int | None] = [None] * len(block)
        walked = []
        unchanged = 0
        for place, pk, same in self.resource.match(block):
            if same:
                statuses[place] = _UNCHANGED
                ids[place] = pk
                unchanged += 1
            else:
                walked.append(place)
        self._weigh(block, statuses, unchanged)
        stage_block(self.batch, block, cleaned, statuses, ids, walked)
        self.settled.statuses[_UNCHANGED] += unchanged
        self.settled.statuses[_NEW] += len(block) - unchanged - len(walked)
        self.settled.objects += len(block) - len(walked)
        return len(block)

    def _block(self, chunk: Chunk) -> Block:
        """The rows about which nothing is odd."""
        found = self._references.read(chunk)
        texts = {column.name: column.read(chunk) for column in self._columns}
        odd = set(found.strangers)
        read: list[Sequence[object]] = [found.accounts, found.articles, *texts.values()]
        for column in read:
            if None in column:
                odd.update(place for place, value in enumerate(column) if value is None)
        if odd:
            stays = [place not in odd for place in range(len(found.accounts))]
            chunk.take_out(odd)
            texts = {name: list(compress(column, stays)) for name, column in texts.items()}
            found.keep(stays)
        # Nothing of what stays is None.
        exact_texts = cast(dict[str, list[str]], texts)
        accounts = cast(list[AccountRef], found.accounts)
        articles = cast(list[ArticleRef], found.articles)
        if self.resource.article_column:
            exact_texts[self.resource.article_column] = [article.key for article in articles]
        if self.resource.has_money and accounts:
            self._add(accounts, articles, hundredths(exact_texts[self.resource.amount_value]))
        return Block(
            chunk.numbers, [account.pk for account in accounts], [account.number for account in accounts], exact_texts
        )

    def _add(self, accounts: Sequence[AccountRef], articles: Sequence[ArticleRef], kopecks: Sequence[int]) -> None:
        money = self.money
        money.amount += sum(kopecks)
        for article, number in zip(articles, kopecks, strict=bool(articles)):
            money.by_article[article.name] += number
        if self.resource.context.branch is None:
            for account, number in zip(accounts, kopecks, strict=True):
                money.by_branch[account.branch_id] += number

    def _weigh(self, block: Block, statuses: Sequence[str], unchanged: int) -> None:
        """Count the stored sums, which stay as they are."""
        if unchanged and self.resource.has_money:
            sums = compress(block.texts[self.resource.amount_value], map(_UNCHANGED.__eq__, statuses))
            self.settled.figures += unchanged - hundredths(list(sums)).count(0)


def _uah(kopecks: int) -> Decimal:
    return Decimal(kopecks).scaleb(-MONEY_DECIMALS)
