"""The two addresses of the push: to give a file, and to ask what became of it."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from cabinet_pages.accounts.models import Branch
from imports.conf import import_settings
from imports.engine import installed_kinds, receive
from imports.engine.leases import WORKING
from imports.engine.options import OptionRefused
from imports.messages import message
from imports.models import BatchSource, BatchState, ImportBatch, PushToken
from imports.push.reading import check_size, file_of, options_of
from imports.push.refusals import PushRefused
from imports.push.services import note_use, token_of
from imports.queries import report
from imports.tasks import enqueue_if_dead, enqueue_prepare, look_later

_KEY = re.compile(r"[\x21-\x7e]{1,150}")
_KEY_LENGTH = 150
# How long the sender waits before it asks again, in seconds.
_ASK_AGAIN = "5"
_WAIT = "300"

View = Callable[..., HttpResponse]


def _api(*allowed: str) -> Callable[[View], View]:
    """A view for programs: a token instead of a session, JSON instead of pages, nothing for caches."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            # No cookie and no browser's heading chooses the language of a program.
            with translation.override(settings.LANGUAGE_CODE):
                try:
                    if request.method not in allowed:
                        raise PushRefused("wrong_method", allowed=", ".join(allowed))
                    response = view(request, _authorised(request), **kwargs)
                except PushRefused as refusal:
                    response = _refusal(refusal, allowed)
            response.headers["Cache-Control"] = "private, no-store"
            return response

        return answer

    return decorate


@_api("POST")
def push(request: HttpRequest, token: PushToken, kind: str) -> HttpResponse:
    """Take a file: 202 with its batch. The same key with the same bytes finds the same batch."""
    kinds = installed_kinds()
    if kind not in kinds:
        raise PushRefused("no_kind", kind=kind[:40], known=", ".join(kinds))
    key = request.headers.get("Idempotency-Key", "").strip()
    if not _KEY.fullmatch(key):
        raise PushRefused("no_key", limit=_KEY_LENGTH)
    check_size(request)
    with file_of(request) as (file, name):
        said = options_of(request)
        branch = _branch(token, said.pop("branch", ""))
        name = _plain_name(said.pop("name", "") or name) or kind
        # Keys of two tokens are strangers to each other.
        delivery: dict[str, Any] = {
            "kind": kind,
            "source": BatchSource.PUSH.value,
            "idempotency_key": f"{token.pk}:{key}",
        }
        earlier = ImportBatch.objects.filter(**delivery).first()
        if earlier is None:
            try:
                batch = receive(
                    branch=branch,
                    file=file,
                    name=name,
                    auto_apply=token.auto_apply,
                    then=look_later,
                    **delivery,
                    **said,
                )
            except OptionRefused as refusal:
                reason = message(kind, refusal.code, refusal.params)
                raise PushRefused("bad_option", name=_option_of(refusal), reason=reason) from refusal
            except IntegrityError:
                # The same request, twice at once: the other one's batch stays.
                earlier = ImportBatch.objects.get(**delivery)
            else:
                note_use(token)
                enqueue_prepare(batch, is_looked_after=True)
                return _accepted(batch)
        if _sha256(file) != earlier.sha256:
            raise PushRefused("key_of_another_file", batch=earlier.pk)
    note_use(token)
    enqueue_if_dead(earlier)
    return _accepted(earlier)


@_api("GET", "HEAD")
def pushed(request: HttpRequest, token: PushToken, batch_id: int) -> HttpResponse:
    """What became of a pushed file of the token's branch: the contract's report, with 202 while it is worked on."""
    found = ImportBatch.objects.filter(pk=batch_id, source=BatchSource.PUSH)
    batch = found.filter(branch=token.branch).first() if token.branch else found.first()
    if batch is None:
        raise PushRefused("no_batch")
    enqueue_if_dead(batch)
    state = _state(batch)
    is_working = state in WORKING
    response = JsonResponse(
        {**report(batch), "state": state}, status=HTTPStatus.ACCEPTED if is_working else HTTPStatus.OK
    )
    if is_working:
        response.headers["Retry-After"] = _ASK_AGAIN
    return response


def _authorised(request: HttpRequest) -> PushToken:
    """The token of a request, counted against its limits."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = token_of(secret.strip()) if scheme.lower() == "bearer" else None
    rates = import_settings.PUSH_RATES
    if token is None:
        if not _count(request, "unknown_token", rates):
            raise PushRefused("too_often")
        raise PushRefused("no_token")
    action = "push" if request.method == "POST" else "ask"
    if not _count(request, action, rates, key=str(token.pk)):
        raise PushRefused("too_often")
    if token.branch is not None and not token.branch.is_active:
        raise PushRefused("branch_closed")
    return token


def _count(request: HttpRequest, action: str, rates: dict[str, str], key: str | None = None) -> bool:
    config = {f"push.{name}": rate for name, rate in rates.items()}
    use = ratelimit.consume(request, app="imports", action=f"push.{action}", config=config, key=key, limit_get=True)
    return use is not None


def _branch(token: PushToken, code: str) -> Branch | None:
    """Whose file it is: the token's branch, or for the central office the one that is named."""
    if token.branch is not None:
        if code and code != token.branch.code:
            raise PushRefused("other_branch", branch=code[:20])
        return token.branch
    if not code:
        return None
    branch = Branch.objects.filter(code=code, is_active=True).first()
    if branch is None:
        raise PushRefused("no_branch", branch=code[:20])
    return branch


def _accepted(batch: ImportBatch) -> HttpResponse:
    batch.refresh_from_db()
    url = reverse("imports_pushed", args=[batch.pk])
    response = JsonResponse({"batch": batch.pk, "state": _state(batch), "url": url}, status=HTTPStatus.ACCEPTED)
    response.headers["Location"] = url
    return response


def _state(batch: ImportBatch) -> str:
    """The state as a program waits for it: a preview that is about to be applied is not the end."""
    if batch.state == BatchState.PREVIEWED and batch.auto_apply and not batch.error_code:
        return BatchState.PROMOTING.value
    return str(batch.state)


def _refusal(refusal: PushRefused, allowed: tuple[str, ...]) -> HttpResponse:
    response = JsonResponse({"error": refusal.code, "message": refusal.message}, status=refusal.status)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    elif refusal.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(allowed)
    elif refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = _WAIT
    return response


def _sha256(file: Any) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    return digest.hexdigest()


def _plain_name(name: str) -> str:
    """The last part of a path of whatever system."""
    return PureWindowsPath(PurePosixPath(name).name).name


def _option_of(refusal: OptionRefused) -> str:
    return {"complete_undated": "complete", "amount_without_money": "expect_amount"}.get(refusal.code, "accept")
