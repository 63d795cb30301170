"""The payments of the benchmark: repeatable rows over two years, and the files that 1C would make of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

ACCOUNTS = 1000
ARTICLES = ("Активна електроенергія", "Плата за розподіл електроенергії", "Реактивна електроенергія")
FIRST_DAY = date(2024, 1, 1)
DAYS = 730
HEADINGS = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
# Names of fields in a DBF have ten bytes.
DBF_FIELDS = (("LRAH", "C", 9), ("DOC", "C", 12), ("DATA", "D", 8), ("STATTIA", "C", 40), ("SUMA", "N", 14))
DBF_MAPPING = {
    "LRAH": "account", "DOC": "document", "DATA": "paid_on", "STATTIA": "article", "SUMA": "amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of a file; the amount is in kopecks."""

    account: str
    document: str
    day: date
    article: str
    kopecks: int

    @property
    def amount(self) -> str:
        """UAH with a decimal comma."""
        return f"{self.kopecks // 100},{self.kopecks % 100:02d}"


def payments(rows: int, seed: int) -> Iterator[Payment]:
    """Yield repeatable payments over two years."""
    chance = random.Random(seed)
    for number in range(rows):
        yield Payment(
            account=f"90-{chance.randrange(ACCOUNTS):06d}",
            document=f"ПД-{number:07d}",
            day=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
            article=chance.choice(ARTICLES),
            kopecks=chance.randrange(1, 5_000_000),
        )


def write_accounts(path: Path) -> None:
    """Write the accounts that the payments belong to."""
    lines = ["Особовий рахунок;Замовник;код ЄДРПОУ"]
    lines += [f"90-{number:06d};ТОВ «Споживач {number}»;" for number in range(ACCOUNTS)]
    path.write_bytes("\r\n".join([*lines, ""]).encode("cp1251"))


def write_csv(path: Path, rows: int, seed: int, *, shuffled: bool = False) -> None:
    """Write the payments as 1C does: cp1251, semicolons, decimal commas; shuffled, the same rows in another order."""
    found: Iterator[Payment] | Sequence[Payment] = payments(rows, seed)
    if shuffled:
        found = list(found)
        random.Random(seed + 1).shuffle(found)
    with path.open("w", encoding="cp1251", newline="\r\n") as file:
        file.write(";".join(HEADINGS) + "\n")
        for one in found:
            file.write(f"{one.account};{one.document};{one.day:%d.%m.%Y};{one.article};{one.amount}\n")


def write_xlsx(path: Path, rows: int, seed: int) -> None:
    """Write the payments as a workbook: days and amounts are a spreadsheet's own, the rest is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADINGS)
    for one in payments(rows, seed):
        sheet.append((one.account, one.document, one.day, one.article, one.kopecks / 100))
    book.save(path)


def write_dbf(path: Path, rows: int, seed: int) -> None:
    """Write the payments as a dBase III table in cp866."""
    width = 1 + sum(length for _, _, length in DBF_FIELDS)
    header = 32 + 32 * len(DBF_FIELDS) + 1
    with path.open("wb") as file:
        file.write(bytes((3, 126, 1, 1)) + rows.to_bytes(4, "little"))
        file.write(header.to_bytes(2, "little") + width.to_bytes(2, "little") + bytes(17) + b"\x65" + bytes(2))
        for name, kind, length in DBF_FIELDS:
            decimals = 2 if kind == "N" else 0
            file.write(name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes((length, decimals)))
            file.write(bytes(14))
        file.write(b"\r")
        for one in payments(rows, seed):
            amount = f"{one.kopecks // 100}.{one.kopecks % 100:02d}"
            file.write(
                f" {one.account:<9}{one.document:<12}{one.day:%Y%m%d}{one.article:<40}{amount:>14}".encode("cp866")
                # cp866 has no Ukrainian і; files of the time have the Latin one.
                if "і" not in one.article
                else f" {one.account:<9}{one.document:<12}{one.day:%Y%m%d}"
                f"{one.article.replace('і', 'i'):<40}{amount:>14}".encode("cp866")
            )
        file.write(b"\x1a")
