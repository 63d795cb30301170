"""The list of a staff screen: search, filters, pages and export, whatever stands in the address."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.text import capfirst
from wagtail.log_actions import log
from wagtail_modeladmin.views import IndexView

from cabinet_pages.spreadsheets import Cell, csv_response, xlsx_response
from cabinet_pages.staff.display import field_at, shown, value_at

#: Rows read from the database at a time while a list is exported.
EXPORT_CHUNK = 2000


class SafeIndexView(IndexView):  # type: ignore[misc]
    """A list that takes only its own parameters: the rest can neither fail nor probe what is not shown.

    modeladmin hands every parameter of the address to the database, so `?user__password__startswith=` would answer
    by the number of rows. Here only the names of declared filters pass.
    """

    def get_filters_params(self, params: Any = None) -> dict[str, list[str]]:
        """The parameters of declared filters."""
        declared = {list_filter.parameter_name for list_filter in self.list_filter}
        for name in [name for name in self.params if name not in declared and name not in self.IGNORED_PARAMS]:
            del self.params[name]
        result: dict[str, list[str]] = super().get_filters_params(params)
        return result

    def get_queryset(self, request: Any = None) -> "QuerySet[Any]":
        """The rows to list, built once for a request."""
        if getattr(self, "_rows", None) is None:
            try:
                rows = super().get_queryset(request)
            except IncorrectLookupParameters:
                rows = self.get_base_queryset(request).none()
            if self.model_admin.list_prefetch_related:
                rows = rows.prefetch_related(*self.model_admin.list_prefetch_related)
            self._rows: QuerySet[Any] = rows
        return self._rows

    def get_buttons_for_obj(self, obj: Any) -> list[Any]:
        """None: the row itself leads to its record."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page, with one COUNT instead of modeladmin's three."""
        paginator = self.paginator_class(self.queryset, self.items_per_page)
        page = paginator.get_page(self.page_num or 1)
        context = {
            "all_count": paginator.count,
            "result_count": paginator.count,
            "paginator": paginator,
            "page_obj": page,
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "object_list": page.object_list,
            "user_can_create": self.permission_helper.user_can_create(self.request.user),
            "show_search": self.search_handler.show_search_form,
            "is_filtered": bool(self.query or self.get_filters_params()),
        }
        # Past modeladmin's own method, which would count and query everything again.
        result: dict[str, Any] = super(IndexView, self).get_context_data(**context, **kwargs)
        return result

    def as_spreadsheet(self, queryset: "QuerySet[Any]", spreadsheet_format: str) -> HttpResponseBase:
        """The listed rows, all pages of them, as CSV or XLSX; the export is noted in the audit log."""
        log(
            instance=self.request.user,
            action="cabinet_pages.export",
            data={"screen": self.opts.label_lower, "format": spreadsheet_format},
        )
        headings = [capfirst(str(self._heading(name))) for name in self.list_export]
        respond = csv_response if spreadsheet_format == self.FORMAT_CSV else xlsx_response
        return respond(self.get_filename(), headings, self._export_rows(queryset))

    def _heading(self, name: str) -> Any:
        return label_for_field(name, self.model, model_admin=self.model_admin)

    def _export_rows(self, queryset: "QuerySet[Any]") -> Iterator[list[Cell]]:
        paths = [getattr(getattr(self.model_admin, name, None), "path", None) or name for name in self.list_export]
        fields = [field_at(self.model, path) for path in paths]
        for row in queryset.iterator(chunk_size=EXPORT_CHUNK):
            yield [self._export_value(row, path, field) for path, field in zip(paths, fields, strict=True)]

    def _export_value(self, row: Any, path: str, field: Any) -> Cell:
        computed = getattr(self.model_admin, path, None)
        value = computed(row) if callable(computed) else value_at(row, path)
        is_plain = value is None or not (isinstance(value, bool) or getattr(field, "flatchoices", None))
        if is_plain and not getattr(field, "is_relation", False):
            cell: Cell = value
            return cell
        return "" if value in (None, "") else shown(value, field)
