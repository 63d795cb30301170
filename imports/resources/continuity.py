"""Whether balances go on from month to month: each month opens with what the month before closed with."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from imports.models import BatchRow, RowStatus
from imports.resources.rows import Entry, ImportContext

#: Codes of the breaks that are told, as warnings.
BREAKS = ("balance_break", "opening_break", "next_opening_break")


class MonthChain:
    """Follows the entries of balances, which come by account and month, beside the stored months around them.

    A month that the file brings counts as the file has it, whatever is stored; one that a complete file withdraws
    does not count at all.

    Args:
        context: of the batch at work.
    """

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        # Opening and closing by account, month and article: what is stored around the entries of a page.
        self._stored: dict[tuple[int, str, str], tuple[Decimal, Decimal]] = {}
        # Accounts and keys of the page, and the account whose rows may go on in the next one.
        self._page: frozenset[tuple[int, str]] = frozenset()
        self._last_owner = 0
        self._later_keys: frozenset[str] | None = None
        # Of the account at hand: month and closing by article.
        self._owner = 0
        self._closings: dict[str, tuple[str, str]] = {}

    def begin_page(self, entries: Sequence[Entry]) -> None:
        """Begin a page of entries, in their order."""
        self._stored.clear()
        self._page = frozenset((entry.owner_id, entry.key) for entry in entries)
        self._last_owner, self._later_keys = entries[-1].owner_id, None

    def remember(self, owner: int, month: str, article: str, opening: Decimal, closing: Decimal) -> None:
        """Note a stored month that is in force."""
        self._stored[owner, month, article] = (opening, closing)

    def closing_before(self, entry: Entry) -> Decimal | None:
        """The closing balance of the month before an entry; None where nobody knows it."""
        before, article = next_month(entry.key[:10], -1), entry.key[11:]
        if self._owner == entry.owner_id and self._closings.get(article, ("", ""))[0] == before:
            return Decimal(self._closings[article][1])
        stored = self._in_force(entry.owner_id, before, article)
        return None if stored is None else stored[1]

    def follow(self, entry: Entry, tell: Callable[[str, Decimal], None]) -> None:
        """Look at a month beside its neighbours; `tell(code, expected)` hears of each break."""
        if entry.owner_id != self._owner:
            self._owner = entry.owner_id
            self._closings.clear()
        month, article = entry.key[:10], entry.key[11:]
        opening, closing = Decimal(entry.values["opening"]), Decimal(entry.values["closing"])
        expected = self.closing_before(entry)
        if expected is not None and expected != opening:
            tell("opening_break", expected)
        after = next_month(month)
        following = self._in_force(entry.owner_id, after, article)
        if following is not None and following[0] != closing and not self._comes(f"{after}|{article}"):
            tell("next_opening_break", following[0])
        self._closings[article] = (month, entry.values["closing"])

    def _in_force(self, owner: int, month: str, article: str) -> tuple[Decimal, Decimal] | None:
        stored = self._stored.get((owner, month, article))
        if stored is None or self._context.withdraws(owner, date.fromisoformat(month)):
            return None
        return stored

    def _comes(self, key: str) -> bool:
        """Whether the file brings a month of the account at hand, on this page or on the next."""
        if (self._owner, key) in self._page:
            return True
        if self._owner != self._last_owner:
            return False
        if self._later_keys is None:
            rows = BatchRow.objects.filter(
                batch_id=self._context.batch_id, in_key_order=True, owner_id=self._owner
            ).exclude(status__in=(RowStatus.REJECTED, RowStatus.WITHDRAWN))
            self._later_keys = frozenset(rows.order_by().values_list("key", flat=True))
        return key in self._later_keys


def next_month(month: str, step: int = 1) -> str:
    """The first day of a neighbouring month, ISO; `step` is 1 or −1."""
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 + step
    return f"{number // 12:04d}-{number % 12 + 1:02d}-01"
