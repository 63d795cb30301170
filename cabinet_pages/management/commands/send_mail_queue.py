"""`manage.py send_mail_queue`: what the task worker does by itself, for a timer where it cannot wait."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cabinet_pages.notifications.delivery import deliver_due


class Command(BaseCommand):
    """Sends the mails that are due."""

    help = "Sends the mails of the outbox that are due; safe to run beside the worker and beside itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=1000, help="How many mails to try at most.")

    def handle(self, *args: Any, **options: Any) -> None:
        sent = deliver_due(limit=options["limit"])
        self.stdout.write(_("Mails sent: %d") % sent)
