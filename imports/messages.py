"""Codes of engine, formats, columns and values → sentences in the active language, made when somebody reads them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.engine.registry import UnknownKind, installed_stops, resource_class
from imports.models import BatchState, ImportBatch

_MESSAGES: Mapping[str, Any] = {
    # Whole files.
    "empty": gettext_lazy("The file is empty. Export it again."),
    "file_lost": gettext_lazy("The storage has this file no more. Give it again; what it has loaded stays."),
    "no_rows": gettext_lazy("The file has no rows below its headings."),
    "unknown_content": gettext_lazy("The content of the file is not recognised. Save it as XLSX or CSV."),
    "mxl": gettext_lazy("This is a 1C table (MXL). Open it in 1C and save it as XLSX or CSV."),
    "pdf": gettext_lazy("This is a PDF, which holds no table. Export the table as XLSX or CSV."),
    "image": gettext_lazy("This is a picture. Export the table as XLSX or CSV."),
    "dbf": gettext_lazy("This is a DBF table. Save it as XLSX or CSV."),
    "html": gettext_lazy("This is a web page saved under another name. Open it in a spreadsheet and save it as XLSX."),
    "xml": gettext_lazy("This is an XML file that is not known here. Save the table as XLSX or CSV."),
    "xml_v8exch": gettext_lazy(
        "This is a dump of 1C objects (“Export and import of XML data”). Save the report itself as XLSX or CSV."
    ),
    "xml_enterprise_data": gettext_lazy(
        "This is an EnterpriseData message, which 1C programs exchange. Save the report itself as XLSX or CSV."
    ),
    "xml_conversion": gettext_lazy(
        "This is an exchange file of “Data conversion 2”. Save the report itself as XLSX or CSV."
    ),
    "xml_v8_values": gettext_lazy("These are 1C values in XML. Save the table as XLSX or CSV."),
    "xml_medoc": gettext_lazy("This is a tax or M.E.Doc form (DECLAR). Save the registry of documents as XLSX or CSV."),
    "web_archive": gettext_lazy("This is a web archive (MHT). Save it as XLSX or CSV."),
    "no_table": gettext_lazy("The page has no table with text. Save the table as XLSX or CSV."),
    "commerceml_without_payments": gettext_lazy(
        "This CommerceML file has no payments: it holds orders or goods. Export the payments."
    ),
    "commerceml_currency": gettext_lazy(
        "Document %(row)s of the CommerceML file is in %(currency)s. Only payments in hryvnias can be loaded."
    ),
    "cabinet_xml_version": gettext_lazy(
        "The exchange file is of version %(version)s, which is not known here. Version 1 is."
    ),
    "cabinet_xml_field": gettext_lazy("A field of row %(row)s has no name, or stands in it twice."),
    "cabinet_xml_fields": gettext_lazy(
        "Row %(row)s has other fields than the first row: %(fields)s. Every row must have all of them, empty ones too."
    ),
    "dbf_version": gettext_lazy("This is a DBF of dBase VII. Save it as dBase III or IV, or as XLSX."),
    "dbf_field_type": gettext_lazy(
        "The field %(field)s of the DBF is of type %(type)s, which is not read here. Save it as dBase III, or as XLSX."
    ),
    "dbf_record_count": gettext_lazy(
        "The header of the DBF tells %(told)s records, and the file has %(found)s. Export it again."
    ),
    "client_bank": gettext_lazy("This is a client-bank exchange file. Export the payments as XLSX or CSV."),
    "rtf": gettext_lazy("This is a text document (RTF). Save the table as XLSX or CSV."),
    "archive": gettext_lazy("This is an archive. Unpack it and give the table itself."),
    "document": gettext_lazy("This is a text document. Save the table as XLSX or CSV."),
    "encrypted": gettext_lazy("The file is behind a password. Save it without one."),
    "truncated": gettext_lazy("The file is cut short. Export it again."),
    "damaged": gettext_lazy("The file is damaged and cannot be opened. Export it again."),
    "nul_bytes": gettext_lazy("The file has zero bytes in its text (line %(line)s). Export it again."),
    "undecodable": gettext_lazy("The text of the file is not in %(encoding)s (line %(line)s). Name its encoding."),
    "unknown_encoding": gettext_lazy("The encoding of the file is not recognised. Save it in UTF-8 or Windows-1251."),
    "doctype": gettext_lazy("The file declares a document type, which is not allowed here."),
    "no_such_sheet": gettext_lazy("The workbook has no sheet “%(sheet)s”."),
    "too_large": gettext_lazy("The file is too large: the limit is %(limit)s bytes."),
    "unpacked_too_large": gettext_lazy("The file is too large when it is unpacked: the limit is %(limit)s bytes."),
    "too_many_members": gettext_lazy("The file has too many parts: the limit is %(limit)s."),
    "too_many_rows": gettext_lazy("The file has too many rows: the limit is %(limit)s. Split it."),
    "too_many_columns": gettext_lazy("The file has too many columns: the limit is %(limit)s."),
    "too_many_cells": gettext_lazy("The sheet is too large: the limit is %(limit)s cells. Save it as CSV."),
    "workbook_too_large": gettext_lazy(
        "The workbook takes too much memory when it is opened: the limit is %(limit)s MB. Save the table as CSV."
    ),
    "too_many_elements": gettext_lazy("The file has too many nested or empty elements. Save the table as XLSX or CSV."),
    "too_many_articles": gettext_lazy(
        "The file names more than %(limit)s articles that are not known (row %(row)s). Check the column of articles."
    ),
    "cell_too_long": gettext_lazy("A cell is too long (row %(row)s): the limit is %(limit)s characters."),
    "heading_not_found": gettext_lazy("No row with headings was found. Expected, among others: %(headings)s."),
    "duplicate_headings": gettext_lazy("A column stands twice in the file: %(headings)s."),
    "missing_headings": gettext_lazy("Required columns are missing: %(headings)s."),
    "unknown_mapping": gettext_lazy("The file has no such column for “%(heading)s”: %(value)s."),
    "unknown_option": gettext_lazy("This way of reading the file is not known."),
    "source_name": gettext_lazy("The name of a source has 1 to %(limit)s characters."),
    "group_rows_used": gettext_lazy(
        "The account is taken from the group rows above the rows: there are %(count)s of them (rows %(rows)s). "
        "Check it."
    ),
    "group_rows_passed": gettext_lazy(
        "Group rows and remarks between the rows are passed over: there are %(count)s of them (rows %(rows)s)."
    ),
    # Rows.
    "unknown_column": gettext_lazy("The column “%(column)s” is not known; it is kept with the file and not used."),
    "too_many_fields": gettext_lazy("The row has more fields than the heading."),
    "too_few_fields": gettext_lazy("The row has fewer fields than the heading."),
    "required": gettext_lazy("This cell must not be empty."),
    "no_key": gettext_lazy("The row does not say what it is about."),
    "duplicate_row": gettext_lazy("The same key already stands in row %(first)s."),
    "rejected_with_row": gettext_lazy("Rejected together with row %(row)s."),
    "account_not_in_branch": gettext_lazy("Account %(account)s was not found in branch %(branch)s"),
    "account_unknown": gettext_lazy("Account %(account)s was not found"),
    "unknown_branch": gettext_lazy("There is no branch “%(value)s”."),
    "other_branch": gettext_lazy("The row belongs to branch “%(value)s”, and the file was given to %(branch)s."),
    "unknown_article": gettext_lazy("The article “%(article)s” is new; it will be added as not yet confirmed."),
    "rows_rejected": gettext_lazy("The file has rows with errors (%(rejected)s), so nothing was applied."),
    "all_rows_rejected": gettext_lazy("Every row of the file has errors (%(rejected)s), so nothing was applied."),
    "stopped": gettext_lazy("The file was held up, so nothing was applied: look at the reasons and accept them."),
    "second_person_needed": gettext_lazy("Another employee must confirm this import too."),
    "outside_period": gettext_lazy("The file is complete for %(first)s–%(last)s, and this row is of another day."),
    "nothing_withdrawn": gettext_lazy(
        "The file has rows of which nobody can tell what they are about, so nothing is withdrawn."
    ),
    "accounts_spared": gettext_lazy(
        "Rows of %(number)s accounts could not be read, so nothing of these accounts is withdrawn."
    ),
    "preview_outdated": gettext_lazy("The data changed after the preview. Look at the new numbers and confirm again."),
    "gave_up": gettext_lazy(
        "The file has ended the program that reads it %(attempts)s times, so it is not tried any more. "
        "Nothing was applied; tell the administrator."
    ),
    "undo_gave_up": gettext_lazy(
        "The undo of this import has ended its worker %(attempts)s times, so it is not tried any more. "
        "Nothing was taken back; tell the administrator."
    ),
    "superseded": gettext_lazy("The work was broken off, and the same file was given again: see import %(batch)s."),
    # Options.
    "not_a_span": gettext_lazy("“%(value)s” is not a period: FROM..TO is expected, days or months."),
    "span_reversed": gettext_lazy("The period ends before it begins."),
    "complete_undated": gettext_lazy(
        "A file of this kind (%(kind)s) cannot be complete for a period: its rows have no date."
    ),
    "amount_without_money": gettext_lazy("A file of this kind (%(kind)s) has no sums, so none can be expected."),
    "unknown_stop": gettext_lazy("There is no stop “%(value)s”; known are: %(known)s."),
    # Undo.
    "not_applied": gettext_lazy("Only an applied import can be undone."),
    "already_undone": gettext_lazy("This import is already undone."),
    "kind_not_installed": gettext_lazy("Nobody here knows this kind of file any more."),
    "undo_of_undo": gettext_lazy("An undo cannot be undone. Give the file again instead."),
    "nothing_restored": gettext_lazy("Every row was changed since or is in use, so nothing was undone."),
    "changed_since": gettext_lazy("Changed after the import."),
    "gone": gettext_lazy("It is not stored any more."),
    "has_access": gettext_lazy("People have access to the account or have asked for it."),
    "has_metering": gettext_lazy("The account has metering points."),
    "has_readings": gettext_lazy("There are readings of it."),
    "has_billing": gettext_lazy("The account has payments, invoices, balances or documents."),
    "has_counter_signature": gettext_lazy("The consumer has signed this document."),
    "has_others": gettext_lazy("Other records refer to it."),
    # Values.
    "not_a_number": gettext_lazy("“%(value)s” is not a number."),
    "ambiguous_number": gettext_lazy("“%(value)s” may be read in two ways; write the decimals in full."),
    "too_many_decimals": gettext_lazy("“%(value)s” has more than %(decimals)s decimals."),
    "too_many_digits": gettext_lazy("“%(value)s” has more than %(digits)s digits."),
    "not_whole": gettext_lazy("“%(value)s” is not a whole number."),
    "not_a_date": gettext_lazy("“%(value)s” is not a date; dd.mm.yyyy is expected."),
    "date_out_of_range": gettext_lazy("The date “%(value)s” is out of range."),
    "not_a_period": gettext_lazy("“%(value)s” is not a month; mm.yyyy is expected."),
    "several_months": gettext_lazy("“%(value)s” covers several months; one is expected."),
    "not_a_flag": gettext_lazy("“%(value)s” is neither yes nor no."),
    "not_a_choice": gettext_lazy("“%(value)s” is not one of: %(choices)s."),
    "not_a_channel": gettext_lazy("“%(value)s” is not one of A+, A−, R+, R−."),
    "not_a_zone": gettext_lazy("“%(value)s” is not a zone: 0, 1, 2 or 3."),
    "not_an_account_number": gettext_lazy("“%(value)s” is not an account number."),
    "not_a_code": gettext_lazy("“%(value)s” is no ЄДРПОУ, РНОКПП or passport number."),
    "not_an_iban": gettext_lazy("“%(value)s” is not a valid IBAN."),
    "not_an_eic": gettext_lazy("“%(value)s” is not an EIC: 16 characters are expected."),
    "not_a_phone": gettext_lazy("“%(value)s” is not a phone number."),
    "scientific": gettext_lazy(
        "The spreadsheet has turned “%(value)s” into a rounded number; format the cell as text."
    ),
    "too_long": gettext_lazy("The text has %(length)s characters, and %(limit)s are allowed."),
    "control_character": gettext_lazy("“%(value)s” has characters that cannot be shown."),
    "check_digit": gettext_lazy("The check digit of “%(value)s” does not fit."),
    "zeros": gettext_lazy("“%(value)s” looks like a placeholder."),
    "leading_zero": gettext_lazy("“%(value)s” may have lost its leading zero."),
}


def message(kind: str, code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code in the active language; the code itself when nobody knows it.

    Args:
        kind: the kind of file, whose own codes come first.
    """
    try:
        own = resource_class(kind).messages
    except UnknownKind:
        own = {}
    template = own.get(code) or _MESSAGES.get(code)
    if template is None:
        return _stop_message(code, params)
    told = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value for name, value in params.items()
    }
    try:
        return str(template) % told
    except (KeyError, TypeError, ValueError):
        # Written by an older release with other params.
        return str(template)


