"""Inviting an operator: the right, the login and the mail with a link to set the password, in one transaction."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from cabinet_pages.access.services import add_operator
from cabinet_pages.accounts.models import Branch
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.notifications.services import post_template_mail


@transaction.atomic
def invite_operator(*, email: str, branch: Branch | None, by: Any) -> bool:
    """Let a person work for a branch and mail those who have no password yet a link to set one.

    Args:
        email: the login, in any letter case.
        branch: None for the central office.
        by: the employee who invites.

    Returns:
        whether the mail went out.
    """
    right, _is_new_login = add_operator(email=email, branch=branch, by=by)
    user = right.user
    if user.has_usable_password():
        return False
    token = default_token_generator.make_token(user)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})
    post_template_mail(
        event_key=f"operator-invited:{user.pk}:{token}",
        to=user.email,
        template="cabinet_pages/staff/mail/operator_invited",
        context={"branch": branch, "password_url": absolute_url(link)},
    )
    return True
