"""«Відомість показів» as an XLSX file to fill in: what identifies a row is locked, what a person types is not."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation

from cabinet_pages.quantities.formulas import escape_formula
from cabinet_pages.readings import rules
from cabinet_pages.readings.facts import EntryRegister, EntrySheet
from cabinet_pages.readings.messages import unit_of
from cabinet_pages.readings.sheet.calculation import parsed
from cabinet_pages.readings.sheet.queries import ReadingSheet
from cabinet_pages.readings.workbook.cells import column_letters
from cabinet_pages.readings.workbook.layout import COLUMNS, EXPLANATIONS, key_of
from cabinet_pages.readings.workbook.parsing import MOST_REASON
from cabinet_pages.readings.workbook.table import ENTRY, KEY, VALUE

_PLACES = {column.name: index for index, column in enumerate(COLUMNS)}
_NUMBERS = ("multiplier", "previous", "previous_on")
# A4, and as many pages below each other as it takes.
_A4, _LANDSCAPE = 9, "landscape"


def write_workbook(sheet: ReadingSheet) -> IO[bytes]:
    """Write the workbook of a sheet: a row for each register, with what was sent and typed before.

    Args:
        sheet: whose windows take readings.

    Returns:
        a temporary file at its beginning; the caller closes it.
    """
    workbook = Workbook(write_only=True)
    styles = {style.name: style for style in _styles()}
    for style in styles.values():
        workbook.add_named_style(style)
    target: Any = workbook.create_sheet(_("Reading sheet"))
    preamble = _preamble(sheet)
    heading = len(preamble) + 2
    _arrange(target, heading)
    for number, text in enumerate(preamble):
        target.append([None, _cell(target, text, "cabinet title" if number == 0 else "cabinet note")])
        target.row_dimensions[number + 1].height = 22 if number == 0 else 15
    target.append([])
    target.row_dimensions[heading].height = 45
    target.append([_heading(target, column.name, str(column.heading)) for column in COLUMNS])
    rows = list(_rows(sheet))
    for row in rows:
        target.append(_cells(target, row))
    for validation in _validations(rows, heading + 1):
        target.data_validations.append(validation)
    if rows:
        last = column_letters(len(COLUMNS) - 1)
        target.auto_filter.ref = f"A{heading}:{last}{heading + len(rows)}"
    # The response closes it.
    output = tempfile.TemporaryFile()  # noqa: SIM115
    workbook.save(output)
    output.seek(0)
    return output


@dataclass(frozen=True, slots=True)
class _Row:
    """A register on its way into the workbook."""

    account: str
    point: EntrySheet
    entry: EntryRegister
    value: str | Decimal | None
    read_on: date | None
    explanation: str
    reason: str


def _rows(sheet: ReadingSheet) -> Iterator[_Row]:
    for point in sheet.asked:
        account = sheet.by_account[point.point.account_id].account.number
        for entry in point.registers:
            draft = sheet.drafts.get(entry.register.pk)
            sent = entry.sent if entry.sent is not None and entry.sent.state != "rejected" else None
            if draft is not None and draft.typed and not entry.is_passed:
                number = parsed(draft.typed, digits=entry.facts.digits)
                value = number if isinstance(number, Decimal) else draft.typed
                yield _Row(account, point, entry, value, draft.read_on, draft.explanation, draft.remark)
            elif sent is not None:
                yield _Row(account, point, entry, sent.value, sent.read_on, "", "")
            else:
                yield _Row(account, point, entry, None, None, "", "")


def _cells(target: Any, row: _Row) -> list[Any]:
    point, register, facts = row.point.point, row.entry.register, row.entry.facts
    previous = facts.previous
    is_open = not row.entry.is_passed
    values: dict[str, Any] = {
        KEY: key_of(row.account, row.point, register),
        "account": row.account,
        "site": point.site,
        "code": point.code,
        "eic": point.eic,
        "point": point.name,
        "meter": register.meter.serial,
        "channel": str(register.get_channel_display()),
        "zone": str(register.get_zone_display()),
        "multiplier": _plain(rules.multiplier_on(facts.ratios, row.point.window.latest)),
        "previous": _plain(previous.value) if previous else None,
        "previous_on": previous.read_on if previous else None,
        "unit": unit_of(register.channel),
        VALUE: _plain(row.value) if isinstance(row.value, Decimal) else row.value,
        "read_on": row.read_on,
        "explanation": str(EXPLANATIONS[row.explanation]) if row.explanation in EXPLANATIONS else None,
        "reason": row.reason or None,
    }
    return [_cell(target, values[column.name], _style_of(column.name, is_open=is_open)) for column in COLUMNS]


def _plain(value: Decimal) -> Decimal:
    """Without zeros at the end: a spreadsheet shows a number of the general format as it is."""
    return value.normalize() if value else Decimal(0)


def _style_of(name: str, *, is_open: bool) -> str:
    if name in ENTRY:
        kind = "day" if name == "read_on" else "number" if name == VALUE else "text"
        return f"cabinet {'entry' if is_open else 'passed'} {kind}"
    return "cabinet day" if name == "previous_on" else "cabinet number" if name in _NUMBERS else "cabinet text"


def _cell(target: Any, value: Any, style: str) -> Any:
    """A cell; a text is never a formula, and an identifier keeps its zeros."""
    if isinstance(value, str):
        value = escape_formula(ILLEGAL_CHARACTERS_RE.sub("", value))
    cell = WriteOnlyCell(target, value)
    cell.style = style
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _heading(target: Any, name: str, text: str) -> Any:
    return _cell(target, text, "cabinet heading entry" if name in ENTRY else "cabinet heading")


# --- what stands above the table --------------------------------------------------------------------------------------


def _preamble(sheet: ReadingSheet) -> list[str]:
    """The title, whose accounts they are, their windows, and what to do."""
    numbers = [scope.account.number for scope in sheet.scopes]
    customers = sorted({scope.account.customer.name for scope in sheet.scopes})
    lines = [_("Reading sheet")]
    lines.append(
        _("Account %(number)s, %(customer)s") % {"number": numbers[0], "customer": customers[0]}
        if len(numbers) == 1
        else _("Accounts: %(count)s") % {"count": len(numbers)}
    )
    windows: dict[tuple[date, date, date, date], list[str]] = {}
    for scope in sheet.scopes:
        window = sheet.windows[scope.account.pk]
        terms = window.period, window.closes_on, window.earliest, window.latest
        windows.setdefault(terms, []).append(scope.account.number)
    for (period, closes_on, earliest, latest), of in windows.items():
        text = _(
            "Settled month: %(month)s. Readings are taken until %(until)s; taken from the meter from %(first)s to "
            "%(last)s."
        ) % {
            "month": f"{period:%m.%Y}",
            "until": f"{closes_on:%d.%m.%Y}",
            "first": f"{earliest:%d.%m.%Y}",
            "last": f"{latest:%d.%m.%Y}",
        }
        named = ", ".join(of[:8]) + (" …" if len(of) > 8 else "")
        lines.append(f"{text} {_('Accounts: %(count)s') % {'count': named}}" if len(windows) > 1 else text)
    lines.append(
        _("Fill in the coloured columns, save the file as XLSX and upload it on the page of the reading sheet.")
    )
    lines.append(
        _("Leave the date empty where it is the sheet's. Explain a reading that is smaller than the previous one.")
    )
    return lines


# --- how it looks -----------------------------------------------------------------------------------------------------


def _arrange(target: Any, heading: int) -> None:
    target.freeze_panes = f"{column_letters(_PLACES['meter'])}{heading + 1}"
    for index, column in enumerate(COLUMNS):
        dimension = target.column_dimensions[column_letters(index)]
        dimension.width = column.width
        dimension.hidden = column.name == KEY
    protection = target.protection
    protection.sheet = True
    # Without a password: it keeps from typing into the wrong cell, not from reading one's own data.
    protection.formatCells = protection.formatColumns = protection.formatRows = False
    protection.sort = protection.autoFilter = False
    setup = target.page_setup
    setup.orientation, setup.paperSize, setup.fitToWidth, setup.fitToHeight = _LANDSCAPE, _A4, 1, 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    target.print_title_rows = f"{heading}:{heading}"
    target.page_margins.left = target.page_margins.right = 0.4
    target.oddFooter.center.text = "&P / &N"


def _styles() -> Iterable[NamedStyle]:
    line = Side(style="thin", color="FFBFC7CF")
    box = Border(left=line, right=line, top=line, bottom=line)
    top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    entry, head = PatternFill("solid", fgColor="FFFFF6DB"), PatternFill("solid", fgColor="FFE6ECF1")
    open_head = PatternFill("solid", fgColor="FFFFE08A")
    grey = Font(color="FF5A6670")
    yield NamedStyle("cabinet title", font=Font(bold=True, size=14))
    yield NamedStyle("cabinet note", font=grey)
    for name, fill in (("cabinet heading", head), ("cabinet heading entry", open_head)):
        yield NamedStyle(name, font=Font(bold=True), fill=fill, border=box, alignment=wrapped, number_format="@")
    yield NamedStyle("cabinet text", border=box, alignment=wrapped, number_format="@")
    yield NamedStyle("cabinet number", border=box, alignment=top, number_format="General")
    yield NamedStyle("cabinet day", border=box, alignment=top, number_format="dd.mm.yyyy")
    formats: Sequence[tuple[str, str, Alignment]] = (
        ("number", "General", top), ("day", "dd.mm.yyyy", top), ("text", "General", wrapped),
    )  # fmt: skip
    for kind, number_format, alignment in formats:
        more: dict[str, Any] = {"border": box, "alignment": alignment, "number_format": number_format}
        yield NamedStyle(f"cabinet entry {kind}", fill=entry, protection=Protection(locked=False), **more)
        yield NamedStyle(f"cabinet passed {kind}", font=grey, **more)


# --- what may be typed ------------------------------------------------------------------------------------------------


def _validations(rows: Sequence[_Row], first: int) -> Iterator[DataValidation]:
    """Numbers that the register can show, days of the window, explanations of the list, reasons that fit."""
    digits: dict[int, list[int]] = {}
    days: dict[tuple[date, date], list[int]] = {}
    for number, row in enumerate(rows, start=first):
        digits.setdefault(row.entry.facts.digits, []).append(number)
        window = row.point.window
        days.setdefault((window.earliest, window.latest), []).append(number)
    for count, numbers in sorted(digits.items()):
        most = Decimal(10) ** count - Decimal(1).scaleb(-rules.DECIMALS)
        yield _validation(
            VALUE, numbers, type="decimal", operator="between", formula1="0", formula2=f"{most:f}",
            error=_("Enter a number from 0 to %(most)s.") % {"most": f"{most:f}".replace(".", ",")},
        )  # fmt: skip
    for (earliest, latest), numbers in days.items():
        yield _validation(
            "read_on", numbers, type="date", operator="between",
            formula1=_counted(earliest), formula2=_counted(latest),
            error=_("The date of the reading must be from %(earliest)s to %(latest)s.")
            % {"earliest": f"{earliest:%d.%m.%Y}", "latest": f"{latest:%d.%m.%Y}"},
        )  # fmt: skip
    everywhere = range(first, first + len(rows))
    choices = ",".join(str(text) for text in EXPLANATIONS.values())
    if rows:
        yield _validation(
            "explanation", everywhere, type="list", formula1=f'"{choices}"', error=_("Choose one from the list.")
        )
        yield _validation(
            "reason", everywhere, type="textLength", operator="lessThanOrEqual", formula1=str(MOST_REASON),
            error=_("The reason is longer than %(limit)s characters.") % {"limit": MOST_REASON},
        )  # fmt: skip


def _counted(day: date) -> str:
    return str((day - date(1899, 12, 30)).days)


def _validation(name: str, numbers: Iterable[int], *, error: str, **terms: Any) -> DataValidation:
    letters = column_letters(_PLACES[name])
    ranges = [f"{letters}{start}:{letters}{end}" for start, end in _runs(numbers)]
    return DataValidation(
        sqref=MultiCellRange(" ".join(ranges)),
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_("Reading sheet"),
        error=error,
        **terms,
    )


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers without gaps; numbers come in their order."""
    start = end = None
    for number in numbers:
        if start is not None and end is not None and number == end + 1:
            end = number
            continue
        if start is not None and end is not None:
            yield start, end
        start = end = number
    if start is not None and end is not None:
        yield start, end
