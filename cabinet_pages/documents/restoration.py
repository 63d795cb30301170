"""Taking imported documents back: their rows, and the files that nothing needs any more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from typing import IO, TypeVar

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q

from cabinet_pages.bulk import CHUNK
from cabinet_pages.documents.models import CounterSignature, DocumentMark, SignedDocument
from cabinet_pages.documents.promotion import DocumentRow, path_of, promote_documents
from cabinet_pages.removal import delete_rows

_T = TypeVar("_T")


def is_kept(sha256: str) -> bool:
    """Whether the bytes of a SHA-256 are still there, though a later file may have replaced them."""
    return _storage().exists(path_of(sha256))


def files_of(ids: Iterable[int]) -> dict[str, str]:
    """The stored files and signatures of documents: path → SHA-256."""
    files: dict[str, str] = {}
    for chunk in _chunks(ids):
        for file, sha256, signature, signature_sha256 in SignedDocument.objects.filter(pk__in=chunk).values_list(
            "file", "sha256", "signature", "signature_sha256"
        ):
            files[file] = sha256
            if signature:
                files[signature] = signature_sha256
    return files


def restore_documents(*, rows: Iterable[DocumentRow]) -> int:
    """Give documents their earlier values and files, which were kept for that; return how many rows were given.

    Raises:
        FileNotFoundError: the bytes of a row are gone.
    """
    return promote_documents(rows=rows, content=_kept_content)


def remove_documents(*, ids: Iterable[int]) -> int:
    """Delete documents with the marks of who has read them, not their files; return how many.

    Raises:
        IntegrityError: a consumer has signed one of them.
    """
    pks = list(ids)
    for chunk in _chunks(pks):
        DocumentMark.objects.filter(document__in=chunk).delete()
    return delete_rows(SignedDocument, pks)


def countersigned(*, digests: Mapping[int, str]) -> set[int]:
    """Of documents, those that their consumer has signed with the bytes of a SHA-256.

    Args:
        digests: the ids of documents, each with the SHA-256 of the bytes in question.
    """
    found: set[int] = set()
    for chunk in _chunks(digests):
        signed = CounterSignature.objects.filter(document__in=chunk).values_list("document_id", "document_sha256")
        found.update(pk for pk, sha256 in signed.distinct() if digests[pk] == sha256)
    return found


def drop_unused_files(*, files: Mapping[str, str], needed: Collection[str]) -> None:
    """Delete files that no document uses, once the transaction is through.

    Args:
        files: path → SHA-256.
        needed: SHA-256 of the files that an undo may still bring back.
    """
    paths = [path for path, sha256 in files.items() if path and sha256 not in needed]
    used: set[str] = set()
    for chunk in _chunks(paths):
        rows = SignedDocument.objects.filter(Q(file__in=chunk) | Q(signature__in=chunk))
        for pair in rows.values_list("file", "signature"):
            used.update(pair)
        used.update(CounterSignature.objects.filter(document_file__in=chunk).values_list("document_file", flat=True))
    transaction.on_commit(partial(_delete, [path for path in paths if path not in used]), robust=True)


def _delete(paths: Iterable[str]) -> None:
    storage = _storage()
    for path in paths:
        storage.delete(path)


def _kept_content(sha256: str) -> AbstractContextManager[IO[bytes]]:
    return _storage().open(path_of(sha256), "rb")


def _storage() -> Storage:
    return SignedDocument().file.storage


def _chunks(items: Iterable[_T]) -> Iterator[list[_T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
