"""Loads the demo of one day on SQLite and on PostgreSQL and compares `state_hash`: the contract says they are equal.

    python -m tests.support.same_state [--today 2026-11-20]

It takes some minutes, so it is no part of the suite. Exit 0: equal; 1: not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.postgres import run_beside

_MANAGE = (sys.executable, "manage.py")
_HASH_FILE = "CABINET_HASH_FILE"


def main(arguments: list[str]) -> int:
    """Compare the two databases; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--today", default="2026-11-20", help="The day of the demo (ISO).")
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.load:
        Path(os.environ[_HASH_FILE]).write_text(load_and_hash(options.today, os.environ))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "SQLite": load_and_hash(
                options.today, {**os.environ, **_places(folder, "sqlite"), "DATABASE_URL": f"sqlite:///{folder}/db"}
            ),
            "PostgreSQL": _on_postgres(options.today, folder),
        }
    for name, told in found.items():
        print(f"{name}: {told}")
    return 0 if len(set(found.values())) == 1 else 1


def load_and_hash(today: str, environment: Mapping[str, str]) -> str:
    """Load the demo into the empty database of the environment; returns its `state_hash`."""
    for command in (("migrate", "-v0"), ("createcachetable",), ("demo", "--today", today)):
        subprocess.run([*_MANAGE, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run([*_MANAGE, "state_hash"], env=environment, check=True, capture_output=True, text=True)
    return told.stdout.strip()


def _on_postgres(today: str, folder: str) -> str:
    result = Path(folder) / "hash"
    os.environ.update({**_places(folder, "postgresql"), _HASH_FILE: str(result)})
    code = run_beside([sys.executable, "-m", "tests.support.same_state", "--load", "--today", today])
    if code:
        raise SystemExit(code)
    return result.read_text()


def _places(folder: str, name: str) -> dict[str, str]:
    return {variable: f"{folder}/{name}-{variable}" for variable in ("PRIVATE_ROOT", "MEDIA_ROOT")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
