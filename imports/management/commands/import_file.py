"""`manage.py import_file`: one exchange file through the whole engine, in this process."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Branch
from cabinet_pages.conf import cabinet_settings
from imports.engine import installed_kinds, run_import
from imports.engine.options import OptionRefused, check_options, parse_span
from imports.engine.promoting import ALL_ROWS_REJECTED, ROWS_REJECTED, STOPPED
from imports.engine.sources import find_source
from imports.engine.stops import SECOND_PERSON
from imports.messages import message, summary
from imports.models import BatchState, ImportBatch, IssueLevel
from imports.queries import report
from imports.staff.differences import CHANGE_NAMES
from imports.values import ValueRefused, parse_integer, parse_money
from imports.values import parse_datetime as parse_told_moment

ALL_BRANCHES = "ALL"
_UNUSABLE = 2
_PROFILE_LENGTH = 80
# The largest number that a column of counts holds.
_MOST_ROWS = 2**31 - 1
_Value = TypeVar("_Value")


class Command(BaseCommand):
    """Exit 0: applied, previewed or unchanged; 1: refused, nothing changed; 2: unusable arguments."""

    help = "Import a file of 1C or an ERP: receive, check, compare and, without --dry-run, apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(installed_kinds()))
        parser.add_argument("file", type=Path)
        parser.add_argument("--branch", required=True, help="Code of the branch, or ALL for all of them.")
        parser.add_argument("--profile", default="", help="Name of the source; one saved at the desk maps columns.")
        parser.add_argument("--as-of", help="The moment the file speaks of, ISO 8601; Kyiv time without an offset.")
        parser.add_argument(
            "--complete",
            metavar="FROM..TO",
            help="The file is all there is between two days or months (2026-01-31, 31.01.2026, 2026-01, 01.2026): "
            "what it lacks is withdrawn.",
        )
        parser.add_argument("--expect-rows", metavar="N", help="How many rows the file must have.")
        parser.add_argument("--expect-amount", metavar="SUM", help="What its rows must add up to, UAH.")
        parser.add_argument("--accept", default="", metavar="CODE,…", help="Stops that may pass.")
        parser.add_argument("--initial-load", action="store_true", help="Announce nothing to customers.")
        parser.add_argument("--dry-run", action="store_true", help="Stop at the preview.")
        parser.add_argument("--skip-rejected", action="store_true", help="Apply the good rows of a file with bad ones.")
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        branch = self._branch(options["branch"])
        said = self._said(options)
        if len(options["profile"]) > _PROFILE_LENGTH:
            raise CommandError(
                _("The name of a profile has at most %(limit)d characters.") % {"limit": _PROFILE_LENGTH},
                returncode=_UNUSABLE,
            )
        try:
            stream = options["file"].open("rb")
        except OSError as error:
            raise CommandError(
                _("The file cannot be opened: %(error)s") % {"error": error.strerror}, returncode=_UNUSABLE
            ) from error
        profile = options["profile"]
        if profile and find_source(kind=options["kind"], branch=branch, name=profile) is None:
            # A name alone is no mistake: it says where the file comes from. Whoever expects more of it should know.
            self.stderr.write(_("There is no saved source “%(name)s”: the name is kept alone.") % {"name": profile})
        with stream:
            batch = run_import(
                kind=options["kind"],
                branch=branch,
                file=File(stream),
                name=options["file"].name,
                dry_run=options["dry_run"],
                skip_rejected=options["skip_rejected"],
                profile=profile,
                initial_load=options["initial_load"],
                **said,
            )
        if options["json"]:
            self.stdout.write(json.dumps(report(batch), ensure_ascii=False))
        else:
            self._tell(batch)
        if batch.state in (BatchState.REFUSED, BatchState.CANCELLED):
            raise SystemExit(1)

    def _branch(self, code: str) -> Branch | None:
        if code == ALL_BRANCHES:
            return None
        branch = Branch.objects.filter(code=code).first() or Branch.objects.filter(code=code.upper()).first()
        if branch is None:
            raise CommandError(_("There is no branch %(code)s.") % {"code": code}, returncode=_UNUSABLE)
        return branch

    def _said(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What is said of the file, read before it is opened: the arguments are wrong or right by themselves."""
        complete, amount = options["complete"], options["expect_amount"]
        accept = [code.strip() for code in (options["accept"] or "").split(",") if code.strip()]
        try:
            said: dict[str, Any] = {
                "complete": None if complete is None else parse_span(complete),
                "expect_amount": None if amount is None else _given(parse_money(amount), amount),
                "expect_rows": self._rows(options["expect_rows"]),
                "as_of": self._moment(options["as_of"]),
                "accept": accept,
            }
            check_options(options["kind"], **{name: said[name] for name in ("complete", "expect_amount", "accept")})
        except (OptionRefused, ValueRefused) as refusal:
            sentence = message(options["kind"], refusal.code, refusal.params)
            raise CommandError(sentence, returncode=_UNUSABLE) from refusal
        return said

    def _rows(self, text: str | int | None) -> int | None:
        if text is None:
            return None
        rows = _given(parse_integer(str(text)), str(text))
        if not 0 <= rows <= _MOST_ROWS:
            raise ValueRefused("not_whole", str(text))
        return rows

    def _moment(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            moment = parse_datetime(text) or _day_first(text) or datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(_("Not a moment: %(text)s") % {"text": text}, returncode=_UNUSABLE) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=cabinet_settings.zone)

    def _tell(self, batch: ImportBatch) -> None:
        told = report(batch)
        self.stdout.write(summary(batch))
        if batch.change_counts:
            # A change of customer closes accesses, so it is never a number among others.
            named = (f"{CHANGE_NAMES.get(change, change)} {count}" for change, count in batch.change_counts.items())
            self.stdout.write(_("Among them: %(changes)s.") % {"changes": ", ".join(named)})
        width = len(str(max((issue["row"] or 0 for issue in told["issues"]), default=0)))
        for issue in told["issues"]:
            # The reason why a whole file is refused stands in the summary already.
            if issue["row"] is not None or issue["code"] != batch.error_code:
                self.stdout.write(_line(issue, width))
        if told["issues_total"] > len(told["issues"]):
            self.stdout.write(_("Remarks in all: %(count)d") % {"count": told["issues_total"]})
        if advice := _advice(batch):
            self.stdout.write(advice)


