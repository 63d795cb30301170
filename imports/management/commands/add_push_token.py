"""`manage.py add_push_token NAME --branch CODE`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Branch
from imports.models import PushToken
from imports.push.services import issue_token

ALL_BRANCHES = "ALL"
_UNUSABLE = 2


class Command(BaseCommand):
    """Prints the token alone, once; exit 2 for unusable arguments."""

    help = "Make a token by which a 1C pushes files; it is printed once and never stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The program or machine that sends.")
        parser.add_argument("--branch", required=True, help="The branch's code, or ALL for all of them.")
        parser.add_argument("--auto-apply", action="store_true", help="Apply its files without a confirmation.")

    def handle(self, *args: Any, **options: Any) -> None:
        name, code = options["name"].strip(), options["branch"].strip().upper()
        limit = PushToken._meta.get_field("name").max_length or 0
        if not 0 < len(name) <= limit:
            sentence = _("The name of a token has 1 to %(limit)d characters.") % {"limit": limit}
            raise CommandError(sentence, returncode=_UNUSABLE)
        branch = None if code == ALL_BRANCHES else Branch.objects.filter(code=code, is_active=True).first()
        if branch is None and code != ALL_BRANCHES:
            raise CommandError(_("There is no branch %(code)s.") % {"code": code}, returncode=_UNUSABLE)
        secret = issue_token(name=name, branch=branch, auto_apply=options["auto_apply"])[1]
        self.stdout.write(secret)
        self.stderr.write(_("Keep it well: nobody can be told it again."))
