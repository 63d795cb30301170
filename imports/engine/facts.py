"""What preparing a batch has found, for the stops that look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from cabinet_pages.quantities.money import ZERO
from imports.models import ImportBatch
from imports.resources.base import KindResource


@dataclass
class Completion:
    """What a complete file does to what is in force in its period.

    Args:
        in_force: stored objects of the kind, branch and period that were in force.
        withdrawn: those that the file lacks.
        accounts: accounts that had any; `accounts_gone`: those of them that have none left in the file.
    """

    in_force: int = 0
    withdrawn: int = 0
    accounts: int = 0
    accounts_gone: int = 0


@dataclass(frozen=True, slots=True)
class Declared:
    """What the file says of itself; None where it says nothing.

    Args:
        amount: UAH.
        row: the number of the totals row that tells it; 0 where it stands elsewhere in the file.
    """

    amount: Decimal | None = None
    rows: int | None = None
    row: int = 0


@dataclass
class Preview:
    """One prepared batch: its counts are set, and nothing of it is written yet.

    Args:
        newest: the newest promoted file of the kind and branch; `twin`: an older one of the same bytes; `latest`: the
            one that speaks of the latest moment.
        amount: the money of all readable rows, UAH.
        statuses: rows by `RowStatus`.
        changes: objects by class of change.
        figures: stored sums that are not zero, among the rows of the file; `zeroed`: those that become zero.
        foreign: rows rejected because they are of another branch, or of accounts that the branch has not.
    """

    batch: ImportBatch
    resource: KindResource
    newest: ImportBatch | None
    twin: ImportBatch | None
    latest: ImportBatch | None
    amount: Decimal = ZERO
    statuses: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    figures: int = 0
    zeroed: int = 0
    foreign: int = 0
    completion: Completion = field(default_factory=Completion)
    declared: Declared = field(default_factory=Declared)

    @property
    def writes(self) -> int:
        """Rows that promotion would write."""
        return self.batch.new + self.batch.changed + self.batch.withdrawn
