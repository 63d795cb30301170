"""Headings are found however the exporter wrote them, and rows are mapped without shifting or losing a cell."""

import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.columns import Column, ColumnSet, TableRefused, find_heading, fold_heading, open_table
from imports.columns.headings import trimmed
from imports.formats import BUILT_IN, RawRow, Reading, ReadOptions, UnreadableFile, sniff

PAYMENTS = ColumnSet(
    (
        Column("account", "Особовий рахунок", ("Рахунок споживача", "о/р"), required=True),
        Column("document", "Документ", ("№ док.",)),
        Column("paid_on", "Дата платежу", ("Дата оплати",), required=True),
        Column("amount", "Сума платежу", ("Сума",), required=True, units=("грн", "UAH")),
        Column("payer", "Платник", free_text=True),
        Column("purpose", "Призначення", ("Призначення платежу",), takes_overflow=True),
    )
)
BALANCES = ColumnSet(
    (
        Column("account", "Особовий рахунок", required=True),
        Column("opening_debit", "Сальдо на початок Дебет"),
        Column("opening_credit", "Сальдо на початок Кредит"),
        Column("charged", "Нараховано"),
    )
)


def reading(*lines: tuple[str, ...], delimiter: str = ";", numeric: frozenset[int] = frozenset()) -> Reading:
    rows = (RawRow(number, cells, numeric) for number, cells in enumerate(lines, start=1))
    return Reading("csv", rows, delimiter=delimiter)


def mapped(*lines: tuple[str, ...], columns: ColumnSet = PAYMENTS, delimiter: str = ";"):
    table = open_table(reading(*lines, delimiter=delimiter), columns)
    return table, list(table.rows)


def refusal(*lines: tuple[str, ...], columns: ColumnSet = PAYMENTS) -> TableRefused:
    with pytest.raises(TableRefused) as refused:
        open_table(reading(*lines), columns)
    return refused.value


HEADING = ("Особовий рахунок", "Дата платежу", "Сума платежу")


@pytest.mark.parametrize(
    "written",
    [
        "Дата операції", "ДАТА ОПЕРАЦІЇ", "Дата операцiї", " Дата  операції: ", "Дата\nоперації*", "Дата\u00a0операції",
        "Дата опера-\nції", "Дата операцiï", "Дaтa oпepaцiї",
    ],
)  # fmt: skip
def test_spellings_of_a_heading_are_equal(written):
    assert fold_heading(written) == fold_heading("Дата операції")


def test_other_headings_are_not():
    assert fold_heading("Cума") == fold_heading("Сума")
    assert fold_heading("Обʼєкт") == fold_heading("Об'єкт") == fold_heading("Об’єкт")
    assert fold_heading("№ лічильника") == fold_heading("Лічильника")
    assert fold_heading("E-mail") == fold_heading("E-MAIL")
    assert fold_heading("№*") == fold_heading("№") != ""
    assert fold_heading(" : ") == ""
    assert len({fold_heading(text) for text in ("Сума", "Сума з ПДВ", "Сума без ПДВ", "ПДВ")}) == 4


def test_declarations_that_cannot_be_told_apart_are_an_error():
    with pytest.raises(ValueError, match="share the heading"):
        ColumnSet((Column("a", "Сума"), Column("b", "Оплата", ("CУМА",))))
    with pytest.raises(ValueError, match="share a name"):
        ColumnSet((Column("a", "Сума"), Column("a", "Оплата")))
    with pytest.raises(ValueError, match="no such columns"):
        ColumnSet((Column("a", "Сума"),), any_of=(("b",),))


def test_the_heading_is_found_below_a_preamble_whose_dates_are_kept():
    table, rows = mapped(
        ("ТОВ «Енерго»", "", ""),
        ("Оплата станом на 01.02.2026", "", ""),
        ("за сiчень 2026 р.", "", ""),
        ("", "", ""),
        HEADING,
        ("1", "2", "3"),
        ("80-1", "01.01.2026", "1,00"),
    )
    preamble = table.heading.preamble
    assert preamble.lines == ("ТОВ «Енерго»", "Оплата станом на 01.02.2026", "за сiчень 2026 р.")
    assert preamble.as_of == datetime.date(2026, 2, 1)
    assert (preamble.first_day, preamble.last_day) == (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31))
    assert table.heading.number == 5
    assert [(row.number, row.values["account"]) for row in rows] == [(7, "80-1")]


