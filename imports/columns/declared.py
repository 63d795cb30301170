"""What columns a kind of file has, and how their headings are compared. No Django."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cabinet_pages.quantities.folding import APOSTROPHES, collapse_spaces, fold_twins, normalise_dashes

_SIGNS = str.maketrans(dict.fromkeys(".,:№*", " "))
_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
# A word broken at the end of a line inside a cell: «Показа-⏎тели».
_BROKEN_WORD = re.compile(r"(?<=\w)-[ \t]*[\r\n]+[ \t]*(?=\w)")
_LAST_WORD = re.compile(r"(?P<heading>.+?)\s*(?:[(\[]\s*(?P<bracketed>[^()\[\]]+?)\s*[)\]]|\s(?P<bare>\S+))$")
# What is longer is no heading. The cells of thirty rows are looked at many times over, whatever they hold, so each is
# worked out once.
_LONGEST = 100
_REMEMBERED = 65_536
_NUMBER_SIGN = "№"


def fold_heading(text: str) -> str:
    """Return the form in which two spellings of one heading are equal.

    Case, white space and line breaks, `. , : № *`, apostrophes, dashes, ё and Latin look-alikes make no difference.
    A heading that is «№» alone stays «№».
    """
    return _folded(text[:_LONGEST])


@lru_cache(_REMEMBERED)
def _folded(text: str) -> str:
    text = _BROKEN_WORD.sub("", text).translate(_APOSTROPHES)
    folded = fold_twins(unicodedata.normalize("NFKC", text.translate(_SIGNS))).replace("ё", "е")
    folded = collapse_spaces(normalise_dashes(folded).translate(_APOSTROPHES))
    return folded or (_NUMBER_SIGN if _NUMBER_SIGN in text else "")


@lru_cache(_REMEMBERED)
def _without_unit(folded: str) -> tuple[str, str]:
    """Return what stands before the last word of a heading, and that word without its brackets."""
    found = _LAST_WORD.fullmatch(folded)
    return (found["heading"], found["bracketed"] or found["bare"]) if found else ("", "")


def heading_keys(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what tells the columns of a table apart, for an operator's mapping.

    That is the heading itself; «Сума [2]» for the second one that is written alike, and «[5]» for a fifth column
    without a heading.
    """
    seen: Counter[str] = Counter()
    keys = []
    for position, text in enumerate(texts, start=1):
        folded = fold_heading(text)
        seen[folded] += 1
        if not folded:
            keys.append(f"[{position}]")
        else:
            keys.append(text if seen[folded] == 1 else f"{text} [{seen[folded]}]")
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file.

    Args:
        name: what the resource calls it: `account`.
        heading: the heading in messages and in files we write: «Особовий рахунок».
        synonyms: other headings met in files; folding makes most spellings equal already.
        required: the file is refused without it.
        free_text: its cells are names or remarks, so one may begin with «Разом» without being a totals row.
        units: units that may stand behind a heading: `("грн",)` for «Сума, грн» and «Сума (грн)». Only these: a column
            of hryvnias must not be found under «Нараховано, кВт·год».
        takes_overflow: where it is the last column, fields beyond it are taken for a raw delimiter in its text.
        outline: where the file has no such column, group rows above the rows may tell it («Особовий рахунок 80-1»).
    """

    name: str
    heading: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    free_text: bool = False
    units: tuple[str, ...] = ()
    takes_overflow: bool = False
    outline: bool = False


@dataclass(frozen=True)
class ColumnSet:
    """The columns of a kind of file, found by heading.

    Args:
        columns: in the order of files we write.
        any_of: groups of names of which a file must have at least one each: `(("point_code", "eic"),)`.
        profile: what an operator decided earlier: folded heading (see `heading_keys`) → name of a column, or "" to
            pass over it.

    Raises:
        ValueError: two columns share a name or a heading, or a group or profile names no column.
    """

    columns: tuple[Column, ...]
    any_of: tuple[tuple[str, ...], ...] = ()
    profile: Mapping[str, str] = field(default_factory=dict)
    _by_heading: Mapping[str, Column] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {column.name: column for column in self.columns}
        if len(by_name) != len(self.columns):
            raise ValueError("two columns share a name")
        by_heading: dict[str, Column] = {}
        for column in self.columns:
            for heading in (column.heading, *column.synonyms):
                if by_heading.setdefault(fold_heading(heading), column) is not column:
                    raise ValueError(f"two columns share the heading {heading!r}")
        named = {name for group in self.any_of for name in group} | {name for name in self.profile.values() if name}
        if not named <= by_name.keys():
            raise ValueError(f"no such columns: {sorted(named - by_name.keys())}")
        object.__setattr__(self, "_by_heading", by_heading)
        object.__setattr__(self, "_by_name", by_name)

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def with_profile(self, profile: Mapping[str, str]) -> "ColumnSet":
        """Return the same columns with an operator's mapping of headings, which wins over the synonyms."""
        return replace(self, profile={fold_heading(heading): name for heading, name in profile.items()})

    def find(self, heading: str, key: str = "") -> Column | None:
        """Return the column of a heading, one of its units behind it («Сума, грн») put aside; None when unknown.

        Args:
            heading: as the file has it.
            key: what tells it from others that are written alike; see `heading_keys`.
        """
        if key and key != heading and (folded := fold_heading(key)) in self.profile:
            return self._by_name.get(self.profile[folded])
        if not heading:
            return None
        folded = fold_heading(heading)
        if folded in self.profile:
            return self._by_name.get(self.profile[folded])
        known = self._by_heading.get(folded)
        if known:
            return known
        before, unit = _without_unit(folded)
        column = self._by_heading.get(before)
        return column if column and unit in map(fold_heading, column.units) else None

    def passes_over(self, heading: str, key: str = "") -> bool:
        """Tell whether the operator's mapping says to pass over a heading; `key` as in `find`."""
        decided = self.profile.get(fold_heading(key)) if key else None
        return (self.profile.get(fold_heading(heading)) if decided is None else decided) == ""
