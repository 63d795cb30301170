"""Taking imported registers back: earlier values of points and meters, multipliers, removal."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db import models, transaction

from cabinet_pages.bulk import CHUNK, update_rows
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.metering.promotion import MeteringRow, RatioRow, promote_metering
from cabinet_pages.removal import delete_rows, referrers


class EarlierRegister(NamedTuple):
    """A register with its meter and point as they stood.

    Args:
        row: values to give back.
        no_ratio_from: the day from which the meter had no multiplier of its own; None takes none away.
    """

    row: MeteringRow
    no_ratio_from: date | None = None


class RegisterRemoval(NamedTuple):
    """A register to remove, and what its import changed on a meter and a point that were there before.

    Args:
        pk: the register.
        account_id, code, serial: name the point and the meter.
        point, meter: attributes to give back, by the names of the models' fields.
        ratio: the multiplier to give back; None leaves the meter's multipliers alone.
        no_ratio_from: as for `EarlierRegister`.
    """

    pk: int
    account_id: int
    code: str
    serial: str
    point: Mapping[str, Any]
    meter: Mapping[str, Any]
    ratio: RatioRow | None = None
    no_ratio_from: date | None = None


def restore_metering(*, rows: Iterable[EarlierRegister]) -> int:
    """Give registers, meters and points their earlier values; return how many rows were given."""
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            promote_metering(rows=[earlier.row for earlier in chunk])
            _drop_ratios(
                (earlier.row.account_id, earlier.row.code, earlier.row.serial, earlier.no_ratio_from)
                for earlier in chunk
                if earlier.no_ratio_from
            )
            count += len(chunk)
    return count


def remove_registers(*, rows: Iterable[RegisterRemoval]) -> int:
    """Delete registers, and meters and points that are left empty; return how many registers.

    Raises:
        IntegrityError: something stands on one of them by now.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            count += _remove_chunk(chunk)
    return count


def _remove_chunk(chunk: list[RegisterRemoval]) -> int:
    ids = [row.pk for row in chunk]
    meters = dict(Register.objects.filter(pk__in=ids).values_list("meter_id", "meter__point_id"))
    count = delete_rows(Register, ids)
    emptied = list(Meter.objects.filter(pk__in=meters, registers__isnull=True).values_list("pk", flat=True))
    kept = referrers(Meter, emptied, passing_over={"meterratio"})
    gone = [pk for pk in emptied if pk not in kept]
    MeterRatio.objects.filter(meter_id__in=gone).delete()
    delete_rows(Meter, gone)
    empty_points = MeteringPoint.objects.filter(pk__in=set(meters.values()), meters__isnull=True)
    bare = list(empty_points.values_list("pk", flat=True))
    used = referrers(MeteringPoint, bare)
    delete_rows(MeteringPoint, [pk for pk in bare if pk not in used])
    _give_back(chunk)
    return count


def _give_back(chunk: list[RegisterRemoval]) -> None:
    """Points and meters that stay get the values that they had before the import."""
    accounts = {row.account_id for row in chunk}
    points = {(one.account_id, one.code): one for one in MeteringPoint.objects.filter(account_id__in=accounts)}
    meters = {
        (one.point.account_id, one.point.code, one.serial): one
        for one in Meter.objects.filter(point__account_id__in=accounts).select_related("point")
    }
    _write(MeteringPoint, ((points.get((row.account_id, row.code)), row.point) for row in chunk))
    _write(Meter, ((meters.get((row.account_id, row.code, row.serial)), row.meter) for row in chunk))
    ratios = {
        (one.meter_id, one.valid_from): one for one in MeterRatio.objects.filter(meter__point__account_id__in=accounts)
    }
    earlier = []
    for row in chunk:
        meter = meters.get((row.account_id, row.code, row.serial))
        if meter is not None and row.ratio is not None:
            values = row.ratio._asdict()
            earlier.append((ratios.get((meter.pk, values.pop("valid_from"))), values))
    _write(MeterRatio, earlier)
    _drop_ratios((row.account_id, row.code, row.serial, row.no_ratio_from) for row in chunk if row.no_ratio_from)


def _write(model: type[models.Model], changes: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    by_fields: dict[tuple[str, ...], dict[int, tuple[Any, ...]]] = {}
    for one, attributes in changes:
        if one is not None and attributes:
            by_fields.setdefault(tuple(attributes), {})[one.pk] = tuple(attributes.values())
    for fields, rows in by_fields.items():
        update_rows(model, fields, ((pk, *values) for pk, values in rows.items()))


def _drop_ratios(named: Iterable[tuple[int, str, str, date]]) -> None:
    wanted = set(named)
    if not wanted:
        return
    ratios = MeterRatio.objects.filter(meter__point__account_id__in={account for account, *_ in wanted})
    known = ratios.values_list("pk", "meter__point__account_id", "meter__point__code", "meter__serial", "valid_from")
    delete_rows(MeterRatio, [pk for pk, *key in known if tuple(key) in wanted])
