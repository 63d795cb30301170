"""The wheel is what another Wagtail site installs."""

import subprocess
import sys
from pathlib import Path

from tests.support.site import ROOT
from tests.support.wheel import complaints_about


def test_the_wheel_has_every_file_of_both_packages_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert complaints_about(wheel) == []
