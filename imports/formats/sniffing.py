"""Choosing the format of a file by its content. No Django."""

from collections.abc import Iterable
from pathlib import Path

from .base import HEAD_BYTES, DamagedFile, Format, LimitExceeded, Limits, UnreadableFile, UnsupportedContent
from .signatures import ole_kind, recognise, zip_kind

_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"


def sniff(path: Path, formats: Iterable[Format], limits: Limits) -> Format:
    """Return the format that reads the file, by content alone.

    Args:
        path: the file; its name and extension mean nothing.
        formats: what is installed, in any order: they are asked by their rank.
        limits: the size of the file is checked before anything is read.

    Raises:
        UnreadableFile: too large, empty, damaged, behind a password, or of a kind that no format reads.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise LimitExceeded("too_large", limit=limits.file_bytes, size=size)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(_BLANK):
        raise UnsupportedContent("empty")
    for candidate in sorted(formats, key=lambda one: one.rank):
        if candidate.matches(head, path):
            return candidate
    raise _refusal(head, path)


def _refusal(head: bytes, path: Path) -> UnreadableFile:
    kind = recognise(head)
    if kind == "zip":
        kind = zip_kind(path)
    elif kind == "ole2":
        kind = ole_kind(path)
    if kind == "damaged":
        return DamagedFile("truncated")
    if kind in {"encrypted", "doctype"}:
        return DamagedFile(kind)
    if kind in {"xlsx", "xlsb", "xls", "ods"} or not kind:
        return UnsupportedContent("unknown_content")
    return UnsupportedContent(kind)
