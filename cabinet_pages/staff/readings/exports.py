"""Readings by the batch in which billing got them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.readings.exporting import exports_for
from cabinet_pages.readings.models import Reading
from cabinet_pages.staff.filters import StaffFilter


class ExportFilter(StaffFilter):
    """The readings of one batch of the employee's branches; the page of the batch leads here."""

    title = gettext_lazy("export of readings")
    parameter_name = "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        asked = request.GET.get(self.parameter_name, "")
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 12):
            return []
        return [(str(one.pk), str(one)) for one in exports_for(request.user).filter(pk=int(asked))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        return queryset if value is None else queryset.filter(export_id=int(value))


def batch_link(reading: Reading) -> list[tuple[str, str]]:
    """The way to the batch of a reading, where the screen of batches is installed."""
    if reading.export_id is None:
        return []
    try:
        url = reverse("cabinet_pages_readingexport_modeladmin_inspect", args=[reading.export_id])
    except NoReverseMatch:
        return []
    return [(url, _("Batch of the export"))]
