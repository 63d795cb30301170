"""Sentences about workbooks and their rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cabinet_pages.readings.messages import message_of, shown
from cabinet_pages.readings.rules import Finding
from cabinet_pages.readings.workbook.container import WorkbookRefused
from cabinet_pages.readings.workbook.layout import heading_of
from cabinet_pages.readings.workbook.parsing import Fault

_SAVE_AS = _("Open it in your spreadsheet program, choose File → Save as → Excel workbook (*.xlsx), and upload that.")

#: Why a file is not taken as a whole.
REFUSALS: dict[str, str | Promise] = {
    "no_file": _("Choose the file: the reading sheet that you downloaded here and filled in."),
    "empty": _("The file is empty. Save the filled-in sheet once more and upload it."),
    "too_large": _("The file is larger than %(limit)s MB. Upload only the reading sheet that you downloaded here."),
    "unpacked_too_large": _(
        "The workbook is too large when it is unpacked: formatted empty rows may reach to the end of the sheet, "
        "or there are pictures in it. Download a fresh sheet and copy the readings into it."
    ),
    "too_many_rows": _("The sheet has more than %(limit)s rows. Delete the rows below the table and save the file."),
    "too_many_columns": _(
        "The sheet has more than %(limit)s columns. Delete those beside the table and save the file."
    ),
    "encrypted": _("The workbook is protected with a password. Save it without the password and upload it again."),
    "xls": _("This is a workbook of an older kind (XLS). %(save_as)s"),
    "xlsb": _("This is a binary workbook (XLSB). %(save_as)s"),
    "ods": _("This is an OpenDocument spreadsheet (ODS). %(save_as)s"),
    "text": _("This is a text table (CSV), and an XLSX workbook is needed. %(save_as)s"),
    "not_a_workbook": _("This is not an XLSX workbook. Upload the reading sheet that you downloaded here."),
    "truncated": _("The file is damaged or cut short: it may not have been copied to the end. Save it once more."),
    "damaged": _("The file is damaged and cannot be read. Save it once more in your spreadsheet program."),
    "doctype": _("The file has declarations that no workbook of readings has, so it was not opened."),
    "no_table": _(
        "No heading of the table was found. Return the row with the headings, or download a fresh sheet and copy the "
        "readings into it."
    ),
    "no_value_column": _(
        "The column “%(value)s” was not found: its heading was renamed or deleted. Write the heading as it was."
    ),
    "no_keys": _(
        "The hidden column “%(key)s” was deleted, so it is not known which meter a row is about. "
        "Download a fresh sheet and copy the readings into it."
    ),
    "column_twice": _("The heading “%(column)s” stands in two columns. Leave one of them."),
    "two_tables": _("The workbook has two sheets with tables of readings. Leave one of them."),
    "no_rows": _("There is no row below the headings. Download a fresh sheet and fill it in."),
    "window_closed": _("The window for readings is closed. The next one opens on %(opens)s."),
    "other_period": _(
        "The sheet was made for another month: %(month)s. Readings are taken for %(wanted)s now; download a fresh "
        "sheet."
    ),
    "replaced": _("The uploaded file is no longer kept here. Please upload it again."),
}

#: What is wrong with a row, or odd about it.
FAULTS: dict[str, str | Promise] = {
    "absent": _("There is no such meter among those whose readings are sent on this sheet."),
    "no_key": _(
        "The row has no key in the hidden column “%(key)s”, so it is not known which meter it is about. "
        "Type the reading into the row of the meter."
    ),
    "account_closed": _("Account %(account)s takes no readings now: its window is closed."),
    "other_month": _("The row is of another month: %(month)s. Readings of this account are taken for %(wanted)s now."),
    "not_asked": _("Readings of this point are not taken from the consumer."),
    "twice": _("The same register stands in another row with a reading: %(rows)s. Leave one of them."),
    "merged": _("Cells are merged over several rows. Split them and type a reading into each row."),
    "row_moved": _(
        "The key of the row is of “%(key)s”, but “%(told)s” stands beside it: only some columns were sorted or moved. "
        "Sort all columns together."
    ),
    "value_missing": _("The row has a date, an explanation or a reason, but no reading."),
    "value_is_day": _(
        "The spreadsheet turned the reading into a date. Set the format of the cell to number and type it again."
    ),
    "no_number": _("Enter a number, for example 1234,56."),
    "formula_without_value": _(
        "There is a formula whose value is not in the file. Type the value, or open and save the file in your "
        "spreadsheet program."
    ),
    "formula_error": _("The formula gives an error, %(text)s. Type the value."),
    "not_a_day": _("“%(text)s” is not a date. Write it as 31.01.2026."),
    "unknown_explanation": _("Choose the explanation from the list of the cell: “%(text)s” is not in it."),
    "reason_too_long": _("The reason is longer than %(limit)s characters."),
    "previous_differs": _(
        "The previous reading in the file, %(text)s, is not ours. It was passed over; we count from %(ours)s."
    ),
}


def sentence_of(found: Fault | Finding) -> str:
    """The sentence of a fault, or of a finding of the rules, in the reader's language."""
    if isinstance(found, Finding):
        return message_of(found)
    return str(FAULTS[found.code]) % _params(found.params)


def refusal_of(refusal: WorkbookRefused) -> str:
    """The sentence of a refused file in the reader's language."""
    return refusal_text(refusal.code, **refusal.params)


def refusal_text(code: str, **params: Any) -> str:
    """The sentence of a code of `REFUSALS`."""
    return str(REFUSALS[code]) % _params(params)


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    months = {name: _month(params[name]) for name in ("month", "wanted") if name in params}
    found = shown({name: "—" if value is None else value for name, value in params.items()})
    columns = {"value": heading_of("value")} | ({} if "key" in params else {"key": heading_of("key")})
    return {**columns, "save_as": str(_SAVE_AS), **found, **months}


def _month(text: Any) -> str:
    """Months as `2026-01`, several with commas, as 01.2026."""
    found = []
    for part in str(text).split(", "):
        try:
            found.append(f"{date.fromisoformat(f'{part}-01'):%m.%Y}")
        except ValueError:
            found.append(part[:20])
    return ", ".join(found)
