"""Writes a ZIP file by file, none of them whole in memory, and `registry.xlsx` of what is in it."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from cabinet_pages.archives.kinds import ArchiveFile, Content
from cabinet_pages.archives.registry import Registry
from cabinet_pages.archives.rules import Names
from cabinet_pages.clock import kyiv_now

#: The list of all files, at the top of the archive.
REGISTRY_NAME = "registry.xlsx"
_PIECE = 1 << 16
# PDFs and containers are packed already: trying harder takes time and saves nothing.
_LEVEL = 1


class TooLarge(Exception):
    """The files take more than an archive may."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many entries, the keys of those that have one, size in bytes and SHA-256 of the whole."""

    entries: int
    keys: Sequence[str]
    size: int
    sha256: str


def write_archive(target: IO[bytes], content: Content, *, limit: int, tell: Callable[[int], None]) -> Written:
    """Write the files of a content and their registry.

    Args:
        target: a file that can be read and sought.
        content: what is put in.
        limit: bytes of all files together.
        tell: called with the number of entries written so far, before each and while one is long.

    Raises:
        ContentUnavailable, OSError: of a file.
        TooLarge: there is more than the limit.
    """
    names = Names([REGISTRY_NAME])
    registry = Registry(content.columns)
    entries = total = 0
    keys: list[str] = []
    moment = kyiv_now().timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for entry in content.entries:
            tell(entries)
            given = names.take(entry.stem, [file.suffix for file in entry.files])
            for name, file in zip(given, entry.files, strict=True):
                size, digest = _put(archive, _info(name, moment), file, left=limit - total, tell=partial(tell, entries))
                total += size
                registry.add(file.cells, name, digest, size)
            entries += 1
            keys += [entry.key] if entry.key else []
        tell(entries)
        with tempfile.TemporaryFile() as table:
            registry.save(table, content.notes)
            table.seek(0)
            with archive.open(_info(REGISTRY_NAME, moment), "w") as place:
                while piece := table.read(_PIECE):
                    place.write(piece)
    size, digest = _measured(target)
    return Written(entries, keys, size, digest)


def _put(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: ArchiveFile, *, left: int, tell: Callable[[], None]
) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with file.open() as source, archive.open(info, "w") as place:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > left:
                raise TooLarge
            digest.update(piece)
            place.write(piece)
            tell()
    return size, digest.hexdigest()


def _info(name: str, moment: tuple[int, ...]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=moment)  # type: ignore[arg-type]
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _measured(target: IO[bytes]) -> tuple[int, str]:
    target.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := target.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()
