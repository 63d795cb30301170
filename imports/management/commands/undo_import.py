"""`manage.py undo_import`: takes an applied import back, in this process."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from imports.engine.undoing import UndoResult, undo
from imports.messages import message
from imports.models import ImportBatch
from imports.queries import undo_report

_UNUSABLE = 2


class Command(BaseCommand):
    """Exit 0: taken back, conflicts aside; 1: refused, nothing changed; 2: no such import."""

    help = "Undo an applied import: restore what was stored before it, and list the rows that must stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, help="Number of the import.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=options["batch"]).first()
        if batch is None:
            raise CommandError(_("There is no import %(id)d.") % {"id": options["batch"]}, returncode=_UNUSABLE)
        result = undo(batch)
        told = undo_report(batch, result)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._tell(batch, result, told)
        if result.state == "refused":
            raise SystemExit(1)

    def _tell(self, batch: ImportBatch, result: UndoResult, told: Mapping[str, Any]) -> None:
        place = {"id": batch.pk, "rows": result.restored, "conflicts": result.conflicts_total}
        if result.state == "refused":
            reason = message(batch.kind, result.code, {})
            self.stdout.write(_("Import %(id)d was not undone. %(reason)s") % {**place, "reason": reason})
        else:
            self.stdout.write(_("Import %(id)d is undone: rows taken back %(rows)d, kept %(conflicts)d.") % place)
        for one in told["conflicts"]:
            self.stdout.write(conflict_line(one))
        if result.conflicts_total > len(result.conflicts):
            self.stdout.write(_("Conflicts in all: %(count)d") % {"count": result.conflicts_total})


def conflict_line(told: Mapping[str, Any]) -> str:
    """A conflict for people: «Рядок 3, рахунок 80-1: …»."""
    if told["row"] is None:
        return _("Account %(account)s: %(message)s") % told
    return _("Row %(row)s, account %(account)s: %(message)s") % told
