"""XML: our own `cabinet-exchange`, with the headings as names of the fields. No Django."""

from collections.abc import Iterable
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from .layout import HEADINGS, Cells, cell_text

_BEGINNING = '<?xml version="1.0" encoding="UTF-8"?>\n<cabinet-exchange version="1" kind="readings">\n'
_END = "</cabinet-exchange>\n"


def write_xml(target: IO[bytes], rows: Iterable[Cells]) -> None:
    """Write a document in UTF-8; every row has every field, an empty one says nothing."""
    names = [quoteattr(heading) for heading in HEADINGS]
    target.write(_BEGINNING.encode())
    for cells in rows:
        fields = (
            f"<field name={name}>{escape(text)}</field>" if text else f"<field name={name}/>"
            for name, text in zip(names, map(cell_text, cells), strict=True)
        )
        target.write(f"  <row>{''.join(fields)}</row>\n".encode())
    target.write(_END.encode())
