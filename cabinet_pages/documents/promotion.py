"""Writes of signed documents: the promotion of imported ones with their files.

A file is stored under its SHA-256. So equal bytes are stored once, a promotion that dies leaves nothing that the
next one would not find and use, and a replaced file stays for the day its import is taken back.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, NamedTuple
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction

from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.documents.tasks import ask_to_verify

#: SHA-256 → the bytes, opened.
Content = Callable[[str], AbstractContextManager[IO[bytes]]]


class DocumentRow(NamedTuple):
    """A document as it will stand.

    Args:
        pk: the stored document it replaces; None for a new one.
        account_id, kind, number, dated: its natural key; the day is a Kyiv date.
        period: the first day of a month.
        amount: UAH.
        file_name, sha256, size: the name it came under, its digest, its length in bytes.
        signature_name, signature_sha256: of the detached signature; '' without one.
        withdrawn: out of every customer screen, because a complete file lacked it.
    """

    pk: int | None
    account_id: int
    kind: str
    number: str
    dated: date
    title: str
    period: date | None
    amount: Decimal | None
    needs_signature: bool
    file_name: str
    sha256: str
    size: int
    signature_name: str
    signature_sha256: str
    withdrawn: bool = False


_FIELDS = (*DocumentRow._fields[1:], "file", "signature")


def promote_documents(*, rows: Iterable[DocumentRow], content: Content) -> int:
    """Write documents and store the files that are not stored yet; return how many rows were given.

    Args:
        content: opens the bytes of a SHA-256 that a row names; not asked for files that are stored already.

    Raises:
        IntegrityError: the natural key of a new document is taken; files stored by this call are removed.
    """
    iterator = iter(rows)
    shelf = _Shelf(SignedDocument().file.storage, content)
    count = 0
    try:
        with transaction.atomic():
            while chunk := list(islice(iterator, CHUNK)):
                _promote_chunk(chunk, shelf)
                count += len(chunk)
            if count:
                # The import stands without it: whoever looks first has them computed then.
                transaction.on_commit(ask_to_verify, robust=True)
    except BaseException:
        shelf.clear()
        raise
    return count


def _promote_chunk(chunk: list[DocumentRow], shelf: "_Shelf") -> None:
    replaced = [row.pk for row in chunk if row.pk is not None]
    stored = {
        pk: {sha256: file, signature_sha256: signature}
        for pk, sha256, file, signature_sha256, signature in SignedDocument.objects.filter(pk__in=replaced).values_list(
            "pk", "sha256", "file", "signature_sha256", "signature"
        )
    }
    new: list[tuple[object, ...]] = []
    old: list[tuple[object, ...]] = []
    for row in chunk:
        paths = stored.get(row.pk, {}) if row.pk is not None else {}
        file = paths.get(row.sha256) or shelf.put(row.sha256)
        signature = ""
        if row.signature_sha256:
            signature = paths.get(row.signature_sha256) or shelf.put(row.signature_sha256)
        values = (*row[1:], file, signature)
        if row.pk is None:
            new.append((*values, uuid4()))
        else:
            old.append((row.pk, *values))
    insert_rows(SignedDocument, (*_FIELDS, "uuid"), new)
    update_rows(SignedDocument, _FIELDS, old)


def path_of(sha256: str) -> str:
    """Where the bytes of a SHA-256 are stored."""
    return f"documents/{sha256[:2]}/{sha256}"


class _Shelf:
    """Private storage by SHA-256, remembering what was put there."""

    def __init__(self, storage: Storage, content: Content) -> None:
        self.storage = storage
        self.content = content
        self.added: list[str] = []
        self.paths: dict[str, str] = {}

    def put(self, sha256: str) -> str:
        """The path of a file, stored first where it is not."""
        if sha256 not in self.paths:
            self.paths[sha256] = self._store(path_of(sha256), sha256)
        return self.paths[sha256]

    def clear(self) -> None:
        """Remove what this promotion has stored."""
        for path in self.added:
            self.storage.delete(path)

    def _store(self, path: str, sha256: str) -> str:
        with self.content(sha256) as source:
            if self.storage.exists(path):
                source.seek(0, 2)
                if self.storage.size(path) == source.tell():
                    return path
                # Written by a process that was killed: it is cut short.
                self.storage.delete(path)
                source.seek(0)
            stored: str = self.storage.save(path, File(source))
        self.added.append(stored)
        return stored
