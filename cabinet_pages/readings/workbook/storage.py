"""The workbook that a person has uploaded, kept between the verdict and the drafts: one for each person, for a day."""

import hashlib
import re
from datetime import timedelta
from typing import IO, Any

from django.core.files import File
from django.utils import timezone

from cabinet_pages.access.models import private_storage

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_PIECE = 1 << 16
_ROOT = "reading-workbooks"
#: How long a workbook waits for the person to save its rows.
KEPT_FOR = timedelta(hours=24)


def keep_workbook(user: Any, file: IO[bytes]) -> str:
    """Keep a file for a person in place of the one before; return its SHA-256, by which it is found again."""
    counted = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        counted.update(piece)
    digest = counted.hexdigest()
    forget_workbooks(user.pk, but=digest)
    storage, name = private_storage(), _name(user, digest)
    if _is_over(name):
        storage.delete(name)
    if not storage.exists(name):
        file.seek(0)
        storage.save(name, File(file))
    return digest


def kept_workbook(user: Any, digest: str) -> IO[bytes] | None:
    """The file that a person has uploaded; None for one that is not theirs, no longer kept, or older than a day."""
    if not _DIGEST.match(digest):
        return None
    storage, name = private_storage(), _name(user, digest)
    if _is_over(name):
        return None
    try:
        return storage.open(name)
    except FileNotFoundError:
        return None


def forget_workbooks(user_id: Any, *, but: str = "") -> None:
    """Delete what a person has uploaded.

    Args:
        user_id: of the person, who may be deleted already.
        but: the SHA-256 of the one that stays.
    """
    folder = _folder(user_id)
    for name in _listed(folder)[1]:
        if not (but and name.startswith(but)):
            private_storage().delete(f"{folder}/{name}")


def sweep_workbooks() -> int:
    """Delete what everybody uploaded longer than a day ago; return how many files went."""
    swept = 0
    for person in _listed(_ROOT)[0]:
        for name in _listed(f"{_ROOT}/{person}")[1]:
            if _is_over(f"{_ROOT}/{person}/{name}"):
                private_storage().delete(f"{_ROOT}/{person}/{name}")
                swept += 1
    return swept


def _is_over(name: str) -> bool:
    try:
        return private_storage().get_modified_time(name) < timezone.now() - KEPT_FOR
    except FileNotFoundError:
        return False


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files; nothing of a folder that is not there."""
    try:
        return private_storage().listdir(folder)
    except FileNotFoundError:
        return [], []


def _folder(user_id: Any) -> str:
    return f"{_ROOT}/{user_id}"


def _name(user: Any, digest: str) -> str:
    return f"{_folder(user.pk)}/{digest}.xlsx"
