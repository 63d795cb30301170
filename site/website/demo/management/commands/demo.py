"""`manage.py demo`: the demo data."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cabinet_pages.clock import kyiv_today
from website.demo.services import DemoFailedError, is_loaded, load_demo


class Command(BaseCommand):
    """Loads the demo through the import engine unless it is there."""

    help = "Load the demo data. Refuses outside development settings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="The day on which the demo stands, YYYY-MM-DD.")
        parser.add_argument("--port", type=int, default=8000, help="The port of the site, for addresses in mails.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO_ENABLED", False):
            raise CommandError("The demo is for development settings only: it would put made-up people into this site.")
        if is_loaded():
            self.stdout.write("The demo is loaded.")
            return
        try:
            load_demo(today=options["today"] or kyiv_today(), port=options["port"], say=self.say)
        except DemoFailedError as error:
            raise CommandError(str(error)) from error
        self.say("The demo is loaded.")

    def say(self, text: str) -> None:
        """Print at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()
