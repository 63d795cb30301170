"""The peer of the import engine: the database's own bulk insert of the same rows into a table with the same keys."""

import sqlite3
import time
from pathlib import Path

import psycopg

from bench.measurement import Measurement
from bench.payments import TASK, payments

COLUMNS = "account, document, day, article, kopecks"
TABLE = f"""
    CREATE TABLE bench_payment (
        id {{identity}}, account varchar(40) NOT NULL, document varchar(60) NOT NULL, day date NOT NULL,
        article varchar(100) NOT NULL, kopecks bigint NOT NULL, UNIQUE ({COLUMNS.replace(", kopecks", "")})
    )
"""
INDEX = "CREATE INDEX bench_payment_day ON bench_payment (account, day)"


def bulk_insert(database_url: str, folder: Path, rows: int, seed: int) -> Measurement:
    """Insert the benchmark's payments with nothing but the database: COPY, or executemany in one transaction."""
    records = [
        (one.account, one.document, one.day.isoformat(), one.article, one.kopecks) for one in payments(rows, seed)
    ]
    if database_url.startswith("sqlite"):
        with sqlite3.connect(folder / "peer.sqlite3", isolation_level=None) as plain:
            plain.execute("PRAGMA journal_mode=WAL")
            plain.execute(TABLE.format(identity="integer PRIMARY KEY"))
            plain.execute(INDEX)
            start = time.perf_counter()
            plain.execute("BEGIN IMMEDIATE")
            plain.executemany(f"INSERT INTO bench_payment ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", records)  # noqa: S608
            plain.execute("COMMIT")
            return Measurement(TASK, "executemany", "sqlite", rows, time.perf_counter() - start)
    with psycopg.connect(database_url, autocommit=True) as server:
        server.execute(TABLE.format(identity="bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY").encode())
        server.execute(INDEX)
        start = time.perf_counter()
        with server.transaction(), server.cursor().copy(f"COPY bench_payment ({COLUMNS}) FROM STDIN".encode()) as copy:
            for record in records:
                copy.write_row(record)
        return Measurement(TASK, "copy", "postgresql", rows, time.perf_counter() - start)
