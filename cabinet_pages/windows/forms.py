"""Forms that windows share."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.fields import MonthField


def query_of(form: forms.Form) -> str:
    """What a filter was given, as it stands in an address, with its question mark; '' where nothing is chosen."""
    chosen = {name: form.data[name] for name in form.fields if form.data.get(name)}
    return f"?{urlencode(chosen)}" if chosen else ""


class MonthRangeForm(forms.Form):
    """From a month to a month, both included."""

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