def _stop_message(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a stop; the code itself when no plug-in that is installed knows it."""
    stop = installed_stops().get(code)
    try:
        return code if stop is None else stop.message(params)
    except (KeyError, TypeError, ValueError):
        # Written by an older release with other params.
        return code


def batch_error(batch: ImportBatch) -> str:
    """Why a batch as a whole was refused, or must be looked at again; '' when there is nothing to say."""
    return message(batch.kind, batch.error_code, batch.error_params) if batch.error_code else ""


def summary(batch: ImportBatch) -> str:
    """One line about a batch, for the command line."""
    line = _(
        "Import %(id)d, %(kind)s: %(state)s. Rows %(rows)d: new %(new)d, changed %(changed)d, "
        "unchanged %(unchanged)d, rejected %(rejected)d."
    ) % {
        "id": batch.pk,
        "kind": batch.kind,
        "state": BatchState(batch.state).label,
        "rows": batch.rows,
        "new": batch.new,
        "changed": batch.changed,
        "unchanged": batch.unchanged,
        "rejected": batch.rejected,
    }
    if batch.withdrawn:
        line = f"{line} {_('Withdrawn %(withdrawn)d.') % {'withdrawn': batch.withdrawn}}"
    return f"{line} {batch_error(batch)}".rstrip()
