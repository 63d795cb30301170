"""`manage.py export_readings`: the period's readings as a numbered file for billing, in this process."""

import os
import re
import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Branch
from cabinet_pages.readings.exporting import ExportRefused, export_readings
from cabinet_pages.readings.models import ReadingExport
from imports.exports import FORMATS, file_name, write_again, writer_of

_UNUSABLE = 2
_PERIOD = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")


class Command(BaseCommand):
    """Exit 0: written, or nothing to export; 1: refused, nothing changed; 2: unusable arguments."""

    help = (
        "Export the readings of a period that are not exported yet, as a new numbered batch of the branch; with "
        "--batch, write an earlier batch again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--branch", required=True, help="Code of the branch.")
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="The settled month.")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument(
            "--batch",
            type=int,
            metavar="N",
            help="Number of an earlier batch: its stored bytes again; in another format than it was made in, its "
            "readings are written anew.",
        )
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="Where to; a file named after branch, period and number in the current folder by default.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        branch, period = _branch(options["branch"]), _period(options["period"])
        # A batch is made once, so the place for its file is looked at before.
        with _beside(options["output"] or Path.cwd() / "readings") as output:
            if options["batch"] is None:
                export = self._export(branch, period, options["format"])
            else:
                export = _batch(branch, period, options["batch"])
            if export is None:
                place = {"branch": branch.code, "period": options["period"]}
                self.stdout.write(_("There is nothing to export for %(period)s in branch %(branch)s.") % place)
                return
            _write(export, options["format"], output)
            path = options["output"] or Path.cwd() / file_name(export, options["format"])
            output.flush()
            os.replace(output.name, path)
        told = {"number": export.number, "rows": export.rows, "path": path, "sha256": export.sha256}
        self.stdout.write(_("Batch %(number)d, readings: %(rows)d: %(path)s") % told)
        if options["format"] == export.format:
            self.stdout.write(f"SHA-256 {export.sha256}")

    def _export(self, branch: Branch, period: date, file_format: str) -> ReadingExport | None:
        try:
            return export_readings(branch=branch, period=period, file_format=file_format, write=writer_of(file_format))
        except ExportRefused as refusal:
            raise CommandError(refusal.message) from refusal


def _branch(code: str) -> Branch:
    branch = Branch.objects.filter(code=code).first() or Branch.objects.filter(code=code.upper()).first()
    if branch is None:
        raise CommandError(_("There is no branch %(code)s.") % {"code": code}, returncode=_UNUSABLE)
    return branch


def _period(text: str) -> date:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise CommandError(_("Not a month as 2026-01: %(text)s") % {"text": text}, returncode=_UNUSABLE)
    return date(int(match["year"]), int(match["month"]), 1)


def _batch(branch: Branch, period: date, number: int) -> ReadingExport:
    export = ReadingExport.objects.select_related("branch").filter(branch=branch, number=number).first()
    if export is None:
        raise CommandError(
            _("Branch %(branch)s has no batch %(number)d.") % {"branch": branch.code, "number": number},
            returncode=_UNUSABLE,
        )
    if export.period != period:
        raise CommandError(
            _("Batch %(number)d is of %(period)s.") % {"number": number, "period": f"{export.period:%Y-%m}"},
            returncode=_UNUSABLE,
        )
    return export


def _write(export: ReadingExport, file_format: str, output: IO[bytes]) -> None:
    """The stored bytes; in another format the readings anew."""
    if file_format != export.format:
        write_again(export, file_format, output)
        return
    try:
        with export.file.open("rb") as stored:
            shutil.copyfileobj(stored, output)
    except FileNotFoundError as error:
        raise CommandError(
            _("The storage has lost the file of batch %(number)d.") % {"number": export.number}
        ) from error


@contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    """A file in the folder of a path, which takes the path's place in one step or leaves no trace."""
    if path.is_dir():
        raise CommandError(_("This is a folder: %(path)s") % {"path": path}, returncode=_UNUSABLE)
    try:
        output = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    except OSError as error:
        raise CommandError(
            _("The file cannot be written: %(error)s") % {"error": error.strerror}, returncode=_UNUSABLE
        ) from error
    try:
        with output:
            # A temporary file is its owner's alone; this one is to be like any other that the command writes.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(output.name, 0o666 & ~umask)
            yield output
    finally:
        with suppress(FileNotFoundError):
            Path(output.name).unlink()
