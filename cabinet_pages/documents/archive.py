"""Archives of documents: the original bytes, and beside them every signature that stands for them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO, Any, ClassVar

from django.db.models import F
from django.db.models.fields.files import FieldFile
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.kinds import ArchiveFile, ArchiveKind, Column, Content, ContentUnavailable, Entry
from cabinet_pages.archives.rules import safe_suffix
from cabinet_pages.clock import kyiv_today
from cabinet_pages.documents.forms import STATE_WORDS
from cabinet_pages.documents.marks import note_downloads
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, SignedDocument
from cabinet_pages.documents.queries import DocumentWish, documents_for
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE
from cabinet_pages.spreadsheets import Cell

# Rows in memory at a time.
_CHUNK = 100


class DocumentArchive(ArchiveKind):
    """The files of documents, unchanged, each with its signature and with what the consumer signed of it."""

    code: ClassVar[str] = "documents"

    def content(self, scopes: Sequence[Scope], items: Sequence[int]) -> Content:
        """Documents by date; a row of the registry for each file."""
        return Content(
            columns=[Column(heading) for heading in _headings()],
            entries=_entries(scopes, items),
            notes=[
                _("Made on %(day)s. Sums are in UAH.") % {"day": f"{kyiv_today():%d.%m.%Y}"},
                _("A signature lies beside its document under the same name. A container holds the document itself."),
            ],
        )

    def note_download(self, user: Any, keys: Sequence[str]) -> None:
        """The person has taken these documents, with the bytes that were put in."""
        pairs = (key.partition(":") for key in keys)
        note_downloads(user=user, documents=[(int(pk), sha256) for pk, _colon, sha256 in pairs])


def archive_title(wish: DocumentWish, scope: Scope) -> str:
    """What is ordered, in the language of the moment: whose documents, and what the filter leaves of them."""
    when = [str(MONTHS[wish.month])] if wish.month is not None else []
    parts = [
        _("Documents"),
        _("account %(number)s") % {"number": scope.account.number},
        wish.kind,
        " ".join([*when, *([str(wish.year)] if wish.year is not None else [])]),
        str(STATE_WORDS[wish.state]) if wish.state is not None else "",
        wish.text,
    ]
    return ", ".join(filter(None, parts))


def _entries(scopes: Sequence[Scope], items: Sequence[int]) -> Iterator[Entry]:
    for scope in scopes:
        ordered = documents_for(scope).filter(pk__in=items).order_by("dated", "pk").values_list("pk", flat=True)
        numbers = list(ordered)
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            signed = _signed_by_consumer(chunk)
            for document in documents_for(scope).filter(pk__in=chunk).order_by("dated", "pk"):
                document.account = scope.account
                yield _entry(document, signed.get(document.pk))


def _signed_by_consumer(documents: Sequence[int]) -> dict[int, CounterSignature]:
    """The newest file that stands for the present bytes of each document."""
    standing = CounterSignature.objects.filter(document__in=documents, document_sha256=F("document__sha256"))
    found = standing.exclude(state=CounterSignatureState.SUPERSEDED).order_by("version")
    return {one.document_id: one for one in found}


def _entry(document: SignedDocument, signed: CounterSignature | None) -> Entry:
    suffix = safe_suffix(document.file_name)
    files = [_file(document, suffix, document.file, document.file_name, _("document"))]
    if document.signature:
        name = document.signature_name or f"{document.file_name}.p7s"
        beside = f"{suffix}{safe_suffix(name) or '.p7s'}"
        files.append(_file(document, beside, document.signature, name, _("signature")))
    if signed is not None:
        with translation.override(DOCUMENT_LANGUAGE):
            mark = _("signed by the consumer")
        beside = f"{suffix} - {mark}{safe_suffix(signed.file_name)}"
        word = f"{_('signed by the consumer')} ({signed.get_state_display()})"
        files.append(_file(document, beside, signed.file, signed.file_name, word))
    return Entry(_stem(document), files, key=f"{document.pk}:{document.sha256}")


def _stem(document: SignedDocument) -> str:
    with translation.override(DOCUMENT_LANGUAGE):
        return _("%(day)s %(kind)s %(number)s (account %(account)s)") % {
            "day": document.dated.isoformat(),
            "kind": document.kind,
            "number": document.number,
            "account": document.account.number,
        }


def _file(document: SignedDocument, suffix: str, stored: FieldFile, name: str, what: str) -> ArchiveFile:
    cells: list[Cell] = [
        document.account.number,
        document.account.branch.name,
        document.kind,
        document.number,
        document.dated,
        f"{document.period:%m.%Y}" if document.period else "",
        document.title,
        document.amount,
        what,
        name,
    ]
    return ArchiveFile(suffix, partial(_open, stored, str(document)), cells)


def _open(stored: FieldFile, name: str) -> IO[bytes]:
    try:
        # A handle of its own, which whoever reads it closes; the field would keep the first one.
        return stored.storage.open(str(stored.name), "rb")
    except FileNotFoundError as error:
        raise ContentUnavailable(name) from error


def _headings() -> list[str]:
    return [
        _("Account"),
        _("Branch"),
        _("Kind of document"),
        _("Document number"),
        _("Date"),
        _("Period"),
        _("Title of the document"),
        _("Sum"),
        _("What the file is"),
        _("Original name of the file"),
    ]
