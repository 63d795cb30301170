"""A file of payments, in cp1251 as 1C writes it, by `import_file` and by the database's own bulk insert."""

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.measurement import Measurement, NotMeasurable

ACCOUNTS = 1000
ARTICLES = ("Активна електроенергія", "Плата за розподіл електроенергії", "Реактивна електроенергія")
FIRST_DAY = date(2024, 1, 1)
DAYS = 730
TASK = "first import of payments"
AGAIN = "same payments again"

Manage = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Payment:
    """One row of the file; the amount is in kopecks."""

    account: str
    document: str
    day: date
    article: str
    kopecks: int


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


def write_payments(path: Path, rows: int, seed: int) -> None:
    """Write the payments as 1C does: cp1251, semicolons, decimal commas."""
    with path.open("w", encoding="cp1251", newline="\r\n") as file:
        file.write("Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу\n")
        for one in payments(rows, seed):
            amount = f"{one.kopecks // 100},{one.kopecks % 100:02d}"
            file.write(f"{one.account};{one.document};{one.day:%d.%m.%Y};{one.article};{amount}\n")


def measure(manage: Manage, folder: Path, database: str, rows: int, seed: int) -> list[Measurement]:
    """Import the file twice through the command of the contract. Raises NotMeasurable when that fails."""
    accounts, file = folder / "accounts.csv", folder / "payments.csv"
    write_accounts(accounts)
    write_payments(file, rows, seed)
    _run(manage, "import_file", "accounts", str(accounts), "--branch", "BEN", "--json", expect="applied")
    found: list[Measurement] = []
    for task, state in ((TASK, "applied"), (AGAIN, "unchanged")):
        start = time.perf_counter()
        _run(manage, "import_file", "payments", str(file), "--branch", "BEN", "--json", expect=state)
        found.append(Measurement(task, "product", database, rows, time.perf_counter() - start))
    return found


def _run(manage: Manage, *arguments: str, expect: str) -> None:
    done = manage(*arguments)
    if done.returncode:
        raise NotMeasurable(f"{' '.join(arguments[:2])} failed: {(done.stderr or done.stdout)[-1500:]}")
    state = json.loads(done.stdout.strip().splitlines()[-1])["state"]
    if state != expect:
        raise NotMeasurable(f"{' '.join(arguments[:2])} ended as {state!r}, not as {expect!r}.")
