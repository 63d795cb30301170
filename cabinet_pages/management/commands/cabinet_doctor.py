"""`manage.py cabinet_doctor`: what is plugged in and what is wrong."""

from argparse import ArgumentParser
from typing import Any

from django.core.checks import ERROR
from django.core.management.base import BaseCommand

from cabinet_pages.doctor import system_messages, topics


class Command(BaseCommand):
    """Exit 0: nothing is wrong; 1: something is."""

    help = "Tell what is plugged into the cabinet and what is wrong. Exit 1 when something is."
    # The checks are part of the report.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deploy", action="store_true", help="Also what matters for a deployed site only.")

    def handle(self, *args: Any, **options: Any) -> None:
        messages = system_messages(deploy=options["deploy"])
        wrong = sum(message.is_serious(ERROR) and not message.is_silenced() for message in messages)
        for topic in topics():
            self.stdout.write(self.style.MIGRATE_HEADING(topic.title))
            for line in topic.lines:
                self.stdout.write(f"  {line}")
            for problem in topic.problems:
                self.stdout.write(self.style.ERROR(f"  ! {problem}"))
            wrong += len(topic.problems)
        self.stdout.write(self.style.MIGRATE_HEADING("System checks"))
        shown = [message for message in messages if not message.is_silenced()]
        for message in shown:
            style = self.style.ERROR if message.is_serious(ERROR) else self.style.WARNING
            self.stdout.write(style(f"  {'!' if message.is_serious(ERROR) else '?'} {message}"))
        if not shown:
            self.stdout.write("  no remarks")
        self.stdout.write(f"Problems: {wrong}" if wrong else "Nothing is wrong.")
        if wrong:
            raise SystemExit(1)
