"""Statements of iFobs, an internet bank of many Ukrainian banks, as XML: `ROWDATA` with a `ROW` per document.

No Django.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from .base import Format, Limits, RawRow, Reading, ReadOptions, check_row
from .markup import root_of
from .statement_table import CREDIT, DEBIT, HEADINGS, LAYOUT, StatementRow, account_of, currency_of, hryvnias
from .xml_stream import RowTarget, encoding_of, stream_rows

_DIRECTIONS = {"1": CREDIT, "0": DEBIT}
_COMPACT_DATE = 8


class IFobsXml(Format):
    """The export in XML; documents are numbered from 1, sums are in kopecks."""

    name: ClassVar[str] = "ifobs_xml"
    rank: ClassVar[int] = 40

    def matches(self, head: bytes, path: Path) -> bool:
        """The first element is ROWDATA."""
        root = root_of(head)
        return root is not None and root.name == "ROWDATA"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the statement."""
        encoding = encoding_of(path, options.encoding)
        target = _Target(options.limits)
        rows = (check_row(row, options.limits) for row in stream_rows(path, target, encoding))
        return Reading(format=self.name, rows=rows, encoding=encoding, layout=LAYOUT)


class _Target(RowTarget):
    """Gathers the rows."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.rows.append(RawRow(0, tuple(HEADINGS.values())))

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """Everything stands in the attributes of `ROW`."""
        if name == "ROW":
            self.row_done()
            told = {key.upper(): value.strip() for key, value in attributes.items()}
            self.rows.append(RawRow(self.count, tuple(_document(told))))


def _document(told: Mapping[str, str]) -> StatementRow:
    direction = _DIRECTIONS.get(told.get("OPERATIONID", ""), "")
    return StatementRow(
        own=account_of(told.get("IBAN", "") or told.get("ACCOUNTNO", "")),
        direction=direction,
        number=told.get("DOCUMENTNO", ""),
        day=_day(told.get("ARCDATE", "") or told.get("DOCUMENTDATE", "")),
        amount=hryvnias(told.get("SUMMA", "")),
        currency=currency_of(told.get("CURRENCYID", "") or told.get("CURRSYMBOLCODE", "")),
        payer=told.get("CORRCONTRAGENTSNAME", ""),
        payer_code=told.get("CORRIDENTIFYCODE", ""),
        payer_account=account_of(told.get("CORRIBAN", "") or told.get("CORRACCOUNTNO", "")),
        purpose=told.get("PLATPURPOSE", ""),
        problem="" if direction else "unknown_direction",
    )


def _day(text: str) -> str:
    if len(text) == _COMPACT_DATE and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text
