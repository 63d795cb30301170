"""`manage.py render_invoices`: issues the PDFs of a period's invoices ahead of their first download."""

import os
import re
import time
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Branch
from cabinet_pages.billing.documents import invoices_of_month
from cabinet_pages.billing.rendering_pool import WorkerDied, issue_all

_REFUSED, _UNUSABLE = 1, 2
_PERIOD = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")
_SECONDS_BETWEEN_REPORTS = 5.0
# A file full of bad names must not bury the summary.
_FAILURES_NAMED = 20


class Command(BaseCommand):
    """Exit 0: every invoice has its document; 1: some have not, the same again does the rest; 2: unusable arguments."""

    help = "Make and keep the PDFs of a period's invoices that have none yet; safe to run again, also after a kill."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="The settled month.")
        parser.add_argument("--branch", metavar="CODE", help="Only invoices of this branch.")
        parser.add_argument(
            "--workers", type=int, metavar="N", help="Processes; as many as there are processors by default."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        month, branch = _month(options["period"]), _branch(options["branch"])
        workers = options["workers"] if options["workers"] is not None else os.cpu_count() or 1
        if workers < 1:
            raise CommandError(_("--workers must be 1 or more."), returncode=_UNUSABLE)
        invoices = invoices_of_month(month, branch)
        told = {"period": options["period"], "count": len(invoices)}
        self.stdout.write(_("Invoices of %(period)s: %(count)d.") % told)
        failures = self._issue(invoices, min(workers, len(invoices)) or 1)
        if failures:
            raise CommandError(
                _("Invoices without a document: %(count)d. Mend the reason and give the command again.")
                % {"count": failures},
                returncode=_REFUSED,
            )
        self.stdout.write(_("Every invoice has its document."))

    def _issue(self, invoices: list[int], workers: int) -> int:
        """Issue, telling how far it is; return how many failed."""
        counts: Counter[str] = Counter()
        begun = told_at = time.monotonic()
        if workers > 1:
            # The workers have connections of their own, and this process waits.
            connections.close_all()
        try:
            for issued in issue_all(invoices, workers=workers):
                counts["failed" if issued.failure else "made" if issued.made else "kept"] += 1
                if issued.failure and counts["failed"] <= _FAILURES_NAMED:
                    named = {"invoice": issued.invoice, "failure": issued.failure}
                    self.stderr.write(_("Invoice with the id %(invoice)d: %(failure)s") % named)
                now = time.monotonic()
                if now - told_at >= _SECONDS_BETWEEN_REPORTS:
                    told_at = now
                    self._tell(counts, len(invoices), now - begun)
        except WorkerDied as error:
            raise CommandError(
                _("A worker ended in the middle; what is made is kept: give the command again to do the rest."),
                returncode=_REFUSED,
            ) from error
        self._tell(counts, len(invoices), time.monotonic() - begun)
        return counts["failed"]

    def _tell(self, counts: Counter[str], invoices: int, seconds: float) -> None:
        told = {
            "done": counts.total(),
            "all": invoices,
            "made": counts["made"],
            "kept": counts["kept"],
            "rate": f"{counts['made'] / seconds:.1f}" if seconds else "0",
        }
        self.stdout.write(
            _("Done: %(done)d of %(all)d; made: %(made)d, kept from before: %(kept)d; %(rate)s a second.") % told
        )
        self.stdout.flush()


def _month(text: str) -> date:
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise CommandError(_("Not a month as 2026-01: %(text)s") % {"text": text}, returncode=_UNUSABLE)
    return date(int(found["year"]), int(found["month"]), 1)


def _branch(code: str | None) -> Branch | None:
    if code is None:
        return None
    branch = Branch.objects.filter(code=code).first()
    if branch is None:
        raise CommandError(_("There is no branch %(code)s.") % {"code": code}, returncode=_UNUSABLE)
    return branch
