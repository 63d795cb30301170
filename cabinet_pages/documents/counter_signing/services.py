"""Writes of counter-signed documents: a consumer sends a signed file, the branch accepts or returns it."""

import hashlib
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import uuid4

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope, branches_for
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.counter_signing import audit
from cabinet_pages.documents.counter_signing.mails import announce_decision, mail_upload
from cabinet_pages.documents.counter_signing.messages import SignedFileRefused
from cabinet_pages.documents.counter_signing.queries import Standing, knowledge_on, standing_of
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, SignedDocument
from cabinet_pages.documents.rules import signed_form
from cabinet_pages.documents.tasks import ask_to_check

_NAME_AT_MOST: Final = 255
_MEGABYTE: Final = 1024 * 1024
#: So often a file is tried to be kept while others are sent at the same moment.
_TRIES: Final = 5


def send_counter_signature(
    *, by: Any, scope: Scope, document: SignedDocument, signed_file: "File[bytes]"
) -> CounterSignature:
    """Keep a file with which a consumer signed a document, tell the branch, and have it checked by the worker.

    A file that waits already is returned unchanged; another one takes its place, and the earlier one is kept.

    Args:
        by: the person.
        scope: what opens the account to them; a viewer may not sign, of a terminated contract the others still may.
        document: as the person saw it.
        signed_file: its bytes are kept as they are; its name is only shown.

    Raises:
        SignedFileRefused: see its sentences.
    """
    if scope.role not in (Role.OWNER, Role.SUBMITTER):
        raise SignedFileRefused("viewer")
    if not document.needs_signature:
        raise SignedFileRefused("not_asked")
    content = _content(signed_file)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == document.sha256:
        raise SignedFileRefused("document_itself")
    if sha256 == document.signature_sha256:
        raise SignedFileRefused("branch_signature")
    form, refusal = signed_form(content)
    if refusal:
        raise SignedFileRefused(refusal)
    name = _shown_name(signed_file.name or "")
    for _ in range(_TRIES - 1):
        # Another file, sent at the same time, may be first: then this one comes after it.
        with suppress(IntegrityError):
            return _keep(by, scope, document, content, sha256, form, name)
    return _keep(by, scope, document, content, sha256, form, name)


def accept_counter_signature(*, by: Any, signed: CounterSignature, comment: str = "") -> None:
    """Accept a signed file, and tell the customer.

    Args:
        by: an employee of the account's branch.
        signed: with its document, account and branch loaded; it is changed in place.
        comment: the customer will read it; needed where the cabinet could not check the signature.

    Raises:
        SignedFileRefused: `not_your_branch`, `still_checked`, `signature_bad`, `comment_to_accept`, `already_decided`.
    """
    _check_branch(by, signed)
    standing = standing_of(knowledge_on(signed))
    comment = _plain(comment)
    if standing == Standing.BEING_CHECKED:
        raise SignedFileRefused("still_checked")
    if standing == Standing.BAD:
        raise SignedFileRefused("signature_bad")
    if standing == Standing.UNTOLD and not comment:
        raise SignedFileRefused("comment_to_accept")
    _decide(by, signed, CounterSignatureState.ACCEPTED, audit.ACCEPT, comment)


def return_counter_signature(*, by: Any, signed: CounterSignature, comment: str) -> None:
    """Return a signed file with a comment, and tell the customer, who may sign again.

    Raises:
        SignedFileRefused: `not_your_branch`, `comment_to_return`, `already_decided`.
    """
    _check_branch(by, signed)
    comment = _plain(comment)
    if not comment:
        raise SignedFileRefused("comment_to_return")
    _decide(by, signed, CounterSignatureState.RETURNED, audit.RETURN, comment)


def _keep(
    by: Any, scope: Scope, document: SignedDocument, content: bytes, sha256: str, form: str, name: str
) -> CounterSignature:
    """Store a file and its row, which the constraints of the table put into its place.

    Raises:
        IntegrityError: another file was first.
    """
    stored: list[str] = []
    try:
        with transaction.atomic():
            current = SignedDocument.objects.get(pk=document.pk)
            if current.withdrawn or current.sha256 != document.sha256:
                raise SignedFileRefused("document_changed")
            earlier = list(CounterSignature.objects.filter(document=current).order_by("-version"))
            if (waiting := _waiting_again(earlier, current, sha256)) is not None:
                return waiting
            CounterSignature.objects.filter(document=current, state=CounterSignatureState.WAITING).update(
                state=CounterSignatureState.SUPERSEDED
            )
            signed = CounterSignature(
                document=document,
                document_sha256=current.sha256,
                document_file=str(current.file),
                version=earlier[0].version + 1 if earlier else 1,
                form=form,
                file_name=name,
                sha256=sha256,
                size=len(content),
                uploaded_by=by,
            )
            signed.file.save(str(uuid4()), ContentFile(content), save=False)
            stored.append(str(signed.file))
            signed.save()
            log(scope.account, audit.UPLOAD, user=by, data=_logged(signed))
            mail_upload(signed)
            # The file stands without it: whoever looks first has it checked then.
            transaction.on_commit(partial(ask_to_check, signed), robust=True)
    except BaseException:
        for path in stored:
            CounterSignature().file.storage.delete(path)
        raise
    return signed


def _content(signed_file: "File[bytes]") -> bytes:
    limit: int = cabinet_settings.SIGNED_FILE_MAX_BYTES
    if signed_file.size > limit:
        raise SignedFileRefused("too_large", limit=limit // _MEGABYTE)
    signed_file.seek(0)
    content: bytes = signed_file.read()
    return content


def _waiting_again(earlier: list[CounterSignature], document: SignedDocument, sha256: str) -> CounterSignature | None:
    """The file that waits and is sent once more. Raises SignedFileRefused where no other is wanted."""
    for one in earlier:
        if one.document_sha256 != document.sha256:
            continue
        if one.state == CounterSignatureState.ACCEPTED:
            raise SignedFileRefused("already_accepted")
        if one.sha256 == sha256 and one.state == CounterSignatureState.WAITING:
            return one
        if one.sha256 == sha256 and one.state == CounterSignatureState.RETURNED:
            raise SignedFileRefused("same_as_returned")
    return None


@transaction.atomic
def _decide(by: Any, signed: CounterSignature, state: CounterSignatureState, action: str, comment: str) -> None:
    changes = {"state": state, "comment": comment, "decided_at": timezone.now(), "decided_by_id": by.pk}
    if not CounterSignature.objects.filter(pk=signed.pk, state=CounterSignatureState.WAITING).update(**changes):
        raise SignedFileRefused("already_decided")
    for name, value in changes.items():
        setattr(signed, name, value)
    log(signed.document.account, action, user=by, data={**_logged(signed), "comment": comment})
    announce_decision(signed)


def _check_branch(by: Any, signed: CounterSignature) -> None:
    if not branches_for(by).filter(pk=signed.document.account.branch_id).exists():
        raise SignedFileRefused("not_your_branch")


def _logged(signed: CounterSignature) -> dict[str, Any]:
    return {
        "document": str(signed.document.uuid),
        "counter_signature": str(signed.uuid),
        "version": signed.version,
        "sha256": signed.sha256,
    }


def _shown_name(name: str) -> str:
    return _plain(name)[-_NAME_AT_MOST:] or "signed"


def _plain(text: str) -> str:
    # PostgreSQL stores no NUL.
    return text.replace("\x00", "").strip()
