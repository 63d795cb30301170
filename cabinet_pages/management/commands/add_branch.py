"""`manage.py add_branch CODE NAME`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cabinet_pages.accounts.services import save_branch


class Command(BaseCommand):
    """Creates or renames a branch."""

    help = "Creates a branch (структурна одиниця), or renames the one with this code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="The branch's code, as exchange files name it.")
        parser.add_argument("name", help="The branch's name, as customers know it.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            branch, created = save_branch(code=options["code"], name=options["name"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        text = _("Branch %(code)s created: %(name)s") if created else _("Branch %(code)s is now called %(name)s")
        self.stdout.write(text % {"code": branch.code, "name": branch.name})
