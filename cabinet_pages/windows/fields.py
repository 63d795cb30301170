"""Form fields of the windows' filters: a day, a month, an amount."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cabinet_pages.quantities.fields import FixedPointFormField

# «1 234,56 грн» copied from a document, and thousands set off by the mark that does not mark the decimals.
_CURRENCY = re.compile(r"\s*(?:грн\.?|uah|₴)\s*\Z", re.IGNORECASE)
_DOTTED_THOUSANDS = re.compile(r"([+\-−]?[0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)\Z")
_COMMAED_THOUSANDS = re.compile(r"([+\-−]?[0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)\Z")
# Beyond the sums of any document; a filter by more is a slip of the finger.
_LARGEST_AMOUNT = Decimal(10) ** 12
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


class CalendarMonthField(forms.TypedChoiceField):
    """A month of any year, 1 to 12, or None for all of them."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("All months")), *((str(number), name) for number, name in MONTHS.items())]
        kwargs = {"label": _("Month"), "required": False, "coerce": int, "empty_value": None, **kwargs}
        super().__init__(choices=choices, **kwargs)


class MonthField(forms.TypedChoiceField):
    """A month out of those offered; its value is `2020-01`, its label «січень 2020»."""

    default_error_messages = {"invalid_choice": _("There is no such month in the list.")}

    def __init__(self, *, months: Iterable[date] = (), **kwargs: Any) -> None:
        super().__init__(
            choices=[(f"{month:%Y-%m}", date_format(month, "F Y").lower()) for month in months],
            coerce=lambda value: date.fromisoformat(f"{value}-01"),
            **kwargs,
        )


class AmountField(FixedPointFormField):
    """UAH as people and documents write them: «1 234,56», «1234.56», «1.234,56», «−500», «1 234,56 грн»."""

    default_error_messages = {
        "invalid": _("This is not an amount. Enter hryvnias and kopecks, for example 1 234,56."),
        "scale": _("An amount has at most two digits after the comma, for example 1 234,56."),
        "range": _("The amount is too large."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(scale=2, max_length=40, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The exact amount, UAH; None where nothing is typed."""
        if isinstance(value, str):
            value = _CURRENCY.sub("", value).strip()
            for pattern in (_DOTTED_THOUSANDS, _COMMAED_THOUSANDS):
                if found := pattern.match(value):
                    value = f"{re.sub('[.,]', '', found[1])},{found[2]}"
        amount = super().to_python(value)
        if amount is not None and abs(amount) >= _LARGEST_AMOUNT:
            raise ValidationError(self.error_messages["range"], code="range")
        return amount
