"""What people have opened and downloaded: the one service that notes it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from cabinet_pages.documents.models import DocumentMark, SignedDocument


def note_look(*, user: Any, document: SignedDocument, downloaded: bool = False) -> None:
    """Note that a person opened a document, and downloaded it; the first time of each is kept.

    Args:
        user: the person.
        document: as it stands: a replaced file is new again.
        downloaded: whether the person took the file.
    """
    now = timezone.now()
    mark, is_new = DocumentMark.objects.get_or_create(
        user=user,
        document=document,
        sha256=document.sha256,
        defaults={"opened_at": now, "downloaded_at": now if downloaded else None},
    )
    if downloaded and not is_new and mark.downloaded_at is None:
        DocumentMark.objects.filter(pk=mark.pk, downloaded_at=None).update(downloaded_at=now)


@transaction.atomic
def note_downloads(*, user: Any, documents: Sequence[tuple[int, str]]) -> None:
    """Note that a person took many documents at once; the first time of each is kept. Four queries.

    Args:
        user: the person.
        documents: primary key and SHA-256 of the bytes that were taken; one that is gone by now is passed over.
    """
    now = timezone.now()
    kept = set(SignedDocument.objects.filter(pk__in=[pk for pk, _ in documents]).values_list("pk", flat=True))
    taken = [(pk, sha256) for pk, sha256 in documents if pk in kept]
    DocumentMark.objects.bulk_create(
        [DocumentMark(user=user, document_id=pk, sha256=sha256, opened_at=now) for pk, sha256 in taken],
        ignore_conflicts=True,
    )
    marks = DocumentMark.objects.filter(user=user, document__in=kept, downloaded_at=None)
    marks.filter(sha256__in={sha256 for _, sha256 in taken}).update(downloaded_at=now)


def is_a_look(request: HttpRequest) -> bool:
    """Whether a person asks, and not a browser that fetches ahead or wants the headers alone."""
    purposes = (request.headers.get("Sec-Purpose", ""), request.headers.get("Purpose", ""))
    return request.method == "GET" and not any("prefetch" in purpose.lower() for purpose in purposes)
