"""Readings and volumes over 24 months as tables, pictures and files."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import Register
from cabinet_pages.readings.history import comparisons, files, queries
from cabinet_pages.readings.history.pictures import month_name, picture_of, reactive_rows, two_years
from cabinet_pages.readings.history.rows import (
    compared_rows,
    flat_rows,
    owned_rows,
    reactive_point_rows,
    register_histories,
    site_rows_of,
)
from cabinet_pages.readings.history.rules import MONTHS
from cabinet_pages.readings.messages import unit_of
from cabinet_pages.readings.queries import point_for, readings_for
from cabinet_pages.windows.forms import MonthRangeForm
from cabinet_pages.windows.paging import page_of

# The lists of the overview, in the order of their links.
LISTS = ("movers", "flat", "zero", "unread", "reactive")
#: For how many months in a row a reading may be asked to be the same; the first unless another is asked for.
FLAT_MONTHS = (3, 6, 12)
# The longest file: five years.
FILE_MONTHS = 60


class HistoryRoutes:
    """Addresses below the readings window: of a point, of a site and the account, over all points, and files."""

    @path("<str:number>/points/<int:point_id>/history/")
    def point_history(self, request: HttpRequest, number: str, point_id: int) -> HttpResponse:
        """A point's pictures, the months of each register, and everything that was read; `register` narrows it."""
        scope = self.scope_or_404(request, number)  # type: ignore[attr-defined]
        registers = queries.registers_of_point(scope, point_id)
        point = registers[0].meter.point if registers else point_for(scope, point_id)
        if point is None:
            raise Http404
        register = _chosen(request, registers)
        shown = registers if register is None else [register]
        subject = point.name if register is None else f"{point.name}, {_register_name(register)}"
        periods = queries.periods_of(scope)
        readings = queries.readings_of_point(scope, point, periods)
        volumes = queries.volumes_of_registers(shown, readings, periods)
        # The month that is not settled yet is shown once something was read for it.
        is_begun = len(periods) == 1 or any(one.period == periods[-1] for one in readings)
        months = (periods if is_begun else periods[:-1])[-MONTHS:]
        return self._history_page(
            request,
            scope,
            "point_history.html",
            point=point,
            register=register,
            registers=[(one, _register_name(one)) for one in registers],
            pictures=[picture_of(channel, two_years(one), subject) for channel, one in volumes.items()],
            reactive=reactive_rows(volumes),
            histories=register_histories(scope, shown, readings, months),
            history=owned_rows(scope, page_of(readings_for(scope, point), request)),
        )

    @path("<str:number>/history/")
    def account_history(self, request: HttpRequest, number: str) -> HttpResponse:
        """The pictures of the account, or of the Об'єкт that `site` names, with the account's other sites."""
        scope = self.scope_or_404(request, number)  # type: ignore[attr-defined]
        site = request.GET.get("site", "")
        if site and not comparisons.has_site(scope, site):
            raise Http404
        periods = queries.periods_of(scope)
        volumes = queries.volumes_by_month(scope, periods, site=site)
        subject = site or str(_("account %(number)s") % {"number": scope.account.number})
        latest = next((one.period for one in reversed(volumes.get("A+", [])) if one.is_known), periods[-1])
        sites = [] if site else page_of(comparisons.site_rows(scope, latest), request)
        return self._history_page(
            request,
            scope,
            "account_history.html",
            site=site,
            pictures=[picture_of(channel, two_years(one), subject) for channel, one in volumes.items()],
            sites=sites,
            site_rows=site_rows_of(sites),
            compared=_names_of(latest),
            energy_unit=unit_of("A+"),
            form=self._file_form(scope, {}),
        )

    @path("<str:number>/history/<str:file_format>/")
    def history_file(self, request: HttpRequest, number: str, file_format: str) -> HttpResponseBase:
        """The readings of the chosen months as CSV or XLSX."""
        scope = self.scope_or_404(request, number)  # type: ignore[attr-defined]
        if file_format not in files.FORMATS:
            raise Http404
        form = self._file_form(scope, request.GET)
        if not form.is_valid():
            return self._history_page(request, scope, "history_file.html", form=form, status=422)
        first, last = form.cleaned_data["from_month"], form.cleaned_data["to_month"]
        readings = queries.exported_readings(scope, first, last)
        return files.history_file(scope, file_format, first, last, readings)

    @path("<str:number>/overview/")
    def overview(self, request: HttpRequest, number: str) -> HttpResponse:
        """All points at once: movers, flat lines, zero months, missing readings, reactive energy."""
        scope = self.scope_or_404(request, number)  # type: ignore[attr-defined]
        periods = queries.periods_of(scope)
        asked = {f"{one:%Y-%m}": one for one in periods}.get(request.GET.get("period", ""))
        period = asked or comparisons.latest_period(scope, periods)
        shown = _one_of(LISTS, request.GET.get("show", ""))
        order = _one_of(comparisons.ORDERS, request.GET.get("order", ""))
        months = int(_one_of([str(one) for one in FLAT_MONTHS], request.GET.get("months", "")))
        attention = comparisons.attention_of(scope, period, months, order)
        count = attention.of(shown)
        rows: Any
        if shown == "flat":
            page = page_of(comparisons.flat_registers(scope, period, months), request, count=count)
            rows = flat_rows(page)
        elif shown == "unread":
            page = rows = page_of(comparisons.unread_points(scope, period), request, count=count)
        elif shown == "reactive":
            page = page_of(comparisons.reactive_points(scope, period), request, count=count)
            listed = list(page)
            expected = comparisons.registers_expected(scope, period, (row["point"] for row in listed))
            rows = reactive_point_rows(listed, expected)
        else:
            found = (
                comparisons.movers(scope, period, order)
                if shown == "movers"
                else comparisons.zero_points(scope, period)
            )
            page = page_of(found, request, count=count)
            rows = compared_rows(page)
        kept = {"period": f"{period:%Y-%m}", "months": months, "order": order}
        return self._history_page(
            request,
            scope,
            "overview.html",
            periods=[(f"{one:%Y-%m}", month_name(one), one == period) for one in reversed(periods)],
            period=period,
            compared=_names_of(period),
            shown=shown,
            order=order,
            months=months,
            flat_choices=FLAT_MONTHS,
            lists=[
                {
                    "title": title,
                    "count": attention.of(name),
                    "url": f"?{urlencode({**kept, 'show': name})}",
                    "is_current": name == shown,
                }
                for name, title in zip(LISTS, _list_titles(), strict=True)
            ],
            rows=rows,
            rows_page=page,
            energy_unit=unit_of("A+"),
            reactive_unit=unit_of("R+"),
        )

    def _file_form(self, scope: Scope, data: Any) -> MonthRangeForm:
        """The form of a file's period; two years unless other months are asked for."""
        months = queries.file_periods(scope, FILE_MONTHS)
        first = months[-min(len(months), MONTHS)]
        defaults = {"from_month": f"{first:%Y-%m}", "to_month": f"{months[-1]:%Y-%m}"}
        return MonthRangeForm({name: data.get(name, value) for name, value in defaults.items()}, months=months)

    def _history_page(
        self, request: HttpRequest, scope: Scope, template: str, *, status: int = 200, **content: Any
    ) -> HttpResponse:
        context = {**self.get_shell_context(request, scope), **content}  # type: ignore[attr-defined]
        return TemplateResponse(request, f"cabinet_pages/readings/{template}", context, status=status)


def _chosen(request: HttpRequest, registers: list[Register]) -> Register | None:
    """The register that the address names. Raises Http404 for one that is not of the point."""
    asked = request.GET.get("register", "")
    if not asked:
        return None
    found = next((one for one in registers if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _register_name(register: Register) -> str:
    zone = f", {register.get_zone_display()}" if register.zone else ""
    return f"№\u00a0{register.meter.serial}, {register.get_channel_display()}{zone}"


def _one_of(choices: Any, asked: str) -> str:
    return asked if asked in choices else str(choices[0])


def _names_of(period: date) -> dict[str, str]:
    return {name: month_name(month) for name, month in comparisons.months_compared(period).items()}


def _list_titles() -> list[str]:
    return [
        str(_("Largest changes")),
        str(_("Unchanging readings")),
        str(_("Zero volumes")),
        str(_("Missing readings")),
        str(_("Reactive energy")),
    ]
