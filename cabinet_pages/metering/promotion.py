"""Writes of points, meters, registers and multipliers: the promotion of imported rows. Nothing is ever deleted."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import models, transaction

from cabinet_pages.bulk import CHUNK, update_rows
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register


class RatioRow(NamedTuple):
    """A multiplier from a Kyiv date on; the transformer ratios are None where they are not known."""

    valid_from: date
    multiplier: Decimal
    current_ratio: Decimal | None = None
    voltage_ratio: Decimal | None = None


class MeteringRow(NamedTuple):
    """A register with its meter and point.

    Args:
        account_id, code, serial, channel, zone: its natural key.
        point, meter, register: attributes to set, by the names of the models' fields; what is not named stays.
        ratio: the multiplier to set; None leaves the meter's multipliers alone.
    """

    account_id: int
    code: str
    serial: str
    channel: str
    zone: int
    point: Mapping[str, Any]
    meter: Mapping[str, Any]
    register: Mapping[str, Any]
    ratio: RatioRow | None = None


class _Set:
    """The stored rows of one model by natural key, with what was added and changed."""

    def __init__(self, model: type[models.Model], stored: Iterable[tuple[Any, Any]]) -> None:
        self.model = model
        self.by_key: dict[Any, Any] = dict(stored)
        self.added: list[Any] = []
        self.changed: dict[int, Any] = {}
        self.fields: set[str] = set()

    def put(self, key: Any, identity: Mapping[str, Any], attributes: Mapping[str, Any]) -> Any:
        """Add a row, or set attributes of the one that is there."""
        one = self.by_key.get(key)
        if one is None:
            one = self.by_key[key] = self.model(**identity, **attributes)
            self.added.append(one)
            return one
        for name, value in attributes.items():
            if getattr(one, name) != value:
                setattr(one, name, value)
                if one.pk is not None:
                    self.changed[one.pk] = one
                    self.fields.add(name)
        return one

    def write(self) -> None:
        """Store what was added and changed."""
        self.model._default_manager.bulk_create(self.added, batch_size=500)
        fields = sorted(self.fields)
        update_rows(
            self.model,
            fields,
            ((pk, *(getattr(one, name) for name in fields)) for pk, one in self.changed.items()),
        )


def promote_metering(*, rows: Iterable[MeteringRow]) -> int:
    """Write registers with their points, meters and multipliers; return how many rows were given.

    A removed meter keeps its row and its readings; a multiplier of an earlier day stays beside the new one.

    Raises:
        IntegrityError: somebody stored the same point, meter or register meanwhile.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            _promote_chunk(chunk)
            count += len(chunk)
    return count


def _promote_chunk(chunk: list[MeteringRow]) -> None:
    accounts = {row.account_id for row in chunk}
    points = _Set(
        MeteringPoint,
        (((one.account_id, one.code), one) for one in MeteringPoint.objects.filter(account_id__in=accounts)),
    )
    for row in chunk:
        points.put((row.account_id, row.code), {"account_id": row.account_id, "code": row.code}, row.point)
    points.write()
    point_ids = [points.by_key[row.account_id, row.code].pk for row in chunk]

    meters = _Set(
        Meter, (((one.point_id, one.serial), one) for one in Meter.objects.filter(point__account_id__in=accounts))
    )
    for row, point_id in zip(chunk, point_ids, strict=True):
        meters.put((point_id, row.serial), {"point_id": point_id, "serial": row.serial}, row.meter)
    meters.write()
    meter_ids = [meters.by_key[point_id, row.serial].pk for row, point_id in zip(chunk, point_ids, strict=True)]

    registers = _Set(
        Register,
        (
            ((one.meter_id, one.channel, one.zone), one)
            for one in Register.objects.filter(meter__point__account_id__in=accounts)
        ),
    )
    ratios = _Set(
        MeterRatio,
        (
            ((one.meter_id, one.valid_from), one)
            for one in MeterRatio.objects.filter(meter__point__account_id__in=accounts)
        ),
    )
    for row, meter_id in zip(chunk, meter_ids, strict=True):
        identity = {"meter_id": meter_id, "channel": row.channel, "zone": row.zone}
        registers.put((meter_id, row.channel, row.zone), identity, row.register)
        if row.ratio is not None:
            attributes = row.ratio._asdict()
            valid_from = attributes.pop("valid_from")
            ratios.put((meter_id, valid_from), {"meter_id": meter_id, "valid_from": valid_from}, attributes)
    registers.write()
    ratios.write()