def _day_first(text: str) -> datetime | None:
    """A moment as people write it: «31.01.2026 12:00»; None for any other form."""
    try:
        return parse_told_moment(text)
    except ValueRefused:
        return None


def _given(value: _Value | None, text: str) -> _Value:
    """A value that must be there."""
    if value is None:
        raise ValueRefused("not_a_number", text)
    return value


def _line(issue: Mapping[str, Any], width: int) -> str:
    """An issue for people: «Рядок  3, «Дата платежу»: …», the numbers of rows below each other."""
    text = str(issue["message"])
    if issue["level"] == IssueLevel.STOP:
        return _("stop %(code)s: %(message)s") % {"code": issue["code"], "message": text}
    if issue["level"] == IssueLevel.WARNING:
        text = _("warning: %(message)s") % {"message": text}
    if issue["row"] is None:
        return text
    place = {"row": str(issue["row"]).rjust(width), "column": issue["column"], "message": text}
    if issue["column"]:
        return _("Row %(row)s, “%(column)s”: %(message)s") % place
    return _("Row %(row)s: %(message)s") % place


def _advice(batch: ImportBatch) -> str:
    """What an operator does next; '' when there is nothing left to do."""
    if batch.state == BatchState.PREVIEWED:
        return _("Nothing is written yet. Confirm the import under “Import”, or repeat the command without --dry-run.")
    if batch.state != BatchState.REFUSED:
        return ""
    if batch.error_code == ROWS_REJECTED:
        return _("Correct these rows and give the file again, or add --skip-rejected to apply the others.")
    if batch.error_code == STOPPED:
        held = batch.error_params.get("stops", [])
        if SECOND_PERSON in held:
            return _("Two employees must confirm this import at the import desk, under “Import”.")
        return _("Look at the reasons; add --accept %(codes)s to apply the file, or confirm it under “Import”.") % {
            "codes": ",".join(held)
        }
    if batch.error_code == ALL_ROWS_REJECTED:
        return _("Check that kind and branch are those of the file, correct the rows and give it again.")
    return _("Correct the file and give it again.")
