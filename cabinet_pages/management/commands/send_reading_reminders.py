"""`manage.py send_reading_reminders`: the mails about readings that are still to be sent, for a daily timer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cabinet_pages.archives.services.sweeping import sweep_archives
from cabinet_pages.readings.reminders.digest import send_reading_reminders
from cabinet_pages.readings.sheet.services import sweep_drafts
from cabinet_pages.readings.workbook.storage import sweep_workbooks


class Command(BaseCommand):
    """Reminds people of readings that are still to be sent."""

    help = "Writes the reminders of today into the outbox; safe to run again: nobody is reminded twice of a stage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only count, write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        outcome = send_reading_reminders(dry_run=dry_run)
        text = _("Reminders to write: %(mails)d, points not sent: %(points)d")
        if not dry_run:
            # The daily timer also clears away what nobody came back to: workbooks, drafts, archives.
            sweep_workbooks()
            sweep_drafts()
            sweep_archives()
            text = _("Reminders written: %(mails)d, points not sent: %(points)d")
        self.stdout.write(text % {"mails": outcome.mails, "points": outcome.points})
