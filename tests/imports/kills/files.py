"""What the killed imports read: for each kind a file that is there already, and one that adds and changes rows."""

from tests.imports.resources.loading import Rows, csv_file

BRANCH = "VIN"
KINDS = ("payments", "accounts", "invoices")
ACCOUNTS = 40
ROWS = 80


def first_file(kind: str) -> bytes:
    """What was imported before."""
    return csv_file(_rows(kind, 0, ROWS, 1))


def second_file(kind: str) -> bytes:
    """Half of the earlier rows with other values, and as many new ones."""
    return csv_file(_rows(kind, ROWS // 2, ROWS + ROWS // 2, 2))


def overlapping_files() -> tuple[bytes, bytes]:
    """Payments of two operators: each has rows of its own, and both have some rows with other sums."""
    return csv_file(_rows("payments", 20, 100, 3)), csv_file(_rows("payments", 60, 140, 4))


def _rows(kind: str, first: int, last: int, generation: int) -> Rows:
    if kind == "accounts":
        heading = ("Особовий рахунок", "Замовник", "код ЄДРПОУ", "Розрахунковий день")
        return [
            heading,
            *((f"80-{number}", f"ТОВ «Споживач {number % 9}»", "", generation) for number in range(first, last)),
        ]
    if kind == "payments":
        heading = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
        return [
            heading,
            *(
                (f"80-{number % ACCOUNTS}", f"ПД-{number}", "03.01.2026", "Пеня", f"{number},{generation:02}")
                for number in range(first, last)
            ),
        ]
    lines: list[tuple[object, ...]] = [
        ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума без ПДВ", "ПДВ", "Сума з ПДВ")
    ]
    for number in range(first, last):
        account, invoice = f"80-{number % ACCOUNTS}", f"Р-{number // 2}"
        article = "Пеня" if number % 2 else "Активна електроенергія"
        amount = f"{number},{generation:02}"
        lines.append((account, invoice, "31.01.2026", article, amount, "0", amount))
    return lines
