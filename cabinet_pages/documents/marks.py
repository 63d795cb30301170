"""What people have opened and downloaded: the one service that notes it."""

from typing import Any

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


def is_a_look(request: HttpRequest) -> bool:
    """Whether a person asks, and not a browser that fetches ahead or wants the headers alone."""
    purposes = (request.headers.get("Sec-Purpose", ""), request.headers.get("Purpose", ""))
    return request.method == "GET" and not any("prefetch" in purpose.lower() for purpose in purposes)