@pytest.mark.parametrize(
    ("line", "as_of", "days"),
    [
        ("Станом на 1 лютого 2026 р.", (2026, 2, 1), None),
        ("за період з 05.01.2026 по 20.02.2026", None, ((2026, 1, 5), (2026, 2, 20))),
        ("Період: 01.01.2026 - 31.01.2026", None, ((2026, 1, 1), (2026, 1, 31))),
        ("Период: Январь 2026 г.", None, ((2026, 1, 1), (2026, 1, 31))),
        ("за 02.2024", None, ((2024, 2, 1), (2024, 2, 29))),
        ("станом на 31.02.2026", None, None),
        ("за домовленістю 2026", None, None),
    ],
)
def test_dates_of_a_preamble(line, as_of, days):
    preamble = mapped((line,), HEADING)[0].heading.preamble
    assert preamble.as_of == (as_of and datetime.date(*as_of))
    first, last = days or (None, None)
    assert (preamble.first_day, preamble.last_day) == (first and datetime.date(*first), last and datetime.date(*last))


def test_a_heading_of_two_rows_with_merged_cells_is_read_as_one():
    table, rows = mapped(
        ("Баланс", "", "", ""),
        ("Особовий рахунок", "Сальдо на початок", "", "Нараховано"),
        ("", "Дебет", "Кредит", "грн"),
        ("1", "2", "3", "4"),
        ("80-1", "10,00", "", "5,00"),
        columns=BALANCES,
        delimiter="",
    )
    assert table.heading.names == ("account", "opening_debit", "opening_credit", "charged")
    assert rows[0].values == {"account": "80-1", "opening_debit": "10,00", "opening_credit": "", "charged": "5,00"}


def test_a_row_below_a_complete_heading_is_never_taken_for_its_second_row():
    _, rows = mapped(HEADING, ("80-1", "Документ", "1,00"))
    assert len(rows) == 1


@pytest.mark.parametrize("written", ["Сума, грн.", "Сума (грн)", "Сума платежу UAH", "Cума [ грн ]"])
def test_a_unit_of_the_column_behind_its_heading_makes_no_difference(written):
    heading = find_heading([RawRow(1, ("О/Р", "Дата оплати", written))], PAYMENTS)
    assert heading.names == ("account", "paid_on", "amount")


@pytest.mark.parametrize("written", ["Сума, кВт·год", "Сума (шт)", "Дата платежу грн"])
def test_another_unit_is_another_column(written):
    assert PAYMENTS.find(written) is None


def test_an_absent_column_has_no_key_and_an_empty_cell_is_an_empty_text():
    table, rows = mapped((*HEADING, "Платник"), ("80-1", "01.01.2026", "1,00", ""))
    assert rows[0].values == {"account": "80-1", "paid_on": "01.01.2026", "amount": "1,00", "payer": ""}
    assert table.heading.absent == ("document", "purpose")


def test_unknown_headings_are_reported_and_known_ones_keep_their_place():
    table, rows = mapped(
        ("№", "Особовий рахунок", "Фідер", "Дата платежу", "Сума"), ("1", "80-1", "7", "01.01.2026", "2")
    )
    assert table.heading.unknown == ("№", "Фідер")
    assert rows[0].values == {"account": "80-1", "paid_on": "01.01.2026", "amount": "2"}


def test_a_profile_maps_headings_and_passes_over_others():
    columns = PAYMENTS.with_profile({"Л/С": "account", "Фiдер": "", "Сума": ""})
    heading = find_heading([RawRow(1, ("л/с", "Фідер", "Дата платежу", "Сума", "Сума платежу"))], columns)
    assert heading.names == ("account", "", "paid_on", "", "amount")
    assert heading.unknown == ()


def test_tables_that_do_not_fit_are_refused_by_name():
    assert refusal(("Hello",)).code == "heading_not_found"
    assert refusal().code == "heading_not_found"
    assert refusal(("Платник", "Ціна"), ("x", "1")).code == "heading_not_found"
    missing = refusal(("Особовий рахунок", "Платник"))
    assert (missing.code, missing.params["headings"]) == ("missing_headings", ("Дата платежу", "Сума платежу"))
    twice = refusal((*HEADING, "Сума"))
    assert (twice.code, twice.params["headings"]) == ("duplicate_headings", ("Сума платежу", "Сума"))
    either = ColumnSet((Column("a", "А"), Column("b", "Б"), Column("c", "В")), any_of=(("b", "c"),))
    assert refusal(
        ("А", "Г"),
        columns=ColumnSet(
            (Column("a", "А"), Column("d", "Г"), Column("b", "Б"), Column("c", "В")), any_of=(("b", "c"),)
        ),
    ).params["headings"] == ("Б / В",)
    assert find_heading([RawRow(1, ("А", "В"))], either).names == ("a", "c")


