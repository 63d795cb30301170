"""How staff screens write a value: money, energy, dates, choices; and the columns made of such values."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.admin import display
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from cabinet_pages.quantities.fields import EnergyField, FixedPoint, MoneyField, PriceField, RatioField
from cabinet_pages.quantities.formatting import ABSENT
from cabinet_pages.templatetags import cabinet as cabinet_filters

_NUMBERS: dict[type[FixedPoint], Callable[[Any], str]] = {
    MoneyField: cabinet_filters.money,
    EnergyField: cabinet_filters.energy,
    RatioField: cabinet_filters.ratio,
    PriceField: cabinet_filters.price,
}


def field_at(model: type[models.Model], path: str) -> Any:
    """The model field that a path of attributes ends at; None where it ends at a property."""
    field: Any = None
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        if field.is_relation:
            model = field.related_model
    return field


def value_at(obj: Any, path: str) -> Any:
    """The value at a path of attributes; None where an object on the way is absent."""
    for name in path.split("__"):
        if obj is None:
            return None
        obj = getattr(obj, name)
    return obj


def shown(value: Any, field: Any = None) -> str:
    """Write a value for a person, in the language of the page.

    Args:
        value: what a model's attribute gave.
        field: its model field, which tells money from energy and knows the names of choices.
    """
    if value is None or value == "":
        return ABSENT
    if field is not None and getattr(field, "flatchoices", None):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return _NUMBERS.get(type(field), cabinet_filters.energy)(value)
    if isinstance(value, datetime.datetime):
        return cabinet_filters.moment(value)
    if isinstance(value, datetime.date):
        if field is not None and field.name == "period":
            return cabinet_filters.period(value)
        return cabinet_filters.day(value)
    return str(value)


def column(path: str, label: Any, *, ordering: str | None = None, numeric: bool = False) -> Any:
    """Return a column of a list for a path of attributes, sortable by the same path.

    Args:
        path: attributes joined by two underscores, as in `account__number`.
        label: the heading.
        ordering: another path to sort by; '' for a column that is not sorted.
        numeric: whether the values stand at the right edge.
    """

    def value(self: Any, obj: Any) -> str:
        return shown(value_at(obj, path), field_at(type(obj), path))

    value.path = path  # type: ignore[attr-defined]
    value.is_numeric = numeric  # type: ignore[attr-defined]
    order = path if ordering is None else ordering
    return display(description=label, ordering=order or None)(value)
