"""Tokens of the push: made, taken away, recognised."""

import datetime
import hashlib
import hmac
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.accounts.models import Branch
from imports.models import PushToken

# The beginning tells a leaked token from other random text.
_PREFIX = "cabinet_"
_BYTES = 32
# Every file is no reason to write once more.
_USED_EVERY = datetime.timedelta(minutes=1)


def issue_token(*, name: str, branch: Branch | None, auto_apply: bool = False, by: Any = None) -> tuple[PushToken, str]:
    """Make a token; return it with the secret, which nobody can be told again.

    Args:
        name: what people call it: the program or machine that sends.
        branch: whose files may be sent; None for files of all branches, the central office's right (the caller
            checks it).
        auto_apply: apply files without a person's confirmation; stops and bad rows still refuse.
        by: the employee who makes it; None for a command.
    """
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        token = PushToken.objects.create(
            name=name, branch=branch, auto_apply=auto_apply, created_by=by, digest=_digest(secret)
        )
        log(
            instance=token,
            action="imports.token.issue",
            user=by,
            data={"name": name, "branch": branch and branch.code, "auto_apply": auto_apply},
        )
    return token, secret


def revoke_token(*, token: PushToken, by: Any = None) -> bool:
    """Take a token away, at once and for ever; return False where that was done before."""
    with transaction.atomic():
        revoked = PushToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
        if revoked:
            log(instance=token, action="imports.token.revoke", user=by, data={"name": token.name})
    token.refresh_from_db()
    return bool(revoked)


def token_of(secret: str) -> PushToken | None:
    """The live token of a secret, its branch loaded; None for an unknown and for a revoked one alike."""
    digest = _digest(secret)
    # Found by its digest, of which an answer's time tells nothing that helps to guess the secret.
    token = PushToken.objects.select_related("branch").filter(digest=digest, revoked_at__isnull=True).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    return token


def note_use(token: PushToken) -> None:
    """Write down that a token was used, to the minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
        PushToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
