"""The workbook that a person has uploaded, kept between the verdict and the drafts: one for each person."""

import hashlib
import re
from typing import IO, Any

from django.core.files import File

from cabinet_pages.access.models import private_storage

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_PIECE = 1 << 16


def keep_workbook(user: Any, file: IO[bytes]) -> str:
    """Keep a file for a person in place of the one before; return its SHA-256, by which it is found again."""
    counted = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        counted.update(piece)
    digest = counted.hexdigest()
    forget_workbooks(user, but=digest)
    storage, name = private_storage(), _name(user, digest)
    if not storage.exists(name):
        file.seek(0)
        storage.save(name, File(file))
    return digest


def kept_workbook(user: Any, digest: str) -> IO[bytes] | None:
    """The file that a person has uploaded; None for one that is not theirs or no longer kept."""
    if not _DIGEST.match(digest):
        return None
    storage, name = private_storage(), _name(user, digest)
    try:
        return storage.open(name)
    except FileNotFoundError:
        return None


def forget_workbooks(user: Any, *, but: str = "") -> None:
    """Delete what a person has uploaded.

    Args:
        but: the SHA-256 of the one that stays.
    """
    storage, folder = private_storage(), _folder(user)
    try:
        _, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if not (but and name.startswith(but)):
            storage.delete(f"{folder}/{name}")


def _folder(user: Any) -> str:
    return f"reading-workbooks/{user.pk}"


def _name(user: Any, digest: str) -> str:
    return f"{_folder(user)}/{digest}.xlsx"
