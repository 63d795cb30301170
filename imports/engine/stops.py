"""Stops: what holds up a whole file until somebody has seen it. A plug-in adds one by `register_import_stop`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_date
from imports.conf import import_settings
from imports.engine.facts import Preview
from imports.engine.registry import installed_stops
from imports.models import BatchRow, ImportBatch, IssueLevel, RowIssue, RowStatus
from imports.resources.base import Issue

Params = Mapping[str, object]

#: Issues that say that a row belongs to another branch, or to none.
FOREIGN_CODES = (
    "account_not_in_branch",
    "account_of_other_branch",
    "other_branch",
    "reading_not_in_branch",
)
SECOND_PERSON = "second_person"
# February has three days less than its neighbours.
_MONTHS_DIFFER = 3


class Stop(ABC):
    """One reason to hold up a file. Instances keep nothing of a batch."""

    #: As the contract's JSON and `--accept` name it.
    code: ClassVar[str]
    #: Whether the reason can be waved through by whoever gives the file.
    may_be_accepted: ClassVar[bool] = True
    #: Whether the reason counts for nothing where the file changes nothing; it is then told as a warning.
    needs_changes: ClassVar[bool] = False

    @abstractmethod
    def find(self, preview: Preview) -> Iterable[Params]:
        """Tell why the file is held up: params of one sentence each, as JSON keeps them; nothing to let it pass."""

    @abstractmethod
    def message(self, params: Params) -> str:
        """The sentence of a finding, in the active language."""

    @abstractmethod
    def acknowledgement(self, params: Params) -> str:
        """What the operator confirms by a tick: «Я бачу, що …»."""


class OlderFile(Stop):
    """The bytes are those of a file that a newer one has superseded: to apply it would turn time back."""

    code = "older_file"
    needs_changes = True

    def find(self, preview: Preview) -> Iterator[Params]:
        twin, newest = preview.twin, preview.newest
        if twin is not None and newest is not None:
            yield {"batch": twin.pk, "newest": newest.pk, "day": _day(twin)}

    def message(self, params: Params) -> str:
        return _(
            "The same file was applied before (import %(batch)s of %(day)s), and import %(newest)s came after it."
        ) % dict(params)

    def acknowledgement(self, params: Params) -> str:
        return _("I see that this file was applied before, and that it replaces what newer imports have brought.")


class OlderExport(Stop):
    """The file speaks of an earlier moment than the newest one: to apply it would turn time back."""

    code = "older_export"
    needs_changes = True

    def find(self, preview: Preview) -> Iterator[Params]:
        newest, told = preview.latest, preview.batch.as_of
        if newest is None or newest.as_of is None or told is None:
            return
        # A file's own date has no hour, so within one day there is no earlier and later.
        exact = preview.batch.as_of_given and newest.as_of_given
        if told < newest.as_of if exact else kyiv_date(told) < kyiv_date(newest.as_of):
            yield {
                "day": f"{kyiv_date(told):%d.%m.%Y}",
                "newest": newest.pk,
                "newest_day": f"{kyiv_date(newest.as_of):%d.%m.%Y}",
            }

    def message(self, params: Params) -> str:
        return _("The file is as of %(day)s, and import %(newest)s as of %(newest_day)s is already applied.") % dict(
            params
        )

    def acknowledgement(self, params: Params) -> str:
        return _("I see that the file is older than what is loaded, and that it replaces newer data.")


class Vanished(Stop):
    """A complete file lacks too much of what is there."""

    code = "vanished"

    def find(self, preview: Preview) -> Iterator[Params]:
        batch, completion = preview.batch, preview.completion
        if batch.complete_from is None:
            return
        if _too_many(completion.withdrawn, completion.in_force, "VANISHED"):
            yield {"what": "rows", "number": completion.withdrawn, "of": completion.in_force}
        if _too_many(completion.accounts_gone, completion.accounts, "VANISHED"):
            yield {"what": "accounts", "number": completion.accounts_gone, "of": completion.accounts}
        elif preview.newest is not None:
            gone, before = _accounts_gone(batch, preview.newest)
            if _too_many(gone, before, "VANISHED"):
                yield {"what": "previous", "number": gone, "of": before, "newest": preview.newest.pk}

    def message(self, params: Params) -> str:
        told = dict(params)
        if params["what"] == "rows":
            return _("The file would withdraw %(number)s of the %(of)s rows in force in its period.") % told
        if params["what"] == "accounts":
            return _("%(number)s of the %(of)s accounts that have rows in this period are absent from the file.") % told
        return _("%(number)s of the %(of)s accounts of import %(newest)s are absent from the file.") % told

    def acknowledgement(self, params: Params) -> str:
        told = dict(params)
        if params["what"] == "rows":
            return _("I see that %(number)s of %(of)s rows will be withdrawn.") % told
        return _("I see that %(number)s of %(of)s accounts are absent from the file.") % told


class Zeroed(Stop):
    """Too many stored sums become zero."""

    code = "zeroed"

    def find(self, preview: Preview) -> Iterator[Params]:
        if _too_many(preview.zeroed, preview.figures, "ZEROED"):
            yield {"number": preview.zeroed, "of": preview.figures}

    def message(self, params: Params) -> str:
        return _("%(number)s of %(of)s sums that are not zero would become zero.") % dict(params)

    def acknowledgement(self, params: Params) -> str:
        return _("I see that %(number)s of %(of)s sums will become zero.") % dict(params)


class Totals(Stop):
    """The rows do not add up to what the operator expects, or to what the file says of itself."""

    code = "totals"

    def find(self, preview: Preview) -> Iterator[Params]:
        batch, declared = preview.batch, preview.declared
        if batch.expect_rows is not None and batch.expect_rows != batch.rows:
            yield _figures("expected_rows", batch.expect_rows, batch.rows)
        if batch.expect_amount is not None and batch.expect_amount != preview.amount:
            yield _figures("expected_amount", batch.expect_amount, preview.amount)
        if declared.rows is not None and declared.rows != batch.rows:
            yield _figures("declared_rows", declared.rows, batch.rows)
        if declared.amount is not None and declared.amount != preview.amount:
            yield {**_figures("declared_amount", declared.amount, preview.amount), "row": declared.row}

    def message(self, params: Params) -> str:
        told = dict(params)
        what = params["what"]
        if what == "expected_rows":
            return _("%(expected)s rows were expected, and the file has %(found)s.") % told
        if what == "expected_amount":
            return _("The sum %(expected)s was expected, and the rows of the file make %(found)s.") % told
        if what == "declared_rows":
            return _("The file says that it has %(expected)s rows, and %(found)s were read.") % told
        if params.get("row"):
            return _("The totals row %(row)s says %(expected)s, and the rows of the file make %(found)s.") % told
        return _("The file says that its sum is %(expected)s, and its rows make %(found)s.") % told

    def acknowledgement(self, params: Params) -> str:
        return _("I see that the control total is %(expected)s, and the file has %(found)s.") % dict(params)


class NewAccounts(Stop):
    """The file seems to be of another branch: nearly all its accounts are new, or most rows are foreign."""

    code = "new_accounts"

    def find(self, preview: Preview) -> Iterator[Params]:
        batch = preview.batch
        if batch.kind == "accounts" and batch.branch_id is not None and not batch.initial_load:
            least = import_settings.NEW_ACCOUNTS_LEAST
            known = Account.objects.filter(branch_id=batch.branch_id).count()
            if known >= least and _too_many(batch.new, batch.rows - batch.rejected, "NEW_ACCOUNTS"):
                yield {"what": "new", "number": batch.new, "of": batch.rows - batch.rejected}
        if _too_many(preview.foreign, batch.rows, "FOREIGN_ROWS"):
            yield {"what": "foreign", "number": preview.foreign, "of": batch.rows}

    def message(self, params: Params) -> str:
        told = dict(params)
        if params["what"] == "new":
            return _("%(number)s of %(of)s accounts are new to the branch: is it the file of another branch?") % told
        return _("%(number)s of %(of)s rows are not of this branch: is it the file of another branch?") % told

    def acknowledgement(self, params: Params) -> str:
        told = dict(params)
        if params["what"] == "new":
            return _("I see that %(number)s of %(of)s accounts are new to the branch.") % told
        return _("I see that %(number)s of %(of)s rows are not of this branch.") % told


class SecondPerson(Stop):
    """A large or destructive file that one employee alone may not apply."""

    code = SECOND_PERSON
    may_be_accepted = False

    def find(self, preview: Preview) -> Iterator[Params]:
        limit = import_settings.SECOND_PERSON_ROWS
        if limit is not None and preview.writes > limit:
            yield {"what": "rows", "number": preview.writes, "limit": limit}
        if not import_settings.SECOND_PERSON_DESTRUCTIVE:
            return
        if preview.batch.withdrawn:
            yield {"what": "withdrawn", "number": preview.batch.withdrawn}
        if owners := preview.changes.get("owner", 0):
            yield {"what": "owners", "number": owners}

    def message(self, params: Params) -> str:
        told = dict(params)
        if params["what"] == "rows":
            return _("The file changes %(number)s rows: two employees must confirm it at the import desk.") % told
        if params["what"] == "withdrawn":
            return _("The file withdraws %(number)s rows: two employees must confirm it at the import desk.") % told
        return (
            _("The file changes the customer of %(number)s accounts: two employees must confirm it at the import desk.")
            % told
        )

    def acknowledgement(self, params: Params) -> str:
        return _("I see that another employee must confirm this import too.")


BUILT_IN_STOPS: Sequence[Stop] = (
    OlderFile(), OlderExport(), Vanished(), Zeroed(), Totals(), NewAccounts(), SecondPerson(),
)  # fmt: skip


def stop_issues(preview: Preview) -> list[Issue]:
    """What holds the previewed batch up, as issues of the file."""
    found = []
    for stop in installed_stops().values():
        holds = preview.writes or not stop.needs_changes
        level = IssueLevel.STOP if holds else IssueLevel.WARNING
        found += [Issue(None, "", "", level, stop.code, dict(params)) for params in stop.find(preview)]
    return found


def stops_of(batch: ImportBatch) -> list[RowIssue]:
    """What a prepared batch is held up by, accepted or not."""
    return list(RowIssue.objects.filter(batch=batch, level=IssueLevel.STOP).order_by("pk"))


def open_stops(batch: ImportBatch, *, by: Any = None) -> list[str]:
    """The codes that still hold a prepared batch up, each once.

    Args:
        by: who would promote it: the second person is one who did not ask for it.
    """
    codes = dict.fromkeys(issue.code for issue in stops_of(batch))
    seconded = batch.approved_by_id is not None and by is not None and by.pk != batch.approved_by_id
    return [code for code in codes if (not seconded if code == SECOND_PERSON else code not in batch.accepted)]


def foreign_rows(batch: ImportBatch) -> int:
    """How many rows were rejected as those of another branch."""
    issues = RowIssue.objects.filter(batch=batch, level=IssueLevel.ERROR, code__in=FOREIGN_CODES)
    return issues.values("row").distinct().count()


def _too_many(number: int, of: int, limit: str) -> bool:
    least = getattr(import_settings, f"{limit}_LEAST")
    return bool(number >= least and number * 100 > of * getattr(import_settings, f"{limit}_PERCENT"))


def _figures(what: str, expected: object, found: object) -> dict[str, object]:
    return {"what": what, "expected": _text(expected), "found": _text(found)}


def _text(figure: object) -> str:
    return f"{figure:.2f}".replace(".", ",") if isinstance(figure, Decimal) else str(figure)


def _day(batch: ImportBatch) -> str:
    return f"{kyiv_date(batch.finished_at or batch.created_at):%d.%m.%Y}"


def _accounts_gone(batch: ImportBatch, newest: ImportBatch) -> tuple[int, int]:
    """Accounts of the newest file that a complete one of at least as many days lacks, and how many it had."""
    spans = (batch.complete_from, batch.complete_to, newest.complete_from, newest.complete_to)
    first, last, newest_first, newest_last = spans
    if first is None or last is None or newest_first is None or newest_last is None:
        return 0, 0
    if (last - first).days + _MONTHS_DIFFER < (newest_last - newest_first).days:
        return 0, 0
    before = _accounts(newest)
    total = before.count()
    return total - before.filter(owner_id__in=_accounts(batch)).count() if total else 0, total


def _accounts(batch: ImportBatch) -> Any:
    rows = BatchRow.objects.filter(batch=batch, owner_id__gt=0).exclude(status=RowStatus.WITHDRAWN)
    return rows.order_by().values("owner_id").distinct()
