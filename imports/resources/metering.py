"""Kind `metering`: points, meters, registers and multipliers; one row a register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cabinet_pages.clock import kyiv_date
from cabinet_pages.metering.models import LossesUnit, Meter, MeteringPoint, MeterRatio, PointRole, ReadBy, Register
from cabinet_pages.metering.promotion import promote_metering
from cabinet_pages.metering.restoration import remove_registers, restore_metering
from imports.resources.base import (
    Change,
    Entry,
    ImportColumn,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.metering_rows import (
    METER,
    POINT,
    RATIO,
    REGISTER,
    earlier_register,
    metering_row,
    register_removal,
)
from imports.resources.references import names_account, names_branch
from imports.resources.standing import held
from imports.resources.transformers import (
    KnownRatios,
    Ratio,
    first_day,
    fits,
    parse_transformer_ratio,
    product_of_ratios,
)
from imports.resources.wording import as_written
from imports.values import (
    DIGITS,
    Eic,
    clean_text,
    parse_channel,
    parse_choice,
    parse_date,
    parse_eic,
    parse_energy,
    parse_integer,
    parse_ratio,
    parse_zone,
)

ROLES = {
    "розрахункова": PointRole.BILLING.value,
    "субспоживач": PointRole.SUBCONSUMER.value,
    "технічна": PointRole.TECHNICAL.value,
}
READERS = {
    "споживач": ReadBy.CONSUMER.value,
    "АСКОЕ": ReadBy.REMOTE.value,
    "оператор": ReadBy.OPERATOR.value,
}
LOSSES_UNITS = {
    "кВт·год за період": LossesUnit.ENERGY.value,
    "кВт·год": LossesUnit.ENERGY.value,
    "кВтг": LossesUnit.ENERGY.value,
    "%": LossesUnit.PERCENT.value,
}
#: A register with more digits than this overflows what a reading can hold.
MOST_DIGITS = 12


class MeteringResource(KindResource):
    """Registers by account, point, serial number, channel and zone; what they say about one point must agree."""

    kind: ClassVar[str] = "metering"
    tables = (MeteringPoint, Meter, Register, MeterRatio)
    title = _("Metering")
    key_columns = ("account", "point", "serial", "channel", "zone")
    messages: ClassVar[Mapping[str, Any]] = {
        "point_disagrees": _("The point is described otherwise in row %(first)s."),
        "meter_disagrees": _("The meter is described otherwise in row %(first)s."),
        "multiplier_contradicts": _("The multiplier is %(value)s, and Ктт × Ктн is %(product)s; %(value)s is taken."),
        "multiplier_undated": _("The multiplier changes without a date; it is taken from %(date)s on."),
        "not_positive": _("“%(value)s” must be greater than zero."),
        "negative_reading": _("“%(value)s” is negative, which no register shows."),
        "digits_out_of_range": _("“%(value)s” digits are not possible; 1 to %(limit)s are."),
        "removed_too_early": _("The meter is removed before it is installed."),
    }

    account = names_account("meter__point__account__number")
    point = ImportColumn(
        "Код ТУ",
        partial(clean_text, max_length=60),
        synonyms=("Код точки обліку", "PointCode"),
        required=True,
        attribute="meter__point__code",
    )
    eic = ImportColumn("EIC", parse_eic, synonyms=("EIC-код", "ЕІС код", "EIC код"), attribute="meter__point__eic")
    name = ImportColumn(
        "Точка обліку",
        partial(clean_text, max_length=255),
        synonyms=("Назва точки обліку", "Найменування точки обліку"),
        required=True,
        free_text=True,
        attribute="meter__point__name",
    )
    address = ImportColumn(
        "Адреса точки обліку",
        partial(clean_text, max_length=255),
        synonyms=("Адреса ТУ",),
        free_text=True,
        attribute="meter__point__address",
    )
    site = ImportColumn("Об'єкт", partial(clean_text, max_length=160), free_text=True, attribute="meter__point__site")
    area = ImportColumn("Дільниця", partial(clean_text, max_length=120), attribute="meter__point__area")
    role = ImportColumn("Роль точки", partial(parse_choice, choices=ROLES), attribute="meter__point__role")
    read_by = ImportColumn("Зчитування", partial(parse_choice, choices=READERS), attribute="meter__point__read_by")
    voltage_class = ImportColumn(
        "Клас напруги",
        partial(clean_text, max_length=20),
        synonyms=("Клас",),
        attribute="meter__point__voltage_class",
    )
    permitted_power = ImportColumn(
        "Дозволена потужність",
        parse_energy,
        synonyms=("Дозволена потужність, кВт", "Потужність, кВт"),
        attribute="meter__point__permitted_power",
    )
    losses = ImportColumn("Втрати", parse_energy, attribute="meter__point__losses")
    losses_unit = ImportColumn(
        "Одиниця втрат", partial(parse_choice, choices=LOSSES_UNITS), attribute="meter__point__losses_unit"
    )
    closed_on = ImportColumn(
        "Дата закриття ТУ",
        parse_date,
        synonyms=("Дата закриття точки обліку", "ТУ закрито"),
        numeric=True,
        attribute="meter__point__closed_on",
    )
    serial = ImportColumn(
        "№ лічильника",
        partial(clean_text, max_length=60),
        synonyms=("Номер лічильника", "Заводський номер", "№ приладу обліку", "MeterNo"),
        required=True,
        attribute="meter__serial",
    )
    meter_type = ImportColumn(
        "Тип лічильника",
        partial(clean_text, max_length=80),
        synonyms=("Тип приладу обліку", "MeterType"),
        attribute="meter__meter_type",
    )
    installed_on = ImportColumn(
        "Дата встановлення", parse_date, synonyms=("Встановлено",), numeric=True, attribute="meter__installed_on"
    )
    removed_on = ImportColumn(
        "Дата зняття",
        parse_date,
        synonyms=("Дата демонтажу", "Знято"),
        numeric=True,
        attribute="meter__removed_on",
    )
    verified_on = ImportColumn(
        "Дата повірки", parse_date, synonyms=("Повірено",), numeric=True, attribute="meter__verified_on"
    )
    next_verification_on = ImportColumn(
        "Наступна повірка",
        parse_date,
        synonyms=("Дата наступної повірки",),
        numeric=True,
        attribute="meter__next_verification_on",
    )
    channel = ImportColumn(
        "Енергія", parse_channel, synonyms=("Канал", "Вид енергії", "Energy"), required=True, attribute="channel"
    )
    zone = ImportColumn("Зона", parse_zone, synonyms=("Тарифна зона", "Zone"), required=True, attribute="zone")
    digits = ImportColumn("Значність", parse_integer, synonyms=("Розрядність",), attribute="digits")
    initial_value = ImportColumn(
        "Початкові покази", parse_energy, synonyms=("Покази при встановленні",), attribute="initial_value"
    )
    final_value = ImportColumn("Кінцеві покази", parse_energy, synonyms=("Покази при знятті",), attribute="final_value")
    current_ratio = ImportColumn("Ктт", parse_transformer_ratio, synonyms=("Коефіцієнт ТС", "К ТС"))
    voltage_ratio = ImportColumn("Ктн", parse_transformer_ratio, synonyms=("Коефіцієнт ТН", "К ТН"))
    multiplier = ImportColumn(
        "Розрахунковий коефіцієнт", parse_ratio, synonyms=("Коефіцієнт", "Розр. коефіцієнт", "Koef")
    )
    ratio_from = ImportColumn("Коефіцієнт діє з", parse_date, synonyms=("Дата коефіцієнта",), numeric=True)
    branch = names_branch("meter__point__account__branch__code")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._known = KnownRatios()
        # What is stored of points and meters, by account, code and serial number.
        self._points: dict[tuple[int, str], Values] = {}
        self._meters: dict[tuple[int, str, str], Values] = {}

    def key(self, row: Row) -> str:
        """Code of the point, serial number, channel, zone."""
        cells = row.cells
        return join_key(cells["point"], cells["serial"], cells["channel"], str(cells["zone"]))

    def values(self, row: Row) -> Values:
        """Everything about register, meter and point; what cannot be empty keeps what it was when it is."""
        cells = row.cells
        values: Values = {}
        for name in (*POINT, *METER, *REGISTER):
            if name not in cells:
                continue
            value = cells[name]
            values[name] = value.code if isinstance(value, Eic) else exact(value) or _DEFAULTS.get(name, "")
        if not values.get("digits", "0"):
            del values["digits"]
        self._check(row, values)
        return values | self._ratio_values(row)

    def family(self, key: str) -> str:
        """All of an account: its points and meters are told by several keys."""
        return ""

    def check_family(self, entries: Sequence[Entry]) -> None:
        """Reject rows that describe a point or a meter otherwise than an earlier row of the file does."""
        points: dict[str, Entry] = {}
        meters: dict[tuple[str, str], Entry] = {}
        for entry in sorted(entries, key=lambda one: one.row):
            if entry.rejected:
                continue
            code, serial = entry.key.split("|")[:2]
            point, meter = points.get(code, entry), meters.get((code, serial), entry)
            if column := _difference(entry, point, POINT):
                entry.reject("point_disagrees", column, _told(entry, column), first=point.row)
            elif column := _difference(entry, meter, (*METER, *RATIO)):
                entry.reject("meter_disagrees", column, _told(entry, column), first=meter.row)
            else:
                points.setdefault(code, entry)
                meters.setdefault((code, serial), entry)

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The registers of the entries' accounts; the multiplier is that of the entry's day."""
        owners = {entry.owner_id for entry in entries}
        self._known.load(owners)
        by_key = {entry.object_key: entry for entry in entries}
        found: dict[ObjectKey, Stored] = {}
        self._points.clear()
        self._meters.clear()
        for pk, account, code, serial, channel, zone, *rest in (
            Register.objects.filter(meter__point__account_id__in=owners)
            .values_list(
                "pk", "meter__point__account_id", "meter__point__code", "meter__serial", "channel", "zone", *_FIELDS
            )
            .iterator()
        ):
            key = (account, join_key(code, serial, channel, str(zone)), 1)
            entry = by_key.get(key)
            if entry is not None or (account, code, serial) not in self._meters:
                values = dict(zip(_VALUES, map(exact, rest), strict=True))
                self._points[account, code] = {name: values[name] for name in POINT}
                self._meters[account, code, serial] = {name: values[name] for name in METER}
            if entry is not None:
                day = self._ratio_day(entry)
                ratio = self._ratios_of(entry).get(day)
                if ratio is not None:
                    values |= {**ratio._asdict(), "ratio_from": day}
                found[key] = Stored(pk, values)
        return found

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Settle from which day the multiplier holds, then compare."""
        day = self._ratio_day(entry)
        ratios = self._ratios_of(entry)
        if "multiplier" in entry.values and "ratio_from" not in entry.values:
            entry.values["ratio_from"] = day
            entry.touched = True
            if ratios and day not in ratios:
                entry.warn("multiplier_undated", "multiplier", _told(entry, "multiplier"), date=as_written(day))
        super().judge(entry, stored)
        if stored is None:
            self._note_neighbours(entry, ratios.get(day))

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the registers to the service of metering."""
        promote_metering(rows=map(metering_row, changes))

    # --- undo -----------------------------------------------------------------------------------------------------

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """What a new register, meter and point have where no column says so; those that were there kept theirs."""
        before = entry.before or {}
        kept = {name: value for name, value in before.items() if name not in RATIO}
        # A meter that was there may have a multiplier, which a row without one has not touched.
        untouched = dict.fromkeys(RATIO) if METER[0] in before and "multiplier" not in entry.values else {}
        return {**_DEFAULTS, "digits": str(_DIGITS), **kept, **untouched}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New registers that have readings."""
        return held(entries, Register)

    def restore(self, changes: Iterator[Change]) -> None:
        """Give registers, meters, points and multipliers their earlier values."""
        restore_metering(rows=map(earlier_register, changes))

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete registers, empty meters and points; what was there before gets its earlier values."""
        remove_registers(rows=map(register_removal, changes))

    def _note_neighbours(self, entry: Entry, ratio: Ratio | None) -> None:
        """Keep what is stored of the point and the meter that a new register is added to, for undo."""
        code, serial = entry.key.split("|")[:2]
        point = self._points.get((entry.owner_id, code))
        if point is None:
            return
        meter = self._meters.get((entry.owner_id, code, serial), {})
        entry.before = {**point, **meter}
        if meter and "multiplier" in entry.values:
            known = {**ratio._asdict(), "ratio_from": entry.values["ratio_from"]} if ratio else dict.fromkeys(RATIO, "")
            entry.before |= known
        entry.touched = True

    # --- multipliers ----------------------------------------------------------------------------------------------

    def _ratio_values(self, row: Row) -> Values:
        cells = row.cells
        given = cells.get("multiplier")
        product = product_of_ratios(cells.get("current_ratio"), cells.get("voltage_ratio"))
        if given is not None and product is not None and given != product:
            row.warn("multiplier_contradicts", "multiplier", value=_plain(given), product=_plain(product))
        multiplier = product if given is None else given
        if multiplier is None:
            return {}
        if multiplier <= 0:
            row.reject("not_positive", "multiplier" if given is not None else "current_ratio", value=_plain(multiplier))
        if not fits(multiplier):
            row.reject("too_many_digits", "current_ratio", value=_plain(multiplier), digits=DIGITS)
        values: Values = {name: exact(cells[name]) for name in ("current_ratio", "voltage_ratio") if name in cells}
        values["multiplier"] = exact(multiplier)
        if cells.get("ratio_from") is not None:
            values["ratio_from"] = exact(cells["ratio_from"])
        return values

    def _ratio_day(self, entry: Entry) -> str:
        return first_day(entry.values, self._ratios_of(entry), kyiv_date(self.context.as_of).isoformat())

    def _ratios_of(self, entry: Entry) -> Mapping[str, Ratio]:
        code, serial = entry.key.split("|")[:2]
        return self._known.of(entry.owner_id, code, serial)

    def _check(self, row: Row, values: Values) -> None:
        digits = row.cells.get("digits")
        if digits is not None and not 1 <= digits <= MOST_DIGITS:
            row.reject("digits_out_of_range", "digits", value=str(digits), limit=MOST_DIGITS)
        for name in ("initial_value", "final_value"):
            value = row.cells.get(name)
            if value is not None and value < 0:
                row.reject("negative_reading", name, value=_plain(value))
        installed, removed = row.cells.get("installed_on"), row.cells.get("removed_on")
        if installed and removed and removed < installed:
            row.reject("removed_too_early", "removed_on")
        eic = row.cells.get("eic")
        if eic is not None and eic.warning:
            row.warn(eic.warning, "eic", value=eic.code)


_CHOICES = {"role": ROLES, "read_by": READERS, "losses_unit": LOSSES_UNITS}
_DEFAULTS = {
    "role": PointRole.BILLING.value,
    "read_by": ReadBy.CONSUMER.value,
    "losses_unit": LossesUnit.ENERGY.value,
}
# Digits of a register that no file tells, as the model has it.
_DIGITS = Register._meta.get_field("digits").default
_VALUES = (*POINT, *METER, *REGISTER)
_FIELDS = (*(f"meter__point__{name}" for name in POINT), *(f"meter__{name}" for name in METER), *REGISTER)


def _difference(entry: Entry, first: Entry, columns: Iterable[str]) -> str:
    return next((name for name in columns if entry.values.get(name) != first.values.get(name)), "")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _told(entry: Entry, column: str) -> str:
    return as_written(entry.values.get(column, ""), _CHOICES.get(column))
