"""`manage.py add_operator EMAIL --branch CODE`."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from cabinet_pages.access.services import add_operator
from cabinet_pages.accounts.models import Branch

ALL_BRANCHES = "ALL"


class Command(BaseCommand):
    """Gives a person the right to work for a branch."""

    help = "Lets a person work for a branch; --branch ALL is the central office. Run cabinet_install first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="The login; a person without one gets it, without a password.")
        parser.add_argument("--branch", required=True, help="The branch's code, or ALL for the central office.")

    def handle(self, *args: Any, **options: Any) -> None:
        email, code = options["email"].strip(), options["branch"].strip().upper()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(_("%s is no e-mail address.") % email) from error
        branch = None
        if code != ALL_BRANCHES:
            branch = Branch.objects.filter(code=code).first()
            if branch is None:
                raise CommandError(_("There is no branch %s: add it with add_branch.") % code)
        right, created = add_operator(email=email, branch=branch)
        self.stdout.write(_("%(email)s works for: %(branch)s") % {"email": right.user.email, "branch": code})
        if created:
            self.stdout.write(_("The login is new; its password is set by «Forgot the password?» on the login page."))
