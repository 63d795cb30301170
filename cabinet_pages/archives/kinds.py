"""The contract of what can be put into an archive; each kind is registered through the hook."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from wagtail import hooks

from cabinet_pages.access.queries import Scope
from cabinet_pages.spreadsheets import Cell

# A function that returns kinds of archives.
ARCHIVE_KINDS_HOOK = "cabinet_archive_kinds"


class ContentUnavailable(Exception):
    """A file cannot be put into an archive, so there is none: half of what was asked for is not handed over.

    Args:
        name: of the thing, as its list calls it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `registry.xlsx`.

    Args:
        heading: in the language of the moment.
        is_money: its Decimal cells are sums in UAH, which are added up below the table.
    """

    heading: str
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an archive.

    Args:
        suffix: what its name ends with, made by `rules.safe_suffix` or written in code.
        open: gives its bytes, to be read once and closed; raises ContentUnavailable, or OSError of the storage.
        cells: its row of the registry, a cell for each column.
    """

    suffix: str
    open: Callable[[], IO[bytes]]
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Entry:
    """Files that belong together, as a document and its signature: their names begin alike.

    Args:
        stem: of their names, of any content.
        files: with different suffixes.
        key: by which the kind knows it again when the archive is downloaded; '' is not remembered.
    """

    stem: str
    files: Sequence[ArchiveFile]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What an archive is made of.

    Args:
        columns: of the registry; the names, sizes and digests of the files follow them by themselves.
        entries: one for each thing, read while the archive is written.
        notes: sentences for whoever reads the registry.
    """

    columns: Sequence[Column]
    entries: Iterable[Entry]
    notes: Sequence[str] = ()


class ArchiveKind(ABC):
    """A kind of things of which archives are made."""

    #: By which orders name it.
    code: ClassVar[str]

    @abstractmethod
    def content(self, scopes: Sequence[Scope], items: Sequence[int]) -> Content:
        """The content of one archive, in the language of the moment.

        Args:
            scopes: the accounts, as they are open to the person at this moment.
            items: primary keys that were ordered; what the scopes do not show any more is left out.
        """

    def note_download(self, user: Any, keys: Sequence[str]) -> None:  # noqa: B027 — most kinds have nothing to note.
        """Note that a person has taken what is in an archive.

        Args:
            user: the person.
            keys: of the entries that were put in.
        """


def plugged_kinds() -> list[ArchiveKind]:
    """What the hook functions return, ours among them."""
    return [kind for function in hooks.get_hooks(ARCHIVE_KINDS_HOOK) for kind in function()]


def installed_kinds() -> dict[str, ArchiveKind]:
    """Code → kind."""
    return {kind.code: kind for kind in plugged_kinds()}
