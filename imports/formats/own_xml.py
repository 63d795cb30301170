"""An XML of our own, for programs that would rather write elements than a table. No Django.

    <?xml version="1.0" encoding="UTF-8"?>
    <cabinet-exchange version="1" kind="payments" as-of="2026-02-01">
      <row>
        <field name="Особовий рахунок">80-1</field>
        <field name="Дата платежу">2026-01-31</field>
      </row>
    </cabinet-exchange>

The names of the fields are the headings of a table of that kind. Every row has the same fields, in any order: an
absent field would not say whether the stored value stays or is cleared. `as-of`, a date, is what «станом на …» is above
a table, and `facts` of the reading has the `kind`. A row has its ordinal number, counted from 1; the heading is row 0.
"""

import datetime
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import ClassVar

from .base import HEAD_BYTES, DamagedFile, Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions
from .markup import root_of
from .signatures import recognise
from .xml_stream import RowTarget, encoding_of, stream_rows

VERSION = "1"


class CabinetXml(Format):
    """`<cabinet-exchange>`."""

    name: ClassVar[str] = "xml"
    rank: ClassVar[int] = 70

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept a document whose root is `cabinet-exchange`."""
        return recognise(head) == "cabinet_xml"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the document.

        Raises:
            UnreadableFile: `cabinet_xml_version`, `cabinet_xml_field` (a field without a name, or twice in a row),
                `cabinet_xml_fields` (a row with other fields than the first), `no_rows`, `doctype`, `truncated`,
                `damaged`, `undecodable`, or a limit.
        """
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        with path.open("rb") as file:
            root = root_of(file.read(HEAD_BYTES))
        told = root.attributes if root else {}
        if told.get("version", VERSION) != VERSION:
            raise DamagedFile("cabinet_xml_version", version=told["version"][:20])
        encoding = encoding_of(path, options.encoding)
        target = _Rows(options.limits)
        rows = stream_rows(path, target, encoding)
        first = next(rows, None)
        if first is None:
            raise DamagedFile("no_rows")
        above = [RawRow(0, (line,)) for line in _preamble(told.get("as-of", ""))]
        return Reading(
            format=self.name,
            rows=chain(above, [RawRow(0, target.headings), first], rows),
            encoding=encoding,
            facts={"kind": told.get("kind", "")},
        )


def _preamble(as_of: str) -> list[str]:
    try:
        day = datetime.datetime.fromisoformat(as_of.strip())
    except ValueError:
        return []
    return [f"Станом на {day.day:02}.{day.month:02}.{day.year:04}"]


class _Rows(RowTarget):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.headings: tuple[str, ...] = ()
        self._depth = 0
        self._name = ""
        self._fields: dict[str, str] = {}

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 3 and name == "field":
            self._name = " ".join(attributes.get("name", "").split())
            if len(self._fields) >= self.limits.columns:
                raise LimitExceeded("too_many_columns", limit=self.limits.columns, row=self.count + 1)
            self.take_text()
        elif self._depth == 2 and name == "row":
            self._fields = {}

    def closed(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 2 and name == "field":
            # Asked at its end: a tag that the file ends in comes here too, without its attributes.
            if not self._name or self._name in self._fields:
                raise DamagedFile("cabinet_xml_field", row=self.count + 1, field=self._name)
            text = self.take_text()
            if len(text) > self.limits.cell_chars:
                raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=self.count + 1)
            self._fields[self._name] = text.strip()
        elif self._depth == 1:
            self.take_text()
            if name == "row" and self._fields:
                self._finish()

    def _finish(self) -> None:
        fields = self._fields
        self.row_done()
        self.headings = self.headings or tuple(fields)
        if fields.keys() != set(self.headings):
            odd = sorted(fields.keys() ^ set(self.headings))
            raise DamagedFile("cabinet_xml_fields", row=self.count, fields=odd[:5])
        self.rows.append(RawRow(self.count, tuple([fields[heading] for heading in self.headings])))
