"""`manage.py resume_imports`: takes up imports whose worker died."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from imports.engine.leases import dead_batches, resume
from imports.tasks import enqueue_dead


class Command(BaseCommand):
    """Exit 0, also where there was nothing to do."""

    help = "Take up imports whose worker died: give them to the worker again, or finish them here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--here", action="store_true", help="Finish them in this process, without a worker.")

    def handle(self, *args: Any, **options: Any) -> None:
        taken = [batch for batch in dead_batches() if resume(batch)] if options["here"] else enqueue_dead()
        for batch in taken:
            self.stdout.write(_("Import %(id)d is taken up again.") % {"id": batch.pk})
