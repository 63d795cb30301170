"""The files themselves: what stands in them, what old encodings make of it, and that nothing in them is a formula."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from cabinet_pages.readings.exporting import ExportedReading
from imports.exports import writer_of
from imports.exports.layout import COLUMNS, HEADINGS, VERDICT, Kind
from imports.exports.letters import encoded
from tests.imports.exports.world import ALL_FORMATS, read_back

READING = ExportedReading(
    batch=7,
    account="80-431930",
    customer_code="00130694",
    point="ТУ-1",
    eic="62Z000000000001B",
    serial="00123",
    meter_type="НІК 2303",
    channel="A+",
    zone=0,
    period=date(2026, 1, 1),
    previous_on=date(2025, 12, 31),
    previous_value=Decimal("1200.000"),
    read_on=date(2026, 1, 31),
    value=Decimal("1234.500"),
    difference=Decimal("34.500"),
    multiplier=Decimal("200.0000"),
    volume=Decimal("6900.000"),
    submitted_at=datetime(2026, 1, 31, 18, 5, 7),  # noqa: DTZ001
    sender="Олена Ґалаґан",
    reading_id=UUID("12345678-1234-4234-8234-123456789abc"),
)
ROW = (
    "7;80-431930;00130694;ТУ-1;62Z000000000001B;00123;НІК 2303;A+;0;202601;31.12.2025;1200;31.01.2026;1234.5;34.5;200;"
    "6900;31.01.2026 18:05:07;Олена Ґалаґан;12345678-1234-4234-8234-123456789abc;;;;;"
)
# ʼ is not in cp1251, and neither is the Polish ł.
ODD = "ʼ Łukasz Żółć 日本 ’«»— №"


def bytes_of(file_format: str, *rows: ExportedReading) -> bytes:
    target = io.BytesIO()
    writer_of(file_format)(target, rows)
    return target.getvalue()


def test_the_columns_are_those_that_billing_expects() -> None:
    assert ";".join(HEADINGS) == (
        "Batch;OsobRah;EDRPOU;PointCode;EIC;MeterNo;MeterType;Energy;Zone;Period;PrevDate;PrevValue;ReadDate;Value;"
        "Diff;Koef;Kwh;Submitted;User;ReadingId;Status;Причина;Рахунок №;Показання прийняте;Обсяг прийнятий"
    )
    assert VERDICT == ("Status", "Причина", "Рахунок №", "Показання прийняте", "Обсяг прийнятий")


def test_csv_is_cp1251_with_semicolons_and_crlf() -> None:
    assert bytes_of("csv", READING) == f"{';'.join(HEADINGS)}\r\n{ROW}\r\n".encode("cp1251")


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_every_format_tells_the_same_to_our_own_reader(file_format: str, tmp_path: Path) -> None:
    rows = read_back(bytes_of(file_format, READING, READING._replace(previous_value=None)), tmp_path / "file")
    told = ROW.replace("НІК", "НIК").replace("Ґалаґан", "Галаган") if file_format == "dbf" else ROW
    headings = [column.field for column in COLUMNS] if file_format == "dbf" else list(HEADINGS)
    assert rows[0] == headings
    assert ";".join(rows[1]) == told
    assert rows[2][11] == ""


def test_names_of_dbf_fields_fit_and_numbers_are_exact(tmp_path: Path) -> None:
    assert all(len(column.field) <= 10 and column.field.isascii() and column.length <= 254 for column in COLUMNS)
    assert len({column.field for column in COLUMNS}) == len(COLUMNS)
    widest = READING._replace(value=Decimal("9223372036854775.807"), multiplier=Decimal("922337203685477.5807"))
    row = dict(zip(HEADINGS, read_back(bytes_of("dbf", widest), tmp_path / "file")[1], strict=True))
    assert (row["Value"], row["Koef"]) == ("9223372036854775.807", "922337203685477.5807")
    with pytest.raises(OverflowError, match="DIFF"):
        bytes_of("dbf", READING._replace(difference=Decimal("-9223372036854775.807")))


def test_numbers_of_accounts_are_texts_in_a_workbook_and_nothing_is_a_formula() -> None:
    hostile = READING._replace(meter_type="=1+1", sender="=HYPERLINK(1)", serial="+7", point="@ТУ")
    book = load_workbook(io.BytesIO(bytes_of("xlsx", READING, hostile)))
    sheet = book.active
    assert sheet is not None
    first, second = ({HEADINGS[cell.column - 1]: cell for cell in row} for row in sheet.iter_rows(min_row=2))
    for name in ("OsobRah", "EDRPOU", "PointCode", "EIC", "MeterNo", "Period", "ReadingId"):
        assert first[name].data_type == "s"
    assert (first["EDRPOU"].value, first["MeterNo"].value) == ("00130694", "00123")
    assert (first["Value"].value, first["ReadDate"].value.date()) == (1234.5, date(2026, 1, 31))
    assert {cell.data_type for row in (first, second) for cell in row.values()} <= {"s", "n", "d"}
    assert (second["MeterType"].value, second["User"].value) == ("=1+1", "HYPERLINK(1)")


def test_a_number_longer_than_a_spreadsheet_keeps_is_written_as_text(tmp_path: Path) -> None:
    long = READING._replace(value=Decimal("9223372036854775.807"))
    row = read_back(bytes_of("xlsx", long), tmp_path / "file")[1]
    assert row[HEADINGS.index("Value")] == "9223372036854775.807"


@pytest.mark.parametrize("file_format", ALL_FORMATS)
@pytest.mark.parametrize("name", ["=1+1", "+380", "-5", "@sum", "\t=1", " ＝1", "'=1"])
def test_a_name_that_a_customer_chose_begins_no_formula_and_carries_no_apostrophe(
    file_format: str, name: str, tmp_path: Path
) -> None:
    row = read_back(bytes_of(file_format, READING._replace(sender=name)), tmp_path / "file")[1]
    assert not row[HEADINGS.index("User")].startswith(("=", "+", "-", "@", "'", "＝", "\t"))


def test_what_the_erp_gave_goes_back_without_an_apostrophe(tmp_path: Path) -> None:
    content = bytes_of("csv", READING._replace(point="-5", serial="+7", meter_type="=СТК"))
    assert b";-5;" in content
    assert b";+7;" in content
    assert "'" not in content.decode("cp1251")


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_letters_that_an_encoding_lacks_lose_no_row(file_format: str, tmp_path: Path) -> None:
    odd = READING._replace(meter_type=ODD, sender=f"Дар{ODD}", point='ТУ\n1;"2"\u202e')
    rows = read_back(bytes_of(file_format, odd, READING), tmp_path / "file")
    assert len(rows) == 3
    assert [row[HEADINGS.index("ReadingId")] for row in rows[1:]] == [str(READING.reading_id)] * 2
    assert rows[1][HEADINGS.index("PointCode")] == 'ТУ 1;"2"'
    if file_format in {"xlsx", "xml"}:
        assert rows[1][HEADINGS.index("MeterType")] == ODD


def test_neighbours_stand_for_letters_that_are_missing() -> None:
    assert encoded("Під’їзд ʼ Łukasz Żółć 日", "cp1251").decode("cp1251") == "Під’їзд ' ?ukasz Zo?c ?"
    assert encoded("Ґанок і Їжа, п’ять — «№ 5»", "cp866").decode("cp866") == 'Ганок i Їжа, п\'ять - "№ 5"'


@pytest.mark.parametrize("file_format", ["csv", "dbf"])
def test_an_account_that_an_encoding_cannot_tell_is_left_out_and_not_turned_into_another(
    file_format: str, tmp_path: Path
) -> None:
    rows = read_back(bytes_of(file_format, READING._replace(account="80-Ł")), tmp_path / "file")
    assert rows[1][1] == ""


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_whatever_people_are_called_every_file_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "whatever"
    rows = [READING._replace(sender=name, meter_type=name) for name in names]
    for file_format in ALL_FORMATS:
        found = read_back(bytes_of(file_format, *rows), path)
        assert len(found) == len(names) + 1
        assert {row[HEADINGS.index("ReadingId")] for row in found[1:]} == {str(READING.reading_id)}


def test_columns_of_texts_numbers_and_days_are_told_apart() -> None:
    kinds = {column.heading: column.kind for column in COLUMNS}
    assert {name for name, kind in kinds.items() if kind is Kind.DATE} == {"PrevDate", "ReadDate"}
    assert kinds["OsobRah"] is kinds["MeterNo"] is kinds["Period"] is Kind.TEXT
