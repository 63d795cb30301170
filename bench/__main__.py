"""`make bench`: prints a table and writes `var/bench.json`; ends with 1 where something cannot be measured.

Every contender runs in a process of its own, without DEBUG, on the same site, one after another: payments as a cp1251
CSV through the whole engine, the same rows in another order, and its peers. Then how much memory a long file takes,
and how long a workbook takes beside the same rows as text, the reading sheet, and the PDF of an invoice.
"""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.contenders import SEED
from bench.measurement import Measurement, NotMeasurable, Target, table, write
from bench.payments import DBF_MAPPING, write_accounts, write_csv, write_dbf, write_xlsx
from bench.site import Site

ROOT = Path(__file__).resolve().parents[1]
STOCK_ROWS = 5_000
ROUNDS = 2
MEMORY_ROWS = 1_000_000
XLSX_ROWS = 100_000
#: Of `make bench`: at least so many times a stock ModelResource, and such a part of a bare COPY.
TIMES_STOCK = {"postgresql": 60, "sqlite": 40}
PART_OF_COPY = 0.5
MEMORY_MB = 300
TIMES_CSV = 1.5
PARTS = ("speed", "xlsx", "memory", "sheet", "pdf")
SHEET_POINTS = 500
INVOICES = 1_000
#: Of the reading sheet: so many times a bare view that reads, or creates, the same rows.
TIMES_BARE = {"open": 3, "save": 4}
#: Of a PDF: so many times a bare render, less than WeasyPrint, such a part of the first download, and per core such a
#: part of what one process does.
TIMES_RENDER = 1.3
PART_OF_FIRST = 0.05
PART_PER_CORE = 0.85


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the URLs of empty databases: SQLite, and PostgreSQL where POSTGRES_URL names a server."""
    found = {"sqlite": f"sqlite:///{folder / 'bench.sqlite3'}"}
    server = os.environ.get("POSTGRES_URL")
    if not server:
        yield found
        return
    name = f"bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield {"postgresql": urlunsplit(urlsplit(server)._replace(path=f"/{name}")), **found}
    finally:
        with psycopg.connect(server, autocommit=True) as administrator:
            administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def speed(site: Site, folder: Path, rows: int) -> tuple[list[Measurement], list[Target]]:
    """The engine, again with the rows in another order, and its peers. Raises NotMeasurable."""
    file, other = folder / "payments.csv", folder / "reordered.csv"
    write_csv(file, rows, SEED)
    write_csv(other, rows, SEED, shuffled=True)
    # In turns, and the best of each: another program on the machine must not decide between them.
    bare, first, again = [], [], []
    for _ in range(ROUNDS):
        bare.append(site.run("bare", rows=rows))
        first.append(site.engine(file, new=rows))
        again.append(site.engine(other, unchanged=rows))
        site.forget_payments()
    stock = site.run("stock", rows=min(STOCK_ROWS, rows))
    bulk = site.run("bulk", rows=min(STOCK_ROWS, rows))
    extrapolated = f"measured on {stock['rows']:,} rows, extrapolated to {rows:,}"
    copy = "bare COPY" if site.database == "postgresql" else "bare executemany"
    task, repeated = "first import of payments", "the same payments, other order"

    def peer(name: str, found: dict[str, float], note: str) -> Measurement:
        return Measurement(task, name, site.database, rows, found["seconds"] * rows / found["rows"], note=note)

    measured = [
        site.measurement(task, _best(first)),
        site.measurement(repeated, _best(again)),
        peer("stock ModelResource", stock, extrapolated),
        peer("use_bulk, cached", bulk, extrapolated),
        peer(copy, _best(bare), "ids resolved beforehand, into an empty table of the same constraints and indexes"),
    ]
    ours, again_ours, theirs, _, their_copy = (one.rows_per_second for one in measured)
    targets = [
        Target("times stock ModelResource", site.database, ours / theirs, TIMES_STOCK[site.database]),
        Target("times the first import, when imported again", site.database, again_ours / ours, 1),
    ]
    if site.database == "postgresql":
        targets.append(Target("part of bare COPY", site.database, ours / their_copy, PART_OF_COPY))
    return measured, targets


def xlsx(site: Site, folder: Path, rows: int) -> tuple[list[Measurement], list[Target]]:
    """The same rows as text and as a workbook. Raises NotMeasurable."""
    write_csv(folder / "rows.csv", rows, SEED)
    write_xlsx(folder / "rows.xlsx", rows, SEED)
    rounds: dict[str, list[dict[str, Any]]] = {"csv": [], "xlsx": []}
    for _ in range(ROUNDS):
        for name, results in rounds.items():
            results.append(site.engine(folder / f"rows.{name}", new=rows))
            site.forget_payments()
    found = [site.measurement(f"payments as {name.upper()}", _best(results)) for name, results in rounds.items()]
    ratio = found[1].seconds / found[0].seconds
    return found, [Target("time of XLSX beside CSV", site.database, ratio, TIMES_CSV, at_most=True)]


def _best(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return min(rounds, key=lambda found: float(found["seconds"]))


def memory(site: Site, folder: Path, rows: int) -> tuple[list[Measurement], list[Target]]:
    """The largest resident set while long files are imported. Raises NotMeasurable."""
    found, targets = [], []
    for name, write_file, mapping in (("csv", write_csv, None), ("dbf", write_dbf, DBF_MAPPING)):
        file = folder / f"long.{name}"
        write_file(file, rows, SEED)
        one = site.measurement(f"long {name.upper()}", site.engine(file, new=rows, mapping=mapping))
        file.unlink()
        site.forget_payments()
        found.append(one)
        targets.append(Target(f"MB for {rows:,} rows of {name.upper()}", site.database, one.peak_mb, MEMORY_MB, True))
    return found, targets


def reading_sheet(site: Site, folder: Path, rows: int) -> tuple[list[Measurement], list[Target]]:
    """The reading sheet of a big customer beside bare views. Raises NotMeasurable."""
    found = site.run("sheet", rows=rows)
    medians = found["medians"]
    measured, targets = [], []
    for task, times in TIMES_BARE.items():
        stages = found["stages_of"][task]
        measured += [
            Measurement(f"{task} the reading sheet", "sheet", site.database, rows, medians[task], stages=stages),
            Measurement(f"{task} the reading sheet", "bare view", site.database, rows, medians[f"bare {task}"]),
        ]
        ratio = medians[task] / medians[f"bare {task}"]
        targets.append(Target(f"time to {task} the sheet beside a bare view", site.database, ratio, times, True))
    calculated = medians["calculate"]
    measured.append(Measurement("calculate the reading sheet", "sheet", site.database, rows, calculated))
    return measured, targets


def invoice_pdfs(site: Site, folder: Path, rows: int) -> tuple[list[Measurement], list[Target]]:
    """The PDF of an invoice beside its peers, downloads, and many in processes. Raises NotMeasurable."""
    found = site.run("pdf", rows=rows)
    medians, workers = found["medians"], found["workers"]
    database = site.database
    measured = [
        Measurement("a warm invoice PDF", name, database, 1, medians[name])
        for name in ("ours", "bare xhtml2pdf", "WeasyPrint")
    ]
    measured += [
        Measurement(f"{order} download of a PDF", "whole site", database, 1, medians[f"{order} download"])
        for order in ("first", "second")
    ]
    (single, alone), (many, together) = found["single"], found["together"]
    measured += [
        Measurement("invoices issued", "one process", database, single, alone),
        Measurement("invoices issued", f"{workers} processes", database, many, together, note="their start included"),
    ]
    per_core = (many / together) / (workers * single / alone)
    targets = [
        Target(
            "time of a PDF beside a bare render",
            database,
            medians["ours"] / medians["bare xhtml2pdf"],
            TIMES_RENDER,
            True,
        ),
        Target("time of a PDF beside WeasyPrint's", database, medians["ours"] / medians["WeasyPrint"], 1, True),
        Target(
            "second download beside the first",
            database,
            medians["second download"] / medians["first download"],
            PART_OF_FIRST,
            True,
        ),
        Target("rate of processes beside cores × one process", database, per_core, PART_PER_CORE),
    ]
    return measured, targets


def main(arguments: list[str]) -> int:
    """Measure on every database there is. Returns 1 when a part could not be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--memory-rows", type=int, default=MEMORY_ROWS)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--databases", nargs="+", choices=("postgresql", "sqlite"), default=("postgresql", "sqlite"))
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "bench.json")
    options = parser.parse_args(arguments)
    found: list[Measurement] = []
    targets: list[Target] = []
    failed: list[str] = []
    measures = {
        "speed": (speed, options.rows),
        "xlsx": (xlsx, min(XLSX_ROWS, options.rows)),
        "memory": (memory, options.memory_rows),
        "sheet": (reading_sheet, SHEET_POINTS),
        "pdf": (invoice_pdfs, options.invoices),
    }
    with tempfile.TemporaryDirectory(prefix="cabinet-bench-") as temporary, databases(Path(temporary)) as urls:
        accounts = Path(temporary) / "accounts.csv"
        write_accounts(accounts)
        for database, url in urls.items():
            if database not in options.databases:
                continue
            folder = Path(temporary) / database
            folder.mkdir()
            site = Site(ROOT, database, url, folder)
            try:
                site.prepare(accounts)
            except NotMeasurable as error:
                failed.append(f"{database}: {error}")
                continue
            for part in options.parts:
                measure, rows = measures[part]
                try:
                    measured, held = measure(site, folder, rows)
                except NotMeasurable as error:
                    failed.append(f"{database}, {part}: {error}")
                    site.forget_payments()
                else:
                    found += measured
                    targets += held
    print(table(found))
    print(*targets, sep="\n")
    write(found, targets, options.output)
    for text in failed:
        print(f"Not measured. {text}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
