"""Filters of staff lists. A filter knows its values, so a made-up one changes nothing and fails nowhere."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.verification.queries import HORIZONS, HorizonCount, in_use, within
from cabinet_pages.metering.verification.routes import horizon_label
from cabinet_pages.readings.collecting.queries import area_of, areas_of
from cabinet_pages.templatetags.cabinet import period

#: Months of the filter by month, the present one and those before it.
MONTHS_OFFERED = 24


class StaffFilter(SimpleListFilter):
    """Base: the value is one of the offered ones or none at all."""

    template = "cabinet_pages/staff/filter.html"

    def value(self) -> str | None:
        """The chosen value; None for an unknown one."""
        given = super().value()
        return given if given in {str(key) for key, _label in self.lookup_choices} else None


def choice_filter(field: str, label: Any, choices: Iterable[tuple[Any, Any]]) -> type[StaffFilter]:
    """Return a filter on a field with choices.

    Args:
        field: a lookup path; it stands in the address with one underscore for two.
        label: what is chosen.
        choices: pairs of value and name.
    """
    offered = list(choices)

    class ChoiceFilter(StaffFilter):
        title = label
        parameter_name = field.replace("__", "_")

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(str(value), name) for value, name in offered]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(**{field: value})

    return ChoiceFilter


def yes_no_filter(field: str, label: Any, condition: Q | None = None) -> type[StaffFilter]:
    """Return a filter on a boolean field, or on a condition that a row meets or does not."""
    met = Q(**{field: True}) if condition is None else condition

    class YesNoFilter(StaffFilter):
        title = label
        parameter_name = field.replace("__", "_")

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [("1", _("Yes")), ("0", _("No"))]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            if value is None:
                return queryset
            return queryset.filter(met) if value == "1" else queryset.exclude(met)

    return YesNoFilter


def _months(today: date) -> dict[str, tuple[Any, date, date]]:
    month = today.replace(day=1)
    year = date(today.year, 1, 1)
    return {
        "month": (_("this month"), month, months_before(month, -1)),
        "last-month": (_("last month"), months_before(month, 1), month),
        "quarter": (_("last three months"), months_before(month, 2), months_before(month, -1)),
        "year": (_("this year"), year, months_before(year, -12)),
        "last-year": (_("last year"), months_before(year, 12), year),
    }


def date_filter(field: str, label: Any) -> type[StaffFilter]:
    """Return a filter of a date field by months and years in Kyiv."""

    class DateFilter(StaffFilter):
        title = label
        parameter_name = field.replace("__", "_")

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(key, name) for key, (name, _start, _end) in _months(kyiv_today()).items()]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            if value is None:
                return queryset
            _name, start, end = _months(kyiv_today())[value]
            return queryset.filter(**{f"{field}__gte": start, f"{field}__lt": end})

    return DateFilter


def month_filter(field: str, label: Any) -> type[StaffFilter]:
    """Return a filter of a date field that holds the first day of a month, by month; two years of them are offered."""

    class MonthFilter(StaffFilter):
        title = label
        parameter_name = field.replace("__", "_")

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            this_month = kyiv_today().replace(day=1)
            months = [months_before(this_month, count) for count in range(-1, MONTHS_OFFERED)]
            return [(f"{month:%Y-%m}", period(month)) for month in months]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(**{field: date.fromisoformat(f"{value}-01")})

    return MonthFilter


def area_filter(point: str) -> type[StaffFilter]:
    """Return a filter by Дільниця of a point, else of its account.

    Args:
        point: the lookup path to the point, with its underscores.
    """

    class AreaFilter(StaffFilter):
        title = _("area")
        parameter_name = "area"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            areas = areas_of(branches_for(request.user).values_list("pk", flat=True))
            return [(area, area) for area in areas] if len(areas) > 1 else []

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.annotate(in_area=area_of(point)).filter(in_area=value)

    return AreaFilter


def branch_filter(lookup: str) -> type[StaffFilter]:
    """Return a filter by branch, offered to people who work for more than one."""

    class BranchFilter(StaffFilter):
        title = _("branch")
        parameter_name = "branch"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            branches = list(branches_for(request.user).values_list("code", "name"))
            return branches if len(branches) > 1 else []

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(**{f"{lookup}__code": value})

    return BranchFilter


def age_filter(field: str, label: Any, ages: dict[str, tuple[Any, Callable[[], Q]]]) -> type[StaffFilter]:
    """Return a filter by age of a moment.

    Args:
        field: the name in the address.
        label: what is chosen.
        ages: by key, the name and the condition, computed when the list is asked for.
    """

    class AgeFilter(StaffFilter):
        title = label
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(key, name) for key, (name, _condition) in ages.items()]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(ages[value][1]())

    return AgeFilter


def verification_filter() -> type[StaffFilter]:
    """Return a filter of meters by how soon they are to be verified; meters that nobody uses any more are left out."""

    class VerificationFilter(StaffFilter):
        title = _("verification")
        parameter_name = "verification"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(horizon, horizon_label(HorizonCount(horizon, 0))) for horizon in HORIZONS]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(in_use(), within(value))

    return VerificationFilter
