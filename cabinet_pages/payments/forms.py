"""The two dates of «Отримання платежів»."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.fields import DayField


class PaymentPeriodForm(forms.Form):
    """From a day to a day, both included."""

    from_date = DayField(label=_("From date"))
    to_date = DayField(label=_("To date"))

    def clean(self) -> dict[str, Any]:
        """Refuse a period whose end lies before its beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("to_date")
        if first and last and last < first:
            self.add_error("to_date", _("The second date is earlier than the first. Swap them or choose a later one."))
        return cleaned
