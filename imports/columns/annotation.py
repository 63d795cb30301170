"""The column «Помилка» of an error file, given back: it is taken out before anything is read. No Django."""

from collections.abc import Sequence

from imports.formats import RawRow

from .declared import ColumnSet, fold_heading

#: The heading of the column that an error file adds, and its name where a table has Latin names alone (DBF).
ERROR_COLUMN, ERROR_FIELD = "Помилка", "ERROR"
# Every try looks for the heading anew, and a hostile file may have the word in every cell.
_TRIES = 20
_FOLDED = frozenset(map(fold_heading, (ERROR_COLUMN, ERROR_FIELD)))


def marked_columns(rows: Sequence[RawRow]) -> tuple[int, ...]:
    """Return the positions at which the word «Помилка» stands in one of the first rows; most often there is none."""
    return tuple(
        sorted({at for row in rows for at, cell in enumerate(row.cells) if cell and fold_heading(cell) in _FOLDED})
    )


def added_column(rows: Sequence[RawRow], columns: ColumnSet, heading_row: str = "") -> int | None:
    """Return the position of the column «Помилка» in a table, None when its heading has no such column.

    The word counts in the heading alone: a remark may be that very word.

    Args:
        rows: the first rows of the table.
        columns, heading_row: as for `find_heading`.
    """
    # The heading is found by the other columns, so this import cannot stand above.
    from .headings import TableRefused, find_heading

    tries = 0
    for position in marked_columns(rows):
        for index, row in enumerate(rows):
            cell = row.cells[position] if position < len(row.cells) else ""
            if fold_heading(cell) not in _FOLDED or columns.find(cell) is not None:
                continue
            tries += 1
            if tries > _TRIES:
                return None
            try:
                heading = find_heading([without_cell(one, position) for one in rows], columns, heading_row=heading_row)
            except TableRefused as refused:
                # The other headings are refused all the same, with their own sentence.
                if refused.code == "heading_not_found":
                    continue
                return position
            if heading.first <= index <= heading.last:
                return position
    return None


def without_cell(row: RawRow, position: int) -> RawRow:
    """Return a row as it was before a cell was put into it."""
    cells = row.cells[:position] + row.cells[position + 1 :]
    numeric = frozenset(index - (index > position) for index in row.numeric if index != position)
    return RawRow(row.number, cells, numeric)
