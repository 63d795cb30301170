"""«Завантажити файл із помилками»: the operator's own file, with what was said of each row beside it."""

import tempfile
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.scope import ScopedObjectView
from imports.engine import FileRefused
from imports.engine.annotating import comes_back_as, write_error_file
from imports.engine.opening import check_stored
from imports.messages import message
from imports.models import BatchState, ImportBatch, IssueLevel, RowIssue

_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "dbf": "application/octet-stream",
}
#: States in which a worker is still finding issues.
_UNREAD = (BatchState.RECEIVED, BatchState.PREPARING)


def has_error_file(batch: ImportBatch) -> bool:
    """Whether something was said of rows of a file that could be read."""
    return batch.state not in _UNREAD and bool(batch.rows) and bool(batch.rejected or batch.warnings)


def error_file_note(batch: ImportBatch) -> str:
    """What the operator gets where it is not the file itself; '' where it is."""
    if batch.format == "zip":
        return _("It is the registry of the archive.")
    if batch.format and comes_back_as(batch.format) != batch.format:
        return _("Files of this format come back as XLSX.")
    return ""


def row_sentence(batch: ImportBatch, issue: RowIssue) -> str:
    """What the operator reads beside the row: the column, what is wrong with it; a warning says that it is one."""
    text = message(batch.kind, issue.code, issue.params)
    if issue.column:
        text = f"{issue.column}: {text}"
    return _("warning: %(message)s") % {"message": text} if issue.level == IssueLevel.WARNING else text


class ErrorFileView(ScopedObjectView):
    """Downloads the file with the column «Помилка»."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        batch: ImportBatch = self.instance
        if not has_error_file(batch):
            raise Http404
        try:
            check_stored(batch)
        except FileRefused as refused:
            messages.error(request, message(batch.kind, refused.code, refused.params))
            return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))
        output = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it.
        try:
            name = write_error_file(batch, output, lambda issue: row_sentence(batch, issue))
        except (FileRefused, FileNotFoundError) as error:
            output.close()
            raise Http404 from error
        output.seek(0)
        stem = PurePath(batch.file_name).stem or "import"
        response = FileResponse(
            output, as_attachment=True, filename=f"{stem}-{_('errors')}.{name}", content_type=_TYPES[name]
        )
        return as_private(response)
