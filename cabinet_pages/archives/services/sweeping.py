"""Clears away archives that are over, and files that no archive leads to."""

from datetime import timedelta

from django.utils import timezone

from cabinet_pages.access.models import private_storage
from cabinet_pages.archives.models import Archive
from cabinet_pages.archives.services.work import FOLDER

# A worker that is about to finish has its file in the storage before its row says so.
_ORPHAN_AGE = timedelta(hours=24)


def sweep_archives() -> int:
    """Delete archives that are kept no longer, and files that dead workers left; return how many files went."""
    over = list(Archive.objects.filter(expires_at__lte=timezone.now()))
    swept = sum(1 for archive in over if archive.file)
    # Their files go with them (receivers.py).
    Archive.objects.filter(pk__in=[archive.pk for archive in over]).delete()
    return swept + _sweep_orphans()


def _sweep_orphans() -> int:
    storage = private_storage()
    known = set(Archive.objects.exclude(file="").values_list("file", flat=True))
    swept = 0
    for person in _listed(FOLDER)[0]:
        for file in _listed(f"{FOLDER}/{person}")[1]:
            name = f"{FOLDER}/{person}/{file}"
            if name not in known and storage.get_modified_time(name) < timezone.now() - _ORPHAN_AGE:
                storage.delete(name)
                swept += 1
    return swept


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files; nothing of a folder that is not there."""
    try:
        return private_storage().listdir(folder)
    except FileNotFoundError:
        return [], []
