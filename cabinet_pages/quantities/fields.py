"""Fixed-point model fields: 64-bit integers in both databases, `Decimal` in Python.

SQLite keeps Django's decimals as floating-point numbers, so a sum of kopecks would drift there. These fields store
the scaled integer and refuse floats, excess digits and mixed-type expressions instead of rounding in silence.
They derive from `Field`, not from `BigIntegerField`: lookups, aggregates and import-export treat a subclass of the
latter as a plain integer and are wrong by the scale.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, Expression, register_combinable_fields
from django.utils.translation import gettext_lazy as _

from cabinet_pages.quantities.parsing import AmountRefused, parse_decimal

INT64_MAX = 2**63 - 1


class FixedPointFormField(forms.CharField):
    """A text input for an exact number: «1 234,56», «1234.56» and «1234,56» are the same."""

    default_error_messages = {
        "invalid": _("Enter a number, for example 1234,56."),
        "scale": _("At most %(scale)d digits after the decimal mark."),
        "negative": _("Enter a number that is not negative."),
        "range": _("The number is too large."),
    }

    def __init__(self, *, scale: int, min_value: Decimal | None = None, **kwargs: Any) -> None:
        self.scale = scale
        self.min_value = min_value
        kwargs.pop("max_length", None)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, Decimal):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            number = parse_decimal(str(text), scale=self.scale)
        except AmountRefused as refusal:
            code = refusal.code if refusal.code in self.error_messages else "invalid"
            raise ValidationError(self.error_messages[code], code=code, params={"scale": self.scale}) from refusal
        if self.min_value is not None and number < self.min_value:
            raise ValidationError(self.error_messages["negative"], code="negative")
        return number

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:f}".replace(".", ",")
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class FixedPoint(models.Field):  # type: ignore[type-arg]
    """An exact decimal with `scale` places, stored as a 64-bit integer."""

    scale: ClassVar[int]
    empty_strings_allowed = False
    default_error_messages = {
        "invalid": _("“%(value)s” is not an exact number."),
    }

    def get_internal_type(self) -> str:
        return "FixedPoint"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint" if connection.vendor == "postgresql" else "integer"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        """Turn the stored integer into hryvnias, kWh and the like; a fraction means a broken expression."""
        if value is None:
            return None
        # PostgreSQL sums bigint as numeric; a whole number in any type is fine, anything else is an error.
        if value != int(value):
            raise ValueError(f"{self!r}: the database gave the non-integral value {value!r}")
        return Decimal(int(value)).scaleb(-self.scale)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, float):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        try:
            return Decimal(value)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from error

    def get_prep_value(self, value: Any) -> Any:
        """The scaled integer. Raises TypeError for floats, ValueError for excess digits or range."""
        value = super().get_prep_value(value)
        if value is None or isinstance(value, Expression):
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise TypeError(f"{self!r} takes Decimal, int or exact text, not {type(value).__name__}")
        try:
            scaled = Decimal(value).scaleb(self.scale)
        except InvalidOperation as error:
            raise ValueError(f"{self!r}: {value!r} is not a number") from error
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{self!r}: {value!r} has more than {self.scale} decimal places")
        number = int(scaled)
        if not -INT64_MAX <= number <= INT64_MAX:
            raise ValueError(f"{self!r}: {value!r} is out of range")
        return number

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        """Refuse `update(amount=<expression of another type>)`, which would store an unscaled number."""
        if hasattr(value, "output_field") and type(value.output_field) is not type(self):
            raise TypeError(f"{self!r} cannot be set from an expression of {type(value.output_field).__name__}")
        # An expression compiles itself, a plain value is a parameter.
        if hasattr(value, "as_sql"):
            return str(compiler.compile(value)[0])
        return "%s"

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else f"{value:f}"

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {"form_class": FixedPointFormField, "scale": self.scale}
        defaults.update(kwargs)
        return super().formfield(**defaults)


class MoneyField(FixedPoint):
    """Hryvnias with kopecks."""

    scale = 2


class EnergyField(FixedPoint):
    """Kilowatt-hours (or kVAr·h, or the figure a meter shows) to the watt-hour."""

    scale = 3


class RatioField(FixedPoint):
    """A transformer ratio or multiplier, four places."""

    scale = 4


class PriceField(FixedPoint):
    """A tariff in its own unit, six places."""

    scale = 6


EXACT_FIELDS: Sequence[type[FixedPoint]] = (MoneyField, EnergyField, RatioField, PriceField)

for _field in EXACT_FIELDS:
    for _operation in (Combinable.ADD, Combinable.SUB):
        register_combinable_fields(_field, _operation, _field, _field)
