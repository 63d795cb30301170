"""Points, meters, registers and multipliers from files."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, ReadBy, Register
from cabinet_pages.readings.models import Reading
from imports.models import BatchState, IssueLevel
from tests.factories import make_account, make_branch
from tests.imports.resources.loading import applied, counts, csv_file, issues, load, xlsx_file

pytestmark = pytest.mark.django_db

BASE = {
    "Особовий рахунок": "80-431930",
    "Код ТУ": "ТУ-1",
    "Точка обліку": "Цех",
    "№ лічильника": "00123",
    "Енергія": "A+",
    "Зона": "0",
}


@pytest.fixture(autouse=True)
def _accounts():
    make_account("80-431930")
    make_account("80-36", make_branch("TRO"))


def table(*rows):
    """Rows of changes to BASE under the headings that any of them has."""
    headings = list(dict.fromkeys([*BASE, *(heading for row in rows for heading in row)]))
    return [headings, *([(BASE | row).get(heading, "") for heading in headings] for row in rows)]


def put(*rows, **options):
    return applied("metering", csv_file(table(*rows)), branch=make_branch(), **options)


FULL = {
    "EIC": "62Z000000000001B", "Адреса точки обліку": "вул. Соборна, 1", "Об'єкт": "Завод", "Дільниця": "№ 2",
    "Роль точки": "субспоживач", "Зчитування": "АСКОЕ", "Клас напруги": "2", "Тип лічильника": "NIK 2303",
    "Значність": "4", "Ктт": "150/5", "Ктн": "100", "Розрахунковий коефіцієнт": "3000", "Коефіцієнт діє з":
    "01.02.2025", "Втрати": "12,5", "Одиниця втрат": "%", "Дозволена потужність": "160", "Дата встановлення":
    "01.01.2025", "Початкові покази": "17", "Дата повірки": "15.06.2020", "Наступна повірка": "15.06.2026",
}  # fmt: skip


@pytest.mark.parametrize("written", [csv_file, xlsx_file], ids=["cp1251 CSV", "XLSX"])
def test_a_row_makes_point_meter_register_and_multiplier_and_again_changes_nothing(written):
    rows = table(FULL, FULL | {"Енергія": "R+"}, {**FULL, "Код ТУ": "ТУ-2", "EIC": ""})
    branch = make_branch()
    assert counts(applied("metering", written(rows), branch=branch)) == (3, 3, 0, 0, 0)
    point = MeteringPoint.objects.get(code="ТУ-1")
    assert (point.eic, point.role, point.read_by, point.site) == (
        "62Z000000000001B", "subconsumer", "remote", "Завод",
    )  # fmt: skip
    assert (point.losses, point.losses_unit, point.permitted_power) == (Decimal("12.5"), "percent", 160)
    meter = point.meters.get()
    assert (meter.serial, meter.installed_on, meter.next_verification_on) == (
        "00123", date(2025, 1, 1), date(2026, 6, 15),
    )  # fmt: skip
    assert sorted(meter.registers.values_list("channel", "digits", "initial_value")) == [("A+", 4, 17), ("R+", 4, 17)]
    assert meter.ratios.values_list("valid_from", "current_ratio", "voltage_ratio", "multiplier").get() == (
        date(2025, 2, 1), 30, 100, 3000,
    )  # fmt: skip
    again = load("metering", csv_file([*rows, []]), branch=branch)
    assert (again.state, counts(again)) == (BatchState.UNCHANGED, (3, 0, 0, 3, 0))


def test_look_alike_letters_make_no_other_channel_and_no_other_eic():
    # A Cyrillic А with a typographic minus, a Cyrillic В.
    rows = table({"Енергія": "А−", "EIC": "62Z000000000001В"})
    applied("metering", csv_file(rows, encoding="utf-8-sig"), branch=make_branch())
    assert (Register.objects.get().channel, MeteringPoint.objects.get().eic) == ("A-", "62Z000000000001B")


def test_a_wrong_check_character_of_an_eic_is_a_warning_and_a_wrong_shape_an_error():
    batch = put({"EIC": "62Z000000000001A"})
    assert issues(batch, IssueLevel.WARNING)[0][:3] == (2, "EIC", "62Z000000000001A")
    batch = load("metering", csv_file(table({"EIC": "62Z"})), branch=make_branch())
    assert batch.state == BatchState.REFUSED


def test_the_multiplier_is_the_product_of_the_ratios_where_the_file_has_no_column():
    put({"Ктт": "30", "Ктн": "100"})
    assert MeterRatio.objects.get().multiplier == 3000


def test_a_multiplier_that_contradicts_its_ratios_is_taken_with_a_warning():
    batch = put({"Ктт": "30", "Ктн": "100", "Розрахунковий коефіцієнт": "300"})
    assert MeterRatio.objects.get().multiplier == 300
    assert issues(batch)[0] == (
        2, "Розрахунковий коефіцієнт", "300", "Розрахунковий коефіцієнт 300, а Ктт × Ктн = 3000; прийнято 300.",
    )  # fmt: skip


def test_a_multiplier_of_a_new_day_stands_beside_the_earlier_one():
    put({"Розрахунковий коефіцієнт": "20", "Коефіцієнт діє з": "01.01.2025"})
    batch = put({"Розрахунковий коефіцієнт": "40", "Коефіцієнт діє з": "01.06.2025"})
    assert counts(batch) == (1, 0, 1, 0, 0)
    assert list(MeterRatio.objects.values_list("valid_from", "multiplier")) == [
        (date(2025, 1, 1), 20), (date(2025, 6, 1), 40),
    ]  # fmt: skip
    # An older file describes its own day and takes nothing from the newer multiplier.
    rows = table({"Розрахунковий коефіцієнт": "20", "Коефіцієнт діє з": "01.01.2025"})
    assert load("metering", csv_file([*rows, []]), branch=make_branch()).state == BatchState.UNCHANGED


def test_a_multiplier_that_changes_without_a_date_begins_with_the_day_of_the_file():
    put({"Розрахунковий коефіцієнт": "20", "Дата встановлення": "01.01.2025"})
    batch = put(
        {"Розрахунковий коефіцієнт": "40", "Дата встановлення": "01.01.2025"},
        as_of=datetime(2025, 7, 4, 12, tzinfo=UTC),
    )
    assert list(MeterRatio.objects.values_list("valid_from", "multiplier")) == [
        (date(2025, 1, 1), 20), (date(2025, 7, 4), 40),
    ]  # fmt: skip
    assert issues(batch)[0][3] == "Коефіцієнт змінюється без дати; він діє з 04.07.2025."


def test_rows_that_describe_one_point_or_meter_differently_are_rejected_at_the_later_row():
    rows = table(
        {"Об'єкт": "Завод", "Тип лічильника": "NIK"},
        {"Об'єкт": "Склад", "Тип лічильника": "NIK", "Енергія": "R+"},
        {"Об'єкт": "Завод", "Тип лічильника": "CE", "Енергія": "R-"},
    )
    batch = load("metering", csv_file(rows), branch=make_branch(), skip_rejected=True)
    assert counts(batch) == (3, 1, 0, 0, 2)
    assert issues(batch) == [
        (3, "Об'єкт", "Склад", "У рядку 2 точку обліку описано інакше."),
        (4, "Тип лічильника", "CE", "У рядку 2 лічильник описано інакше."),
    ]


def test_a_meter_is_removed_with_its_last_figure_and_its_readings_stay():
    put({"Дата встановлення": "01.01.2025"})
    register = Register.objects.get()
    Reading.objects.create(register=register, kind="accepted", period="2025-01-01", read_on="2025-01-31", value=5)
    batch = put(
        {"Дата встановлення": "01.01.2025", "Дата зняття": "10.03.2026", "Кінцеві покази": "9 998,5"},
        {"№ лічильника": "777", "Дата встановлення": "10.03.2026"},
    )
    assert counts(batch) == (2, 1, 1, 0, 0)
    register.refresh_from_db()
    assert (register.final_value, register.meter.removed_on) == (Decimal("9998.5"), date(2026, 3, 10))
    assert register.readings.count() == 1
    assert sorted(Meter.objects.values_list("serial", flat=True)) == ["00123", "777"]


def test_a_point_is_closed_and_a_meter_is_never_removed_before_it_is_installed():
    put({"Дата закриття ТУ": "01.03.2026"})
    assert MeteringPoint.objects.get().closed_on == date(2026, 3, 1)
    bad = table({"Дата встановлення": "01.03.2026", "Дата зняття": "28.02.2026"})
    batch = load("metering", csv_file(bad), branch=make_branch())
    assert issues(batch) == [(2, "Дата зняття", "28.02.2026", "Лічильник знято раніше, ніж встановлено.")]


def test_columns_that_a_file_lacks_keep_their_values_and_empty_cells_clear_them():
    put(FULL)
    put({"Об'єкт": "", "Зчитування": ""}, {"Об'єкт": "", "Зчитування": "", "Енергія": "R+"})
    point = MeteringPoint.objects.get()
    assert (point.site, point.read_by, point.eic) == ("", ReadBy.CONSUMER, "62Z000000000001B")
    assert Register.objects.get(channel="A+").digits == 4
    assert MeterRatio.objects.get().multiplier == 3000


def test_two_rows_of_one_register_are_one_too_many():
    batch = load("metering", csv_file(table({}, {})), branch=make_branch())
    assert (batch.state, issues(batch)[0][0]) == (BatchState.REFUSED, 3)


def test_meters_of_another_branch_are_refused_row_by_row():
    batch = load("metering", csv_file(table({"Особовий рахунок": "80-36"})), branch=make_branch())
    assert batch.state == BatchState.REFUSED
    assert issues(batch)[0][3] == "Рахунок 80-36 не знайдено у структурній одиниці VIN"
    assert not MeteringPoint.objects.exists()


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Значність", "0"), ("Ктт", "0,00001"), ("Розрахунковий коефіцієнт", "-2"), ("Зона", "4"), ("Енергія", "P+"),
     ("Ктт", "100/3"), ("Роль точки", "головна"), ("Початкові покази", "-1")],
)  # fmt: skip
def test_a_bad_value_is_named_with_its_column(heading, value):
    batch = load("metering", csv_file(table({heading: value})), branch=make_branch())
    assert batch.state == BatchState.REFUSED
    assert [issue[:3] for issue in issues(batch, IssueLevel.ERROR)] == [(2, heading, value)]
