"""Values of an imported register as the services of metering take them, with its meter, point and multiplier."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cabinet_pages.metering.promotion import MeteringRow, RatioRow
from cabinet_pages.metering.restoration import EarlierRegister, RegisterRemoval
from imports.resources.rows import Change, exact_date, exact_decimal
from imports.resources.transformers import Ratio

#: Values of a point, of a meter, of a register, of a meter's multiplier.
POINT = (
    "eic", "name", "address", "site", "area", "role", "read_by", "voltage_class", "permitted_power", "losses",
    "losses_unit", "closed_on",
)  # fmt: skip
METER = ("meter_type", "installed_on", "removed_on", "verified_on", "next_verification_on")
REGISTER = ("digits", "initial_value", "final_value")
RATIO = (*Ratio._fields, "ratio_from")
_DATES = frozenset({"closed_on", *METER} - {"meter_type"})
_NUMBERS = frozenset({"permitted_power", "losses", "initial_value", "final_value"})


def _attributes(values: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name in names:
        if name not in values:
            continue
        text = values[name]
        if name in _DATES:
            attributes[name] = exact_date(text)
        elif name in _NUMBERS:
            attributes[name] = exact_decimal(text)
        else:
            attributes[name] = int(text) if name == "digits" else text
    return attributes


def metering_row(change: Change) -> MeteringRow:
    """The register as it will stand."""
    values = change.values
    code, serial, channel, zone = change.key.split("|")
    return MeteringRow(
        account_id=change.owner_id,
        code=code,
        serial=serial,
        channel=channel,
        zone=int(zone),
        point=_attributes(values, POINT),
        meter=_attributes(values, METER),
        register=_attributes(values, REGISTER),
        ratio=_ratio(values),
    )


def _ratio(values: Mapping[str, str]) -> RatioRow | None:
    if not values.get("multiplier"):
        return None
    return RatioRow(
        valid_from=date.fromisoformat(values["ratio_from"]),
        multiplier=Decimal(values["multiplier"]),
        current_ratio=exact_decimal(values.get("current_ratio", "")),
        voltage_ratio=exact_decimal(values.get("voltage_ratio", "")),
    )


def _added_ratio(earlier: Mapping[str, str], undone: Mapping[str, str]) -> date | None:
    """The day of a multiplier that a meter had not before; None where there was one, or where none was set."""
    if earlier.get("multiplier") != "":
        return None
    return exact_date(undone.get("ratio_from", ""))


def earlier_register(change: Change) -> EarlierRegister:
    """The register as it stood."""
    return EarlierRegister(metering_row(change), _added_ratio(change.values, change.before or {}))


def register_removal(change: Change) -> RegisterRemoval:
    """The register to remove; `change.before` has what its import found of the point and the meter."""
    before = change.before or {}
    code, serial = change.key.split("|")[:2]
    return RegisterRemoval(
        pk=change.pk or 0,
        account_id=change.owner_id,
        code=code,
        serial=serial,
        point=_attributes(before, POINT),
        meter=_attributes(before, METER),
        ratio=_ratio(before),
        no_ratio_from=_added_ratio(before, change.values),
    )
