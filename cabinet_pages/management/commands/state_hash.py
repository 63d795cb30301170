"""`manage.py state_hash`: one SHA-256 over the cabinet's data."""

from typing import Any

from django.core.management.base import BaseCommand

from cabinet_pages.state_hash import state_hash


class Command(BaseCommand):
    """Prints the hash alone."""

    help = "Print one SHA-256 over the cabinet's data, independent of ids, clocks and the order of rows."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(state_hash())
