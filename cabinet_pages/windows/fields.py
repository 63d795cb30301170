"""Form fields of the windows' filters: a day, a month."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

_MANUAL_DAY = re.compile(r"\s*([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})\s*\Z")


class DayInput(forms.DateInput):
    """The browser's own date picker; it works without scripts and shows a day as the browser's language has it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """The picker takes ISO days only, so a typed dd.mm.yyyy is turned round."""
        if isinstance(value, str) and (found := _MANUAL_DAY.match(value)):
            day, month, year = found.groups()
            return f"{year}-{month:0>2}-{day:0>2}"
        return super().format_value(value)


class DayField(forms.DateField):
    """A Kyiv day, from the picker or typed as dd.mm.yyyy, whatever the active language."""

    widget = DayInput
    default_error_messages = {
        "required": _("Enter a date."),
        "invalid": _("There is no such date. Enter it as dd.mm.yyyy, for example 31.01.2020."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y"])
        super().__init__(**kwargs)


class MonthField(forms.TypedChoiceField):
    """A month out of those offered; its value is `2020-01`, its label «січень 2020»."""

    default_error_messages = {"invalid_choice": _("There is no such month in the list.")}

    def __init__(self, *, months: Iterable[date] = (), **kwargs: Any) -> None:
        super().__init__(
            choices=[(f"{month:%Y-%m}", date_format(month, "F Y").lower()) for month in months],
            coerce=lambda value: date.fromisoformat(f"{value}-01"),
            **kwargs,
        )
