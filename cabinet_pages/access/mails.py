"""The mails of the access subject: who gets which template about what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from cabinet_pages.access.models import AccessRequest, ActivationCode, Person
from cabinet_pages.access.rules import show_code
from cabinet_pages.clock import kyiv_date
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.notifications.services import post_template_mail

FOLDER = "cabinet_pages/mail"


def mail_code(code: ActivationCode, plain: str) -> None:
    """Mail an activation code to the request's person; the only place where the code is seen in clear.

    Args:
        code: the stored code.
        plain: its 12 characters.
    """
    request = code.request
    _mail(
        f"activation-code:{code.pk}",
        request.user,
        "activation_code",
        {
            "code": show_code(plain),
            "branch": request.branch,
            "accounts": [picked.account.number for picked in request.picked.select_related("account")],
            "expires_on": kyiv_date(code.expires_at),
            "activation_url": absolute_url(reverse("cabinet_activation")),
        },
    )


def mail_refusal(request: AccessRequest, *, event: str = "", send_after: datetime | None = None) -> None:
    """Tell a person that the branch refused their request, and why.

    Args:
        event: the first part of the event key, as for `mail_closed`.
        send_after: the earliest moment of sending.
    """
    context = {"branch": request.branch, "reason": request.refusal_reason}
    _mail(refusal_event(event, request), request.user, "request_refused", context, send_after)


def refusal_event(event: str, request: AccessRequest) -> str:
    """The event key of the mail about a refusal; `event` is its first part."""
    return f"{event}request-refused:{request.uuid}"


def mail_granted(*, user: Any, branch: Any, numbers: Iterable[str], event: str) -> None:
    """Tell a person that their branch opened further accounts to them."""
    _mail(f"access-granted:{event}", user, "access_granted", {"branch": branch, "accounts": list(numbers)})


def mail_closed(
    *, user: Any, numbers: Iterable[str], reason: str, event: str, send_after: datetime | None = None
) -> None:
    """Tell a person that accounts are closed to them.

    Args:
        event: the event key, unique; an import's begins with `import:<batch>:`, so that undoing it drops the mail.
        send_after: the earliest moment of sending.
    """
    _mail(event, user, "access_closed", {"accounts": list(numbers), "reason": reason}, send_after)


def closed_event(event: str, user_id: int) -> str:
    """The event key of the mail to a user whose accounts an import closed; `event` is its first part."""
    return f"{event}access-closed:{user_id}:"


def _mail(key: str, user: Any, template: str, context: dict[str, Any], send_after: datetime | None = None) -> None:
    person = Person.objects.filter(user_id=user.pk).first()
    post_template_mail(
        event_key=key,
        to=user.email,
        template=f"{FOLDER}/{template}",
        context={**context, "person_name": "" if person is None else str(person)},
        language="" if person is None else person.language,
        send_after=send_after,
    )
