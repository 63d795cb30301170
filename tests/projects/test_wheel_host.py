"""The town's site from the built wheel alone: the sources of this project are nowhere on its path."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.hosts import NO_DRIFT, PROJECTS, Host
from tests.support.site import ROOT


@dataclass(frozen=True)
class HostOfWheel(Host):
    """A host whose path has an installed wheel in place of our sources."""

    installed: Path

    @property
    def environment(self) -> dict[str, str]:
        """The host's environment; compiled files of the sources do not leak into it either."""
        path = os.pathsep.join(str(place) for place in (PROJECTS / self.folder, self.installed))
        return {**super().environment, "PYTHONPATH": path}


@pytest.fixture(scope="module")
def wheel_host(tmp_path_factory: pytest.TempPathFactory) -> HostOfWheel:
    """The town, with the wheel unpacked by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    done = subprocess.run([*pip, "--target", str(folder / "site"), str(wheel)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    url = f"sqlite:///{folder / 'town.sqlite3'}"
    return HostOfWheel("plain", "town.settings", url, folder / "data", folder / "site")


LOOK = """
import django, cabinet_pages, imports
django.setup()
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.utils import translation
print(cabinet_pages.__file__, imports.__file__, sep="\\n")
print(get_template("cabinet_pages/base.html").origin.name)
print(get_template("account/login.html").origin.name)
print(get_template("imports/batch.html").origin.name)
print(finders.find("cabinet_pages/css/tokens.css"))
from cabinet_pages.printing.rendering import ASSETS
print(next(ASSETS.rglob("*.ttf")))
with translation.override("uk"):
    print(translation.gettext("Show payments"))
    print(translation.gettext("Exchange with 1C"))
"""


def test_a_site_works_from_the_wheel_alone(wheel_host: HostOfWheel) -> None:
    check, _ = wheel_host.manage(["check"], NO_DRIFT)
    assert "no issues" in check
    looked = wheel_host.run("-c", LOOK)
    *places, payments, exchange = looked.splitlines()
    assert [place for place in places if not place.startswith(str(wheel_host.installed))] == []
    assert len(places) == 7
    assert (payments, exchange) == ("Показати платежі", "Обмін з 1С")
