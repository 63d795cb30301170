"""Encodings, delimiters, numbers, dates, apostrophes and twins: the exact value or a refusal, never another."""

import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from cabinet_pages.quantities.folding import fold_name
from imports.columns import Column, ColumnSet, TableRefused, open_table
from imports.formats import BUILT_IN, Limits, ReadOptions, UnreadableFile, sniff
from imports.values import ValueRefused, parse_account_number, parse_date, parse_money
from tests.support.scale import chance, scaled

ENCODINGS = ("utf-8", "utf-8-sig", "cp1251", "utf-16-le", "utf-16-be", "koi8-u")
BOMS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
DELIMITERS = (";", ",", "\t")
ENDS = ("\r\n", "\n")
#: As files write it → what it is; None must be refused, for it can be read in two ways or in none.
NUMBERS: dict[str, Decimal | None] = {
    "1 234,56": Decimal("1234.56"),
    "1\u00a0234,56": Decimal("1234.56"),
    "1234.56": Decimal("1234.56"),
    "-0,00": Decimal("0.00"),
    "1'234.50": Decimal("1234.50"),
    "(5,00)": Decimal("-5.00"),
    "1.234": None,
    "1_000": None,
    "1e1000000": None,
    "NaN": None,
    "١٢٣": None,
    "１２,５": None,
    "0x10": None,
    "1,2,3": None,
}
DATES: dict[str, datetime.date | None] = {
    "01.02.2026": datetime.date(2026, 2, 1),
    "2026-02-01": datetime.date(2026, 2, 1),
    "1.2.26": datetime.date(2026, 2, 1),
    "01.02.2026 0:00:00": datetime.date(2026, 2, 1),
    "46054": None,
    "44592": None,
    "02/01/2026": None,
    "29.02.2025": None,
}
APOSTROPHES = ("’", "ʼ", "'")
NAME, NUMBER = "ТОВ «П{}ята зірка і їжак»", "{}-80/36"
#: The first letter of an account's number, Cyrillic and Latin: two accounts, never one for the other.
TWINS = ("А", "A", "І", "I")
HEADINGS = ("Особовий рахунок", "Дата платежу", "Платник", "Сума платежу")
COLUMNS = ColumnSet(tuple(Column(name, name) for name in HEADINGS))
EVERY = tuple(product(ENCODINGS, DELIMITERS, ENDS, NUMBERS, DATES, APOSTROPHES, TWINS))
CHOSEN = chance("encodings").sample(EVERY, scaled(300, 6_000))


def written(encoding: str, delimiter: str, end: str, cells: tuple[str, ...]) -> bytes | None:
    """The file, or None where the encoding has no such letters."""
    rows = [HEADINGS, *[cells] * 3]
    quoted = (delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows)
    try:
        return BOMS.get(encoding, b"") + (end.join(quoted) + end).encode(encoding)
    except UnicodeEncodeError:
        return None


def read_back(path: Path) -> list[dict[str, str]]:
    """The cells of each row by their headings."""
    reading = sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions())
    return [dict(row.values) for row in open_table(reading, COLUMNS).rows if not row.problem]


def test_every_combination_gives_its_exact_values_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "платежі.csv"
    exact = refused = 0
    for encoding, delimiter, end, number, date, apostrophe, twin in CHOSEN:
        cells = (NUMBER.format(twin), date, NAME.format(apostrophe), number)
        content = written(encoding, delimiter, end, cells)
        if content is None:
            continue
        path.write_bytes(content)
        case = (encoding, delimiter, end, cells)
        try:
            rows = read_back(path)
        except (UnreadableFile, TableRefused):
            refused += 1
            continue
        for row in rows:
            check_value(parse_money, row["Сума платежу"], NUMBERS[number], case)
            check_value(parse_date, row["Дата платежу"], DATES[date], case)
            assert parse_account_number(row["Особовий рахунок"]) == cells[0], case
            assert row["Платник"] == cells[2], case
            assert fold_name(row["Платник"]) == fold_name(NAME.format("'")), case
            exact += 1
    # Refusing everything would be no reading.
    assert exact > 2.5 * len(CHOSEN) * 0.8
    assert refused < len(CHOSEN) * 0.05


def check_value(parse: object, text: str, expected: object, case: object) -> None:
    """The exact value, or a refusal where it must be refused."""
    try:
        value = parse(text)  # type: ignore[operator]
    except ValueRefused:
        assert expected is None, case
    else:
        assert expected is not None, case
        assert value == expected, case


@pytest.mark.parametrize("text", ["1_000", "1e1000000", "NaN", "١٢٣", "１２.５"])
def test_what_is_refused_is_a_number_to_python_itself(text: str) -> None:
    with pytest.raises(ValueRefused):
        parse_money(text)
    assert isinstance(Decimal(text), Decimal)


@pytest.mark.parametrize("serial", ["46054", "44592"])
def test_a_bare_day_number_is_a_date_in_a_spreadsheet_alone(serial: str) -> None:
    with pytest.raises(ValueRefused):
        parse_date(serial)
    assert parse_date(serial, numeric=True) is not None
