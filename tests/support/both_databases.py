"""Runs pytest so that every test runs twice, on SQLite and on PostgreSQL, in one run with one summary.

pytest-xdist's `--dist each` gives every test to each of two workers, one per database, and so uses both cores
of a small machine. Arguments are pytest's own: `… tests/payments -k total`.
"""

import os
import subprocess
import sys

from tests.support.postgres import run_beside
from tests.support.system import is_present, required


def main(arguments: list[str]) -> int:
    """Run the suite; returns pytest's exit code."""
    pytest = [sys.executable, "-m", "pytest"]
    if not is_present("postgresql"):
        if required():
            print("PostgreSQL is missing.", file=sys.stderr)
            return 1
        print("PostgreSQL is missing: the suite runs on SQLite alone.", file=sys.stderr)
        environment = {**os.environ, "TEST_DATABASE": "sqlite"}
        return subprocess.run([*pytest, *arguments], env=environment, check=False).returncode
    workers = [f"--tx=popen//id={name}//env:TEST_DATABASE={name}" for name in ("sqlite", "postgresql")]
    return run_beside([*pytest, "--dist=each", *workers, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
