"""Orders of archives as tests make them, and what became of them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cabinet_pages.access.models import private_storage
from cabinet_pages.access.queries import scopes_for
from cabinet_pages.archives.models import Archive
from cabinet_pages.archives.services.orders import order_archive
from cabinet_pages.billing.archive import InvoiceArchive

#: Of the person's only account.
INVOICES = 4


def ordered(user: Any, items: int = INVOICES) -> Archive:
    """An archive of the first invoices of the person's account."""
    scopes = list(scopes_for(user))
    account = scopes[0].account
    chosen = [(account.pk, pk) for pk in account.invoices.order_by("pk").values_list("pk", flat=True)[:items]]
    return order_archive(
        user=user, kind=InvoiceArchive, scopes=scopes, items=chosen, title="Рахунки", source_url="/cabinet/"
    )


def silent(archive: Archive, seconds: int = 3600) -> None:
    """Let the last sign of life be so long ago."""
    Archive.objects.filter(pk=archive.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def content_of(archive: Archive) -> bytes:
    archive.refresh_from_db()
    with archive.file.open("rb") as file:
        content: bytes = file.read()
    return content


def stored(user: Any) -> list[str]:
    folder = f"archives/{user.pk}"
    return private_storage().listdir(folder)[1] if private_storage().exists(folder) else []
