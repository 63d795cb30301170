"""Installs what the tests need of the operating system: `python -m tests.support.system chromium postgresql`.

Only the standard library, because it runs before anything else can be relied on.
"""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@dataclass(frozen=True)
class Need:
    """A thing that tests rely on: how to see that it is there, and the Debian packages that bring it."""

    packages: tuple[str, ...]
    what_is_lost: str


NEEDS: Mapping[str, Need] = {
    "chromium": Need(("chromium", "fonts-dejavu-core"), "the browser journeys and screenshots"),
    "pango": Need(("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), "WeasyPrint in the benchmark"),
    "postgresql": Need(("postgresql",), "the run on PostgreSQL"),
    # Debian's Python comes without the part that fills a new environment with pip.
    "venv": Need((f"python{sys.version_info.major}.{sys.version_info.minor}-venv",), "the environment .venv"),
}


def chromium_path() -> str | None:
    """Return the Chromium to drive: the one named by CHROMIUM, else the first found on the path."""
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES):
        if name and (found := shutil.which(name)):
            return found
    return None


def postgres_bin() -> Path | None:
    """Return the folder of initdb and postgres; Debian keeps it off the path, one per version."""
    candidates: list[Path] = []
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))
    candidates.extend(reversed(versions))
    for folder in candidates:
        if all((folder / program).exists() for program in ("initdb", "postgres")):
            return folder
    return None


def is_present(name: str) -> bool:
    """Tell whether a need of `NEEDS` is met on this machine."""
    if name == "chromium":
        return chromium_path() is not None
    if name == "pango":
        return all(ctypes.util.find_library(library) for library in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))
    if name == "venv":
        return importlib.util.find_spec("ensurepip") is not None
    # A server named by POSTGRES_URL is as good as one of ours.
    return bool(os.environ.get("POSTGRES_URL")) or postgres_bin() is not None


def required() -> bool:
    """In continuous integration nothing may be left out for a missing service."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def install(names: Iterable[str]) -> None:
    """Install the packages of the named needs through apt-get, where this process may."""
    packages = sorted({package for name in names for package in NEEDS[name].packages})
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {', '.join(packages)}…", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)


def main(names: list[str]) -> int:
    """Install what is missing. Returns 1 when something is still missing and may not be."""
    missing = [name for name in names if not is_present(name)]
    if missing:
        install(missing)
        missing = [name for name in missing if not is_present(name)]
    for name in missing:
        packages = " ".join(NEEDS[name].packages)
        print(
            f"{name} is missing and could not be installed: {NEEDS[name].what_is_lost} will be left out."
            f" As root: apt-get install {packages}",
            file=sys.stderr,
        )
    return 1 if missing and required() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
