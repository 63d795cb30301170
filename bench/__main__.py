"""`make bench`: prints a table and writes `var/bench.json`; ends with 1 where something cannot be measured."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.measurement import Measurement, NotMeasurable, table, write
from bench.payments import measure
from bench.peers import bulk_insert

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260101


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
        yield {**found, "postgresql": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}
    finally:
        with psycopg.connect(server, autocommit=True) as administrator:
            administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def product(url: str, folder: Path, database: str, rows: int) -> list[Measurement]:
    """Prepare an empty site and measure the product on it. Raises NotMeasurable."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PRIVATE_ROOT": str(folder / "private"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
    }

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    for step in (("migrate", "-v0"), ("createcachetable",), ("cabinet_install",), ("add_branch", "BEN", "Bench")):
        done = manage(*step)
        if done.returncode:
            raise NotMeasurable(f"manage.py {step[0]} failed: {done.stderr[-1500:]}")
    return measure(manage, folder, database, rows, SEED)


def main(arguments: list[str]) -> int:
    """Measure on every database there is. Returns 1 when a part could not be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "bench.json")
    options = parser.parse_args(arguments)
    found: list[Measurement] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cabinet-bench-") as temporary:
        folder = Path(temporary)
        with databases(folder) as urls:
            for database, url in urls.items():
                found.append(bulk_insert(url, folder, options.rows, SEED))
                try:
                    found += product(url, folder, database, options.rows)
                except NotMeasurable as error:
                    failed.append(f"{database}: {error}")
    print(table(found))
    write(found, options.output)
    for text in failed:
        print(f"Not measured. {text}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
