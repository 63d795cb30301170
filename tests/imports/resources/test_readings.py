"""Readings from files: verdicts by ReadingId, and what the operator took or accepted."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from cabinet_pages.accounts.models import Account
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from imports.models import BatchState, IssueLevel
from tests.factories import make_account, make_branch, make_register
from tests.imports.resources.loading import applied, counts, csv_file, issues, load, xlsx_file

pytestmark = pytest.mark.django_db

HEADING = (
    "Особовий рахунок", "Код ТУ", "№ лічильника", "Енергія", "Зона", "Дата", "Тип", "Показання", "Стан", "Причина",
    "Рахунок №", "Показання прийняте", "Обсяг прийнятий",
)  # fmt: skip
EXPORT = (
    "Batch", "OsobRah", "EDRPOU", "PointCode", "EIC", "MeterNo", "MeterType", "Energy", "Zone", "Period", "PrevDate",
    "PrevValue", "ReadDate", "Value", "Diff", "Koef", "Kwh", "Submitted", "User", "ReadingId", "Status", "Причина",
    "Рахунок №", "Показання прийняте", "Обсяг прийнятий",
)  # fmt: skip


@pytest.fixture
def register():
    return make_register(make_account("80-431930"), "ТУ-1", serial="00123", point={"eic": "62Z000000000001B"})


@pytest.fixture
def sent(register):
    return Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal("1234.5"),
        state=ReadingState.EXPORTED,
    )  # fmt: skip


def row(**cells):
    """An accepted reading of 31.01.2026, changed by heading."""
    values = {
        "Особовий рахунок": "80-431930",
        "Код ТУ": "ТУ-1",
        "№ лічильника": "00123",
        "Енергія": "A+",
        "Зона": "0",
        "Дата": "31.01.2026",
        "Тип": "прийняте",
        "Показання": "1 234,5",
        "Стан": "прийнято",
        "Показання прийняте": "1234,5",
        "Обсяг прийнятий": "6900",
    }
    return [(values | cells).get(heading, "") for heading in HEADING]


def exported(reading, **verdict):
    """The row of our own export for a reading, with a verdict filled in by heading."""
    values = {
        "Batch": "7", "OsobRah": "80-431930", "EDRPOU": "30036471", "PointCode": "ТУ-1", "MeterNo": "00123",
        "Energy": "A+", "Zone": "0", "Period": "202601", "PrevDate": "31.12.2025", "PrevValue": "1200",
        "ReadDate": f"{reading.read_on:%d.%m.%Y}", "Value": f"{reading.value:f}", "Diff": "34.5", "Koef": "200",
        "Kwh": "6900", "Submitted": "31.01.2026 18:05:00", "User": "olena@example.com",
        "ReadingId": str(reading.uuid), "Status": "передано",
    }  # fmt: skip
    return [(values | verdict).get(heading, "") for heading in EXPORT]


@pytest.mark.parametrize("written", [csv_file, xlsx_file], ids=["cp1251 CSV", "XLSX"])
def test_readings_of_the_operator_are_stored_by_register_day_and_type(written, register):
    rows = [
        HEADING,
        row(),
        row(Тип="контрольне"),
        row(Тип="початкове", Дата="01.01.2020", Показання="0"),
        row(Тип="кінцеве", Дата="05.02.2026", Показання="1240"),
    ]
    branch = make_branch()
    assert counts(applied("readings", written(rows), branch=branch)) == (4, 4, 0, 0, 0)
    accepted = Reading.objects.get(kind=ReadingKind.ACCEPTED)
    assert (accepted.register, accepted.value, accepted.state) == (register, Decimal("1234.5"), ReadingState.ACCEPTED)
    assert (accepted.accepted_volume, accepted.period, accepted.is_current) == (6900, date(2026, 1, 1), True)
    assert sorted(Reading.objects.values_list("kind", flat=True)) == ["accepted", "control", "final", "initial"]
    again = load("readings", csv_file([*rows, []]), branch=branch)
    assert (again.state, counts(again)) == (BatchState.UNCHANGED, (4, 0, 0, 4, 0))


def test_a_reading_without_a_type_is_an_accepted_one(register):
    rows = [[cell for heading, cell in zip(HEADING, one, strict=True) if heading != "Тип"] for one in [HEADING, row()]]
    applied("readings", csv_file(rows), branch=make_branch())
    assert Reading.objects.get().kind == ReadingKind.ACCEPTED
    # The same reading with its type named is the same object.
    assert load("readings", csv_file([HEADING, row()]), branch=make_branch()).state == BatchState.UNCHANGED


@pytest.mark.parametrize(
    ("settlement_day", "read_on", "period"),
    [
        (31, "31.01.2026", date(2026, 1, 1)),
        (31, "01.02.2026", date(2026, 2, 1)),
        (1, "01.02.2026", date(2026, 1, 1)),
        (1, "02.02.2026", date(2026, 2, 1)),
        (20, "20.01.2026", date(2026, 1, 1)),
        (20, "21.01.2026", date(2026, 2, 1)),
    ],
)
def test_the_period_of_a_reading_is_the_month_that_its_settlement_closes(register, settlement_day, read_on, period):
    Account.objects.update(settlement_day=settlement_day)
    applied("readings", csv_file([HEADING, row(Дата=read_on)]), branch=make_branch())
    assert Reading.objects.get().period == period


def test_a_point_is_found_by_its_eic_and_a_meter_without_its_leading_zeros(register):
    heading = ["Особовий рахунок", "EIC", "№ лічильника", "Дата", "Показання"]
    applied(
        "readings",
        xlsx_file([heading, ["80-431930", "62Z000000000001В", 123, date(2026, 1, 31), 1234.5]]),
        branch=make_branch(),
    )
    assert Reading.objects.get().register == register


@pytest.mark.parametrize("written", [csv_file, xlsx_file], ids=["cp1251 CSV", "XLSX"])
def test_our_export_comes_back_with_verdicts(written, sent, register):
    other = Reading.objects.create(
        register=make_register(register.meter.point.account, "ТУ-2"), period=date(2026, 1, 1),
        read_on=date(2026, 1, 31), value=Decimal(5),
    )  # fmt: skip
    billed = {"Status": "у рахунку", "Рахунок №": "17", "Показання прийняте": "1230", "Обсяг прийнятий": "6000"}
    rows = [
        EXPORT,
        exported(sent, **billed),
        exported(other, Status="відхилено", Причина="не відповідає контрольному"),
    ]
    branch = make_branch()
    assert counts(applied("readings", written(rows), branch=branch)) == (2, 0, 2, 0, 0)
    sent.refresh_from_db()
    other.refresh_from_db()
    assert (sent.state, sent.invoice_number, sent.accepted_value, sent.accepted_volume) == (
        ReadingState.BILLED, "17", 1230, 6000,
    )  # fmt: skip
    assert (sent.value, sent.kind) == (Decimal("1234.5"), ReadingKind.CUSTOMER)
    assert (other.state, other.state_reason) == (ReadingState.REJECTED, "не відповідає контрольному")
    assert load("readings", csv_file([*rows, []]), branch=branch).state == BatchState.UNCHANGED


def test_our_export_without_verdicts_changes_nothing(sent):
    batch = load("readings", csv_file([EXPORT, exported(sent)]), branch=make_branch())
    assert (batch.state, counts(batch)) == (BatchState.UNCHANGED, (1, 0, 0, 1, 0))


def test_a_verdict_needs_no_more_than_the_reading_id(sent):
    batch = load("readings", csv_file([["ReadingId", "Стан"], [str(sent.uuid).upper(), "Прийнято"]]))
    assert batch.state == BatchState.APPLIED
    sent.refresh_from_db()
    assert sent.state == ReadingState.ACCEPTED


def test_a_verdict_never_replaces_what_the_customer_sent(sent):
    batch = load("readings", csv_file([EXPORT, exported(sent, Value="99", Status="прийнято")]), branch=make_branch())
    sent.refresh_from_db()
    assert (sent.value, sent.state) == (Decimal("1234.5"), ReadingState.ACCEPTED)
    assert issues(batch)[0][:3] == (2, "Value", "99")


def test_a_reading_id_of_another_branch_is_answered_as_one_that_is_nowhere():
    foreign = Reading.objects.create(
        register=make_register(make_account("80-36", make_branch("TRO"))), period=date(2026, 1, 1),
        read_on=date(2026, 1, 31), value=1,
    )  # fmt: skip
    absent = uuid4()
    rows = [["ReadingId", "Стан"], [foreign.uuid, "відхилено"], [absent, "відхилено"], ["не те", "відхилено"]]
    batch = load("readings", csv_file(rows), branch=make_branch(), skip_rejected=True)
    assert batch.state == BatchState.REFUSED
    assert [issue[3] for issue in issues(batch)] == [
        f"Показання {foreign.uuid} не знайдено у структурній одиниці VIN",
        f"Показання {absent} не знайдено у структурній одиниці VIN",
        "«не те» не є ідентифікатором показання (ReadingId).",
    ]
    foreign.refresh_from_db()
    assert foreign.state == ReadingState.SUBMITTED


def test_a_row_with_a_bad_reading_id_does_not_pass_for_a_reading_of_the_operator(register, sent):
    batch = load(
        "readings", csv_file([EXPORT, exported(sent, ReadingId="17", Status="прийнято")]), branch=make_branch()
    )
    assert (batch.state, counts(batch)) == (BatchState.REFUSED, (1, 0, 0, 0, 1))


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"Код ТУ": "ТУ-9"}, "Код ТУ", "Рахунок 80-431930 не має точки обліку «ТУ-9»."),
        ({"№ лічильника": "999"}, "№ лічильника", "Точка обліку ТУ-1 не має лічильника «999»."),
        ({"Енергія": "R-"}, "Енергія", "Лічильник 00123 не має шкали R- зони 0."),
        ({"Показання": "1000000"}, "Показання", "«1000000» має більше цифр, ніж лічильник (6)."),
        ({"Показання": "-1"}, "Показання", "«-1» — від’ємне значення, якого лічильник не показує."),
        ({"Показання": ""}, "Показання", "Ця клітинка не може бути порожньою."),
        ({"Особовий рахунок": "80-36"}, "Особовий рахунок", "Рахунок 80-36 не знайдено у структурній одиниці VIN"),
        ({"Код ТУ": ""}, "Код ТУ", "Ця клітинка не може бути порожньою."),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_value(register, cells, column, sentence):
    make_account("80-36", make_branch("TRO"))
    batch = load("readings", csv_file([HEADING, row(**cells)]), branch=make_branch())
    assert batch.state == BatchState.REFUSED
    assert [(number, name) for number, name, _, _ in issues(batch, IssueLevel.ERROR)] == [(2, column)]
    assert sentence in (issues(batch)[0][3], "Ця клітинка не може бути порожньою.")
    assert not Reading.objects.exists()


def test_the_same_reading_twice_in_a_file_is_one_too_many(register):
    batch = load("readings", csv_file([HEADING, row(), row()]), branch=make_branch(), skip_rejected=True)
    assert counts(batch) == (2, 1, 0, 0, 1)


def test_a_changed_value_is_a_change_and_a_withdrawn_reading_revives(register):
    branch = make_branch()
    applied("readings", csv_file([HEADING, row()]), branch=branch)
    assert counts(applied("readings", csv_file([HEADING, row(Показання="1240")]), branch=branch))[2] == 1
    Reading.objects.update(withdrawn=True)
    assert counts(applied("readings", csv_file([HEADING, row(Показання="1240"), []]), branch=branch))[2] == 1
    found = Reading.objects.get()
    assert (found.value, found.withdrawn) == (1240, False)


def test_the_central_office_gives_verdicts_for_every_branch(sent):
    foreign = Reading.objects.create(
        register=make_register(make_account("80-36", make_branch("TRO"))), period=date(2026, 1, 1),
        read_on=date(2026, 1, 31), value=1,
    )  # fmt: skip
    rows = [["ReadingId", "Стан"], [sent.uuid, "прийнято"], [foreign.uuid, "прийнято"]]
    assert counts(applied("readings", csv_file(rows))) == (2, 0, 2, 0, 0)
