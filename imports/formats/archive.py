"""A ZIP of documents: a table (`registry.csv` or `registry.xlsx`) and the files that it names. No Django.

Nothing is unpacked to where a name in the archive points: members are read through handles, by names that were
checked and normalised here. A name is a relative path inside the folder of the registry.
"""

import hashlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from .base import DamagedFile, LimitExceeded, Limits, UnsupportedContent
from .containers import check_overlap

REGISTRY_NAMES = frozenset({"registry.csv", "registry.xlsx"})

_BLOCK = 1 << 20
_UTF8_FLAG = 0x800
_ENCRYPTED = 0x1
# What file managers add by themselves.
_IGNORED_FOLDERS = frozenset({"__macosx"})
_IGNORED_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
# Only the Ukrainian code page of DOS has these letters; what cp866 has in their place are signs.
_UKRAINIAN_BYTES = frozenset(range(0xF2, 0xFA))
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)


class Member(NamedTuple):
    """A file in the archive: its path as people wrote it, and its size unpacked, in bytes."""

    path: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Archive:
    """An open archive, valid inside `open_archive`.

    Args:
        registry: the member that is the table.
        files: the other members by `member_key` of their path.
    """

    registry: Member
    files: Mapping[str, Member]
    _container: zipfile.ZipFile
    _infos: Mapping[str, zipfile.ZipInfo]
    _registry_info: zipfile.ZipInfo

    def find(self, path: str) -> Member | None:
        """The file that a registry names, in any letter case and with either slash; None when it is not there."""
        return self.files.get(member_key(path))

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file of the archive for reading; `sha256` tells beforehand whether its bytes are whole."""
        with self._container.open(self._infos[member_key(path)]) as member:
            yield member

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file, unpacked.

        Raises:
            DamagedFile: its bytes are broken.
        """
        digest = hashlib.sha256()
        for block in _blocks(self._container, self._infos[member_key(path)]):
            digest.update(block)
        return digest.hexdigest()

    def copy_registry(self, target: IO[bytes]) -> None:
        """Write the table's bytes.

        Raises:
            DamagedFile: they are broken.
        """
        for block in _blocks(self._container, self._registry_info):
            target.write(block)


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """Open a ZIP of documents.

    Raises:
        UnsupportedContent: `not_an_archive`, or `no_registry` when it has no table or several.
        DamagedFile: `truncated`, `encrypted`, `unsafe_name` (a path that leaves the archive), `symbolic_link`,
            `same_name` (two members that differ in letter case at most).
        LimitExceeded: too many members, or too large unpacked.
    """
    if path.stat().st_size > limits.file_bytes:
        raise LimitExceeded("too_large", limit=limits.file_bytes, size=path.stat().st_size)
    if not zipfile.is_zipfile(path):
        raise UnsupportedContent("not_an_archive")
    try:
        container = zipfile.ZipFile(path)
    except (*_BROKEN, NotImplementedError) as error:
        raise DamagedFile("truncated") from error
    with container:
        yield _archive(container, limits)


def member_key(path: str) -> str:
    """The form in which two spellings of a path in an archive are equal."""
    parts = [part for part in unicodedata.normalize("NFC", path).replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts).casefold()


def _archive(container: zipfile.ZipFile, limits: Limits) -> Archive:
    infos = container.infolist()
    _check_limits(infos, limits)
    check_overlap(infos)
    by_path: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _name(info)
        _check_member(info, name)
        if info.is_dir() or name.endswith("/") or _is_ignored(name):
            continue
        if name in by_path:
            raise DamagedFile("same_name", name=name)
        by_path[name] = info
    registries = [name for name in by_path if name.rsplit("/", 1)[-1].casefold() in REGISTRY_NAMES]
    depth = min((name.count("/") for name in registries), default=0)
    nearest = [name for name in registries if name.count("/") == depth]
    if len(nearest) != 1:
        raise UnsupportedContent("no_registry")
    registry = nearest[0]
    folder = registry[: registry.rfind("/") + 1]
    files: dict[str, Member] = {}
    found: dict[str, zipfile.ZipInfo] = {}
    for name, info in by_path.items():
        if name == registry:
            continue
        # Files beside the registry's folder keep their whole path, so that they are told as unnamed.
        relative = name.removeprefix(folder)
        key = member_key(relative)
        if key in files:
            raise DamagedFile("same_name", name=name)
        files[key] = Member(relative, info.file_size)
        found[key] = info
    return Archive(Member(registry, by_path[registry].file_size), files, container, found, by_path[registry])


def _check_limits(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members:
        raise LimitExceeded("too_many_members", limit=limits.members)
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes)
    for info in infos:
        large = info.file_size > limits.zip_ratio_from_bytes
        if large and info.file_size > max(info.compress_size, 1) * limits.zip_ratio:
            raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes)


def _check_member(info: zipfile.ZipInfo, name: str) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise DamagedFile("encrypted")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or any(not part.isprintable() for part in parts):
        raise DamagedFile("unsafe_name", name=name.encode("ascii", "backslashreplace").decode()[:120])
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DamagedFile("symbolic_link", name=name)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member: UTF-8 where the archive says or shows it, else the DOS page that Windows packs with."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG and not name.isascii():
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            # cp1125 is cp866 with the letters Ґ, Є, І and Ї.
            name = raw.decode("cp1125" if _UKRAINIAN_BYTES & set(raw) else "cp866")
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def _is_ignored(name: str) -> bool:
    parts = name.casefold().split("/")
    return bool(_IGNORED_FOLDERS & set(parts[:-1])) or parts[-1] in _IGNORED_NAMES


def _blocks(container: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with container.open(info) as member:
            # One byte more than is promised is enough to know that the directory lies.
            left = info.file_size
            while block := member.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise DamagedFile("truncated")
                yield block
    except (*_BROKEN, NotImplementedError, RuntimeError) as error:
        raise DamagedFile("truncated") from error
