"""Writes about operators: who works for which branch."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import user_email
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.log_actions import log

from cabinet_pages.access import audit
from cabinet_pages.access.groups import CENTRAL_GROUP, OPERATORS_GROUP
from cabinet_pages.access.models import BranchOperator
from cabinet_pages.access.refusals import Refused
from cabinet_pages.accounts.models import Branch


@transaction.atomic
def add_operator(*, email: str, branch: Branch | None, by: Any = None) -> tuple[BranchOperator, bool]:
    """Let a person work for a branch, or for all of them; a person who has no login gets one without a password.

    Such a person sets the password through «Забули пароль?», and so does one whose address was never confirmed. The
    groups are those of `manage.py cabinet_install`.

    Args:
        email: the login, in any letter case.
        branch: None for the central office.
        by: who gives the right; None for the command line.

    Returns:
        the right, and whether the login is new.
    """
    email = email.strip().lower()
    user = get_user_model()._default_manager.filter(email__iexact=email).first()
    created = user is None
    if user is None:
        user = _new_user(email)
    # An employee's address is vouched for by whoever adds them, so no confirmation is waited for.
    if not EmailAddress.objects.filter(user_id=user.pk, email=email, verified=True).exists():
        # Whoever registered this address never proved that it is theirs: their password must not become an employee's.
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    right, is_new = BranchOperator.objects.get_or_create(user=user, branch=branch)
    group, _ = Group.objects.get_or_create(name=CENTRAL_GROUP if branch is None else OPERATORS_GROUP)
    user.groups.add(group)
    if is_new:
        log(right, audit.OPERATOR_ADD, user=by, data={"branch": branch.code if branch else "ALL"})
    return right, created


@transaction.atomic
def remove_operator(*, right: BranchOperator, by: Any) -> None:
    """Take a right away; the staff group goes with the last right of its kind. Raises Refused for one already gone."""
    user, branch = right.user, right.branch
    log(right, audit.OPERATOR_REMOVE, user=by, data={"branch": branch.code if branch else "ALL"})
    if not BranchOperator.objects.filter(pk=right.pk).delete()[0]:
        raise Refused("unknown_operator")
    if not BranchOperator.objects.filter(user=user, branch__isnull=branch is None).exists():
        user.groups.remove(*Group.objects.filter(name=CENTRAL_GROUP if branch is None else OPERATORS_GROUP))


def _new_user(email: str) -> Any:
    """A login of the host's user model without a password; allauth knows its fields, a user name among them or not."""
    user = get_user_model()()
    user_email(user, email)
    get_adapter().populate_username(None, user)
    user.set_unusable_password()
    user.save()
    return user
