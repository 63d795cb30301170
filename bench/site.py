"""A site of the benchmark: an empty installation on one database, whose processes do the measured work."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.measurement import Measurement, NotMeasurable

_SETUP = (("migrate", "-v0"), ("createcachetable",), ("cabinet_install",), ("add_branch", "BEN", "Bench"))
# Written as a person would have a database tidied up between two measurements.
_FORGET = """
from django.db import connection
from cabinet_pages.payments.models import Payment
from imports.models import BatchRow, ImportBatch
Payment.objects.all()._raw_delete("default")
BatchRow.objects.all()._raw_delete("default")
ImportBatch.objects.filter(kind="payments").delete()
with connection.cursor() as cursor:
    cursor.execute("VACUUM")
"""


class Site:
    """An installation.

    Args:
        root: the project.
        database: the vendor.
        url: of an empty database.
        folder: for its files.
    """

    def __init__(self, root: Path, database: str, url: str, folder: Path) -> None:
        self.root = root
        self.database = database
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "PRIVATE_ROOT": str(folder / "private"),
            "MEDIA_ROOT": str(folder / "media"),
            "LOG_LEVEL": "WARNING",
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "website.settings.dev",
            "PYTHONPATH": os.pathsep.join([str(root), str(root / "site")]),
        }

    def prepare(self, accounts: Path) -> None:
        """Install the product, and import the accounts of the payments. Raises NotMeasurable."""
        for step in _SETUP:
            self._run(["manage.py", *step])
        self._run(["manage.py", "import_file", "accounts", str(accounts), "--branch", "BEN"])

    def forget_payments(self) -> None:
        """Empty the table of payments, the stage and the batches. Raises NotMeasurable."""
        self._run(["manage.py", "shell", "-v0", "-c", _FORGET])

    def run(self, contender: str, **options: Any) -> dict[str, Any]:
        """Run a contender in a process of its own; what it measured, and `start`. Raises NotMeasurable."""
        told = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        begun = time.perf_counter()
        output = self._run(["-m", "bench.contenders", contender, *told])
        wall = time.perf_counter() - begun
        found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
        return {**found, "start": wall - found["seconds"]}

    def engine(
        self, file: Path, *, new: int = 0, unchanged: int = 0, mapping: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Import a file of payments. Raises NotMeasurable when it does not end with so many rows.

        Args:
            mapping: of headings that are not known.
        """
        found = self.run("engine", file=file, mapping=json.dumps(mapping or {}))
        if found["counts"] != [new, 0, unchanged, 0]:
            raise NotMeasurable(f"{file.name} ended as {found['state']!r} {found['error']} with {found['counts']}")
        return found

    def measurement(self, task: str, found: dict[str, Any]) -> Measurement:
        """What the engine measured."""
        return Measurement(
            task,
            "engine",
            self.database,
            found["rows"],
            found["seconds"],
            stages=found["stages"],
            start=found["start"],
            peak_mb=found["peak_mb"],
        )

    def _run(self, arguments: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotMeasurable(f"{' '.join(arguments[:4])} failed: {(done.stderr or done.stdout)[-1500:]}")
        return done.stdout
