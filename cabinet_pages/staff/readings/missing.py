"""«Не подали»: on the screen by pages; printed, as CSV or XLSX whole, streamed however long it is."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cabinet_pages.readings.collecting.missing import MissingRow, every_missing_row, missing_points, missing_rows
from cabinet_pages.readings.collecting.queries import asked_points
from cabinet_pages.spreadsheets import Cell, csv_response, xlsx_response
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.readings.desk import DeskView
from cabinet_pages.templatetags.cabinet import energy

PER_PAGE = 100
#: Rows of the printed list that are rendered at a time.
PRINT_CHUNK = 200
FOLDER = "cabinet_pages/staff/readings"
# Where the rows go in the page that is printed; no name has it.
CUT = "\x00"


class MissingView(DeskView):
    """The points that nothing was sent for, by Дільниця."""

    action = "missing"
    template_name = f"{FOLDER}/missing.html"
    page_title = gettext_lazy("Not sent")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = request.GET.get("export")
        if wanted in ("csv", "xlsx"):
            return self._spreadsheet(wanted)
        if request.GET.get("print"):
            return self._printed()
        return super().get(request, *args, **kwargs)

    def _spreadsheet(self, file_format: str) -> HttpResponseBase:
        self._note(file_format)
        respond = csv_response if file_format == "csv" else xlsx_response
        headings = [
            _("Area"), _("Branch"), _("Account number"), _("Customer"), _("Code of the point"), _("Metering point"),
            _("Address"), _("Phones"), _("Last reading"), _("Date of the reading"),
        ]  # fmt: skip
        return respond(f"not-sent-{self.what.period:%Y-%m}", headings, self._cells(str(get_language() or "uk")))

    def _cells(self, language: str) -> Iterator[list[Cell]]:
        rows = every_missing_row(self.what)
        while True:
            # A streamed answer is made after the middleware has put the language back.
            with override(language):
                row = next(rows, None)
                if row is None:
                    return
                cells = _cells_of(row)
            yield cells

    def _printed(self) -> HttpResponseBase:
        self._note("print")
        return as_private(StreamingHttpResponse(self._pieces(str(get_language() or "uk"))))

    def _pieces(self, language: str) -> Iterator[str]:
        """The page piece by piece; an area begins with its name."""
        context = {
            "what": self.what,
            "branches": self.branches,
            "language": language,
            "rows": CUT,
            "count": asked_points(self.what).filter(is_missing=True).count(),
        }
        with override(language):
            head, _cut, foot = render_to_string(f"{FOLDER}/missing_print.html", context).rpartition(CUT)
        yield head
        for area, rows in groupby(every_missing_row(self.what), key=lambda row: row.area):
            chunk: list[MissingRow] = []
            is_first = True
            for row in rows:
                chunk.append(row)
                if len(chunk) == PRINT_CHUNK:
                    yield _piece(area, chunk, language, is_first)
                    chunk, is_first = [], False
            if chunk:
                yield _piece(area, chunk, language, is_first)
        yield foot

    def _note(self, file_format: str) -> None:
        log(
            instance=self.request.user,
            action="cabinet_pages.export",
            data={
                "screen": "readings.not_sent",
                "format": file_format,
                "period": f"{self.what.period:%Y-%m}",
                "branches": [branch.code for branch in self.branches],
            },
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of the list, its areas each under its name."""
        page = Paginator(missing_points(self.what), PER_PAGE).get_page(self.request.GET.get("p"))
        rows = missing_rows(list(page.object_list), self.what.day)
        context = {
            "page_obj": page,
            "groups": [(area, list(group)) for area, group in groupby(rows, key=lambda row: row.area)],
            "print_url": self.url(self.action, print="1"),
            "csv_url": self.url(self.action, export="csv"),
            "xlsx_url": self.url(self.action, export="xlsx"),
            "previous_url": self.url(self.action, p=str(page.number - 1)) if page.has_previous() else "",
            "next_url": self.url(self.action, p=str(page.number + 1)) if page.has_next() else "",
            "may_enter": self.request.user.has_perm("cabinet_pages.add_readingsubmission"),
        }
        return super().get_context_data(**context, **kwargs)


def _piece(area: str, rows: list[MissingRow], language: str, is_first: bool) -> str:
    with override(language):
        return render_to_string(f"{FOLDER}/missing_print_rows.html", {"area": area, "rows": rows, "is_first": is_first})


def _cells_of(row: MissingRow) -> list[Cell]:
    point, account = row.point, row.point.account
    several = len(row.last) > 1
    read = [one for one in row.last if one.value is not None]
    values = [f"{_register_name(one)}: {energy(one.value)}" if several else energy(one.value) for one in read]
    return [
        row.area,
        account.branch.name,
        account.number,
        account.customer.name,
        point.code,
        point.name,
        point.address or account.physical_address,
        "; ".join(str(phone) for phone in row.phones),
        "; ".join(values),
        row.last_on,
    ]


def _register_name(last: Any) -> str:
    register = last.register
    zone = f" {register.get_zone_display()}" if register.zone else ""
    return f"{register.meter.serial} {register.channel}{zone}"
