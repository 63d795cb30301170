"""Reports as 1C prints them: groups as rows, pages with headings of their own, subtotals; never a sum too many."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from imports.columns import NO_HEADING, Column, ColumnSet, TableRefused, find_heading, heading_keys, open_table
from imports.columns.outline import group_value
from imports.columns.passed_over import begins_totals, closes_group, is_ordinal
from imports.formats import BUILT_IN, Limits, RawRow, ReadOptions, sniff

ACCOUNT = Column("account", "Особовий рахунок", ("О/р", "Лицевой счет"), required=True, outline=True)
PAYMENTS = ColumnSet(
    (
        ACCOUNT,
        Column("paid_on", "Дата платежу", ("Дата оплати",), required=True),
        Column("article", "Стаття", required=True),
        Column("amount", "Сума платежу", ("Сума",), required=True, units=("грн",)),
        Column("payer", "Платник", free_text=True),
        Column("branch", "Структурна одиниця"),
    )
)
BALANCES = ColumnSet(
    (
        ACCOUNT,
        Column("period", "Період", required=True),
        Column("opening_debit", "Сальдо на початок Дебет"),
        Column("opening_credit", "Сальдо на початок Кредит"),
        Column("charged", "Нараховано"),
    )
)
OUTLINED = [
    ["ТОВ «Енерго»"],
    ["Оплата за січень 2026 р."],
    ["Дата платежу", "Стаття", "Сума, грн"],
    ["1", "2", "3"],
    ["Особовий рахунок: 80-431930 ТОВ «Перше»"],
    ["Січень 2026"],
    ["05.01.2026", "Активна", "10,00"],
    ["06.01.2026", "Активна", "20,00"],
    ["Разом по о/р 80-431930", "", "30,00"],
    ["Дата платежу", "Стаття", "Сума, грн"],
    ["1", "2", "3"],
    ["80-36"],
    ["07.01.2026", "Активна", "5,00"],
    ["Загальний підсумок", "", "35,00"],
    ["Відповідальний: Іваненко І. І."],
]


def as_csv(path: Path, table: list[list[str]]) -> Path:
    width = max(map(len, table))
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(
        [*row, *[""] * (width - len(row))] for row in table
    )
    path.write_bytes(text.getvalue().encode("cp1251"))
    return path


def as_xlsx(path: Path, table: list[list[str]], *merged: str) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in table:
        sheet.append([cell or None for cell in row])
    for cells in merged:
        sheet.merge_cells(cells)
    workbook.save(path)
    return path


def opened(path: Path, columns: ColumnSet = PAYMENTS, **options):
    table = open_table(sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions()), columns, **options)
    return table, list(table.rows)


def from_rows(*lines: list[str], columns: ColumnSet = PAYMENTS, path: Path):
    return opened(as_csv(path / "table.csv", list(lines)), columns)


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_group_rows_tell_the_account_that_the_table_lacks(tmp_path, write):
    table, rows = opened(write(tmp_path / "file", OUTLINED))
    assert [(row.number, row.values["account"], row.values["amount"]) for row in rows] == [
        (7, "80-431930", "10,00"), (8, "80-431930", "20,00"), (13, "80-36", "5,00"),
    ]  # fmt: skip
    assert [row.number for row in table.totals] == [9, 14]
    assert (table.groups.used, table.groups.used_rows) == (2, [5, 12])
    assert (table.groups.passed, table.groups.passed_rows) == (2, [6, 15])
    assert table.heading.names[-1] == "account"


def test_a_group_row_that_is_not_understood_leaves_its_rows_without_account(tmp_path):
    heading = ["Дата платежу", "Стаття", "Сума"]
    data = ["05.01.2026", "Активна", "10,00"]
    for unclear in (["ТОВ «Інше»"], ["Дільниця 1", "x", ""], ["06.01.2026", "", "7,00"]):
        _, rows = from_rows(heading, ["80-1"], data, unclear, data, path=tmp_path)
        assert [row.values["account"] for row in rows if row.values["amount"] == "10,00"] == ["80-1", ""], unclear


def test_a_subtotal_beside_the_number_of_a_group_is_not_counted(tmp_path):
    data = ["05.01.2026", "Активна", "10,00"]
    table, rows = from_rows(
        ["Дата платежу", "Стаття", "Сума"], ["80-1"], data, ["80-77", "", "10,00"], data, path=tmp_path
    )
    assert [row.values["account"] for row in rows] == ["80-1", "80-77"]
    assert table.groups.used == 2


def test_a_row_that_may_be_group_or_data_ends_the_group_and_gets_no_account(tmp_path):
    _, rows = from_rows(
        ["Період", "Нараховано"], ["80-1"], ["01.2026", "1,00"], ["80-2", "5,00"], ["02.2026", "2,00"],
        columns=BALANCES, path=tmp_path,
    )  # fmt: skip
    assert [(row.values["period"], row.values["account"]) for row in rows] == [
        ("01.2026", "80-1"), ("80-2", ""), ("02.2026", ""),
    ]  # fmt: skip


def test_without_group_rows_a_missing_account_refuses_the_table(tmp_path):
    with pytest.raises(TableRefused) as refused:
        from_rows(["Л/рах", "Дата платежу", "Стаття", "Сума"], ["80-1", "05.01.2026", "А", "1"], path=tmp_path)
    assert (refused.value.code, refused.value.params["headings"]) == ("missing_headings", ("Особовий рахунок",))


def test_group_rows_of_a_table_that_has_the_account_are_passed_over_and_counted(tmp_path):
    heading = ["Особовий рахунок", "Дата платежу", "Стаття", "Сума"]
    table, rows = from_rows(
        heading, ["Дільниця № 1"], ["80-1", "05.01.2026", "А", "1"], ["Дільниця № 2"], ["80-2АБ"], ["12"], path=tmp_path
    )
    # What may be a row of data that lacks the rest stays one, and is rejected with its number.
    assert [row.number for row in rows] == [3, 5, 6]
    assert (table.groups.passed, table.groups.passed_rows, table.groups.used) == (2, [2, 4], 0)


def test_a_complete_row_that_ends_like_a_subtotal_is_not_lost(tmp_path):
    heading = ["Особовий рахунок", "Дата платежу", "Стаття", "Сума"]
    complete, subtotal = ["80-1 разом", "05.01.2026", "А", "1"], ["80-1 разом", "", "", "1"]
    table, rows = from_rows(heading, complete, subtotal, path=tmp_path)
    assert ([row.number for row in rows], [row.number for row in table.totals]) == ([2], [3])


def test_a_value_below_a_merged_cell_is_never_guessed(tmp_path):
    table = [
        ["Особовий рахунок", "Дата платежу", "Стаття", "Сума"],
        ["80-1", "05.01.2026", "А", "1"],
        ["", "06.01.2026", "А", "2"],
    ]
    _, rows = opened(as_xlsx(tmp_path / "file", table, "A2:A3"))
    assert [row.values["account"] for row in rows] == ["80-1", ""]


def test_a_merged_heading_of_two_rows_is_passed_over_on_every_page(tmp_path):
    head = [["Особовий рахунок", "Період", "Сальдо на початок", "", "Нараховано"], ["", "", "Дебет", "Кредит", "грн"]]
    numbers = ["А", "Б", "1", "2", "3=1+2"]
    row = ["80-1", "01.2026", "10,00", "", "5,00"]
    path = as_xlsx(tmp_path / "file", [["Баланс"], *head, numbers, row, *head, numbers, row], "C2:D2", "A2:A3", "B2:B3")
    _, rows = opened(path, BALANCES)
    assert [(one.number, one.values["opening_debit"]) for one in rows] == [(5, "10,00"), (9, "10,00")]


@pytest.mark.parametrize(
    "cell",
    [
        "Разом", "РАЗОМ ЗА СІЧЕНЬ:", "Всього з ПДВ", "Усього", "Paзoм", "Итого", "Итого оборот", "Загальний підсумок",
        "Загалом по філії", "Нач.сальдо", "Кон. сальдо", "Начальное сальдо", "Сальдо на 01.01.2026",
        "Сальдо на початок",
        "Вихідне сальдо", "Обороти за період", "Оборот", "Кол-во:", "Количество", "Кількість", "у т.ч. ПДВ",
        "в тому числі",
        "Total", "Grand Total",
    ],
)  # fmt: skip
def test_words_of_totals(cell):
    assert begins_totals(cell)


@pytest.mark.parametrize("cell", ["80-1 Підсумок", "80-1 Итог", "ТОВ «Приклад» разом:", "Січень Всього"])
def test_words_of_subtotals_that_name_their_group_first(cell):
    assert closes_group(cell)
    assert not begins_totals(cell)


@pytest.mark.parametrize("cell", ["Разомко ТОВ", "Оборотна", "Сальдо", "Количественный", "Усьогоднення", "80-1"])
def test_other_words_are_no_totals(cell):
    assert not begins_totals(cell)
    assert not closes_group(cell)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2", "3"], True), (["1", "", "2", "3"], True), (["А", "Б", "1", "2"], True), (["A", "1", "2"], True),
        (["(1)", "(2)", "(3)"], True), (["1.", "2.", "3 (1+2)", "4=2+3"], True), (["1", "2"], False),
        (["1", "2", "4"], False), (["80", "2", "3"], False), (["Б", "1", "2"], False),
        (["1", "01.01.2026", "1,00"], False),
    ],
)  # fmt: skip
def test_rows_of_ordinals(cells, expected):
    assert is_ordinal(cells) is expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80-431930", "80-431930"), ("80–431930", "80-431930"), ("431930", "431930"), ("О/р № 431930", "431930"),
        ("Особовий рахунок: 80-1 ТОВ «Перше»", "80-1"), ("80-1, ТОВ «Перше»", "80-1"), ("лицевой счет 7", "7"),
        ("Січень 2026", ""), ("01-2026", ""), ("12/2025", ""), ("01.01.2026", ""), ("2026", ""), ("100,00", ""),
        ("ТОВ «Перше»", ""), ("431930 ТОВ", ""), ("Особовий рахунок", ""), ("О/р без номера", ""),
    ],
)  # fmt: skip
def test_what_a_group_row_tells(text, number):
    assert group_value(text, ACCOUNT) == number


def test_an_operator_names_the_row_of_the_heading():
    rows = [
        RawRow(1, ("Особовий рахунок", "Дата платежу", "Стаття", "Сума")),
        RawRow(2, ("л/р", "дата", "вид", "гривень")),
    ]
    columns = PAYMENTS.with_profile({"л/р": "account", "дата": "paid_on", "вид": "article", "гривень": "amount"})
    assert find_heading(rows, columns, heading_row="2").number == 2
    with pytest.raises(TableRefused):
        find_heading(rows, columns, heading_row="7")


def test_columns_that_are_written_alike_or_not_at_all_are_mapped_by_their_place():
    texts = ("О/р", "", "Сума", "Сума", "сума:")
    assert heading_keys(texts) == ("О/р", "[2]", "Сума", "Сума [2]", "сума: [3]")
    columns = PAYMENTS.with_profile({"[2]": "paid_on", "Сума": "", "Сума [2]": "amount", "Сума [3]": "article"})
    heading = find_heading([RawRow(1, texts)], columns)
    assert heading.names == ("account", "paid_on", "", "amount", "article")
    assert (heading.unknown, heading.texts[1]) == ((), "[2]")


def test_a_table_without_a_heading_is_mapped_by_places_alone(tmp_path):
    columns = PAYMENTS.with_profile({"[1]": "account", "[2]": "paid_on", "[3]": "article", "[4]": "amount"})
    path = as_csv(tmp_path / "file", [["80-1", "05.01.2026", "А", "1"], ["80-2", "06.01.2026", "А", "2"]])
    _, rows = opened(path, columns, heading_row=NO_HEADING)
    assert [(row.number, row.values["account"]) for row in rows] == [(1, "80-1"), (2, "80-2")]


@pytest.mark.parametrize("place", [0, 4])
def test_the_column_of_an_error_file_is_taken_out_before_anything_is_read(tmp_path, place):
    table = [["Звіт"], ["О/р", "Дата платежу", "Стаття", "Сума"], ["80-1", "05.01.2026", "А", "1"], ["80-2", "x", "А"]]
    annotated = [list(row) for row in table]
    for row, text in zip(annotated, ["", "Помилка", "", "Це не дата"], strict=True):
        row.extend([""] * (place - len(row)))
        row.insert(place, text)
    plain, rows = opened(as_csv(tmp_path / "plain.csv", table))
    again, read = opened(as_csv(tmp_path / "annotated.csv", annotated))
    assert again.heading == plain.heading
    assert read == rows


def test_a_remark_that_is_the_word_itself_stays(tmp_path):
    table = [["О/р", "Дата платежу", "Стаття", "Сума", "Платник"], ["80-1", "05.01.2026", "А", "1", "Помилка"]]
    _, rows = opened(as_csv(tmp_path / "file", table))
    assert rows[0].values["payer"] == "Помилка"
