"""Filters of the windows «Рахунки» and «Фінансова інформація»."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _


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
