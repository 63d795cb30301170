"""Filters of the windows «Рахунки» and «Фінансова інформація»."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.fields import MonthField


class InvoiceFilter(forms.Form):
    """A year, and a month of it, or all."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    month = forms.TypedChoiceField(
        label=_("Month"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("All months")), *((str(number), name) for number, name in MONTHS.items())],
    )

    def __init__(self, data: Any, *, years: Iterable[int]) -> None:
        super().__init__(data)
        offered = set(years)
        wanted = str(data.get("year", ""))
        # A year without invoices is an empty list, not a mistake.
        if wanted.isascii() and wanted.isdigit() and len(wanted) == 4:
            offered.add(int(wanted))
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            ("", _("All years")),
            *((str(year), str(year)) for year in sorted(offered, reverse=True)),
        ]


class MonthRangeForm(forms.Form):
    """From a month to a month."""

    def __init__(self, data: Any, *, months: Iterable[date]) -> None:
        super().__init__(data)
        months = list(months)
        self.fields["from_month"] = MonthField(label=_("From month"), months=months)
        self.fields["to_month"] = MonthField(label=_("To month"), months=months)

    def clean(self) -> dict[str, Any]:
        """Refuse a period whose end lies before its beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_month"), cleaned.get("to_month")
        if first and last and last < first:
            self.add_error("to_month", _("The period ends before it begins: choose a later month."))
        return cleaned
