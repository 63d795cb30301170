"""Foreign host projects of `tests/projects`, in processes of their own on a database of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.site import NOT_INHERITED, ROOT

PROJECTS = ROOT / "tests" / "projects"
PLUGINS = ROOT / "tests" / "plugins"


@dataclass(frozen=True)
class Host:
    """A host project with its data.

    Args:
        folder: the project under `tests/projects`.
        settings: its settings module.
        database_url, data: where it keeps what it stores.
    """

    folder: str
    settings: str
    database_url: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """The host's environment: the cabinet and the plug-ins are on its path, the site of this project is not."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        path = [PROJECTS / self.folder, PROJECTS / "plain", PLUGINS, ROOT]
        return {
            **inherited,
            "PYTHONPATH": os.pathsep.join(str(place) for place in path),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DATABASE_URL": self.database_url,
            "TOWN_DATA": str(self.data),
        }

    def run(self, *command: str) -> str:
        """Run a program of Python in the host's folder, which must succeed; return what it printed."""
        self.data.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECTS / self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def manage(self, *commands: Sequence[str]) -> list[str]:
        """Run management commands in one process, as each must succeed; return what each printed."""
        ended = json.loads(self.run(str(PROJECTS / "commands.py"), json.dumps(commands)))
        for command, end in zip(commands, ended, strict=True):
            assert end["code"] == 0, f"manage.py {' '.join(command)}\n{end['text'][-3000:]}"
        return [end["text"] for end in ended]

    def import_file(self, kind: str, name: str, text: str) -> list[str]:
        """The command that imports a text as a file for the branch VIN; it prints a report."""
        self.data.mkdir(parents=True, exist_ok=True)
        file = self.data / name
        file.write_text(text, encoding="utf-8")
        return ["import_file", kind, str(file), "--branch", "VIN", "--json"]

    def visit(self, *parts: str) -> dict[str, Any]:
        """Walk through the site, see `tests/projects/visits.py`; return what was met, by part."""
        found: dict[str, Any] = json.loads(self.run(str(PROJECTS / "visits.py"), *parts))
        return found


ACCOUNTS = (
    'Особовий рахунок;Замовник;код ЄДРПОУ;Структурна одиниця;Номер договору\n80-1001;ТОВ "Місто";00000000;VIN;1-A\n'
)
PAYMENTS = (
    "Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу\n"
    "80-1001;П-1;15.01.2026;Активна електроенергія;1234,56\n"
)


#: Following `docs/install.md` from the migration on.
INSTALL = (
    ["migrate", "--verbosity", "0"],
    ["cabinet_install"],
    ["add_branch", "VIN", "Town heating"],
    ["add_operator", "operator@town.example", "--branch", "VIN"],
)
NO_DRIFT = ["makemigrations", "--check", "--dry-run"]