def test_totals_rows_are_set_aside_for_control_totals():
    table, rows = mapped(
        HEADING,
        ("80-1", "01.01.2026", "1,00"),
        ("Разом за січень:", "", "1,00"),
        ("", "Усього", "1,00"),
        ("Кон.сальдо", "", "5,00"),
        ("80-2", "02.01.2026", "2,00"),
        ("Всього", "-", "3,00"),
        ("Разом", "3,00"),
    )
    assert [row.number for row in rows] == [2, 6]
    assert [(row.number, row.values["amount"]) for row in table.totals] == [
        (3, "1,00"), (4, "1,00"), (5, "5,00"), (7, "3,00"), (8, ""),
    ]  # fmt: skip


def test_a_name_that_begins_like_a_total_is_not_lost():
    columns = ColumnSet(
        (Column("payer", "Платник", free_text=True), *[PAYMENTS[name] for name in ("account", "amount")])
    )
    table, rows = mapped(
        ("Платник", "Особовий рахунок", "Сума"),
        ("Разом до перемоги ГО", "80-1", "1,00"),
        ("Разомко ТОВ", "", "1,00"),
        ("Разом", "", "2,00"),
        columns=columns,
    )
    assert [row.number for row in rows] == [2, 3]
    assert [row.number for row in table.totals] == [4]


def test_empty_rows_machine_rows_and_repeated_headings_are_passed_over():
    _, rows = mapped(
        HEADING,
        ("Autofilter", "", "sum"),
        ("1", "2", "3"),
        ("", " ", "\u00a0"),
        ("80-1", "01.01.2026", "1,00"),
        HEADING,
        ("1", "2", "3"),
        ("80-2", "01.01.2026", "1,00"),
    )
    assert [row.number for row in rows] == [5, 8]


def test_a_trailing_delimiter_of_data_rows_is_no_field():
    _, rows = mapped(HEADING, ("80-1", "01.01.2026", "1,00", ""), ("80-2", "01.01.2026", "2,00", "", ""))
    assert [row.problem for row in rows] == ["", ""]


def test_raw_delimiters_in_a_last_text_column_are_joined_again():
    _, rows = mapped((*HEADING, "Призначення"), ("80-1", "01.01.2026", "1,00", "Переказ", " власних, коштів", ""))
    assert rows[0].values["purpose"] == "Переказ; власних, коштів"
    assert rows[0].problem == ""


def test_elsewhere_a_wrong_number_of_fields_is_an_error_of_the_row():
    _, rows = mapped(
        (*HEADING, "Платник"), ("80-1", "01.01.2026", "1,00", "ТОВ", "Приклад"), ("80-2", "01.01.2026", "1,00")
    )
    assert [row.problem for row in rows] == ["too_many_fields", "too_few_fields"]


def test_cells_beside_the_table_of_a_workbook_shift_nothing():
    _, rows = mapped(HEADING, ("80-1", "01.01.2026", "1,00", "примітка"), ("80-2", "01.01.2026"), delimiter="")
    assert [(row.problem, row.values["amount"]) for row in rows] == [("", "1,00"), ("", "")]


def test_numeric_cells_are_known_by_column():
    table = open_table(reading(HEADING, ("80", "x", "1"), delimiter="", numeric=frozenset({0, 2})), PAYMENTS)
    assert next(table.rows).numeric == {"account", "amount"}


@given(st.lists(st.lists(st.sampled_from([*HEADING, "", "1", "2", "Разом", "80-1", "1,00"]), max_size=5), max_size=8))
@settings(max_examples=200)
def test_no_table_raises_anything_but_a_refusal_and_no_row_is_lost(lines):
    try:
        table = open_table(reading(*map(tuple, lines)), PAYMENTS)
    except TableRefused:
        return
    numbers = [row.number for row in table.rows] + [row.number for row in table.totals]
    assert len(set(numbers)) == len(numbers)
    told = {
        number
        for number, cells in enumerate(lines, start=1)
        if number > table.heading.last + 1
        and any(cell.startswith("80") for cell in cells)
        # A heading may be repeated with whatever stands in it.
        and trimmed(cells) not in table.heading.rows
    }
    assert told <= set(numbers)


@given(st.text(alphabet='Особвийрахунк дтплежуС;,"\n\t1.', max_size=150))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_file_raises_anything_but_a_refusal(tmp_path, text):
    path: Path = tmp_path / "file"
    path.write_text("Особовий рахунок;Дата платежу;Сума платежу\n" + text, encoding="utf-8")
    options = ReadOptions()
    try:
        table = open_table(sniff(path, BUILT_IN, options.limits).read(path, options=options), PAYMENTS)
        assert all(row.number > 1 for row in table.rows)
    except (UnreadableFile, TableRefused) as refused:
        assert refused.params is not None  # noqa: PT017
