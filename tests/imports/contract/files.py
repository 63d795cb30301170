"""One small good file of each of the seven kinds, and what must be stored before it comes."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.factories import make_account, make_article, make_branch, make_register
from tests.imports.resources.loading import csv_file, xlsx_file, zip_file

Rows = list[tuple[Any, ...]]
WRITERS: dict[str, Callable[[Sequence[Sequence[Any]]], bytes]] = {"csv": csv_file, "xlsx": xlsx_file}
FILES = {"Акт.pdf": b"%PDF-1.7 act", "Лист.pdf": b"%PDF-1.7 letter"}


def make_records(kind: str, branch: str = "VIN") -> None:
    """The branches VIN and TRO, and the accounts of `rows_of` in one of them; files of accounts find none."""
    make_branch("VIN")
    make_branch("TRO")
    make_article("Активна електроенергія")
    make_article("Пеня", carries_vat=False)
    if kind == "accounts":
        return
    for number in ("80-1", "80/36"):
        account = make_account(number, make_branch(branch))
        if kind == "readings":
            make_register(account, "ТУ-1", serial="00123")


def rows_of(kind: str) -> Rows:
    """Three rows of two accounts under their heading."""
    return {
        "accounts": [
            ("Особовий рахунок", "Замовник", "код ЄДРПОУ", "Розрахунковий день", "Дата підписання договору"),
            ("80-1", "ТОВ «П’ять зірок»", "32855961", "31", "24.11.2011"),
            ("80/36", "ФОП Ґалаґан О. І.", "", "0", ""),
            ("80-37", "ТОВ «П’ять зірок»", "32855961", "1", "01.01.2020 0:00:00"),
        ],
        "metering": [
            ("Особовий рахунок", "Код ТУ", "Точка обліку", "№ лічильника", "Енергія", "Зона", "Ктт", "Значність"),
            ("80-1", "ТУ-1", "Цех", "00123", "А+", "0", "150/5", "6"),
            ("80-1", "ТУ-1", "Цех", "00123", "R−", "0", "150/5", "6"),
            ("80/36", "ТУ-1", "Склад", "7", "A+", "0", "1", "5"),
        ],
        "balances": [
            ("Особовий рахунок", "Період", "Сальдо на початок", "Нараховано", "Оплачено", "Сальдо на кінець"),
            ("80-1", "01.2026", "-1\u00a0234,56", "234,56", "0", "-1 000,00"),
            ("80-1", "02.2026", "-1 000,00", "0,00", "-10,00", "-990,00"),
            ("80/36", "01.2026", "0", "0", "0", "0"),
        ],
        "invoices": [
            ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума без ПДВ", "ПДВ", "Сума з ПДВ"),
            ("80-1", "17", "31.01.2026", "Активна електроенергія", "100,00", "20,00", "120,00"),
            ("80-1", "17", "31.01.2026", "Пеня", "3,00", "0", "3,00"),
            ("80/36", "17", "31.01.2026", "Активна електроенергія", "-100,00", "-20,00", "-120,00"),
        ],
        "payments": [
            ("Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу"),
            ("80-1", "03.01.2026", "Активна електроенергія", "1 234,56"),
            ("80-1", "03.01.2026", "Активна електроенергія", "1 234,56"),
            ("80/36", "04.01.2026", "Пеня", "-10,00"),
        ],
        "readings": [
            ("Особовий рахунок", "Код ТУ", "№ лічильника", "Дата", "Показання"),
            ("80-1", "ТУ-1", "00123", "31.12.2025", "12,5"),
            ("80-1", "ТУ-1", "00123", "31.01.2026", "17"),
            ("80/36", "ТУ-1", "00123", "31.01.2026", "0"),
        ],
        "documents": [
            ("Особовий рахунок", "Вид документа", "№", "Дата", "Файл", "Сума"),
            ("80-1", "Акт", "1", "31.01.2026", "Акт.pdf", "120,00"),
            ("80-1", "Акт", "2", "31.01.2026", "Акт.pdf", ""),
            ("80/36", "Лист", "1", "01.02.2026", "Лист.pdf", ""),
        ],
    }[kind]


def packed(kind: str, rows: Sequence[Sequence[Any]], written: str) -> bytes:
    """The rows as a file of their kind: CSV in cp1251 or XLSX, in a ZIP with the files they name for documents."""
    # cp1251 has no minus sign of its own, and exporters write a hyphen for it.
    plain = [[cell.replace("−", "-") if written == "csv" else cell for cell in row] for row in rows]
    table = WRITERS[written](plain)
    if kind != "documents":
        return table
    named = {cell for row in rows for cell in row}
    return zip_file({f"registry.{written}": table, **{name: FILES[name] for name in FILES if name in named}})
