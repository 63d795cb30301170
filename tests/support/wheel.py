"""Looks into the built wheel: both packages, with every template, static file, catalogue and migration they have."""

import sys
import zipfile
from pathlib import Path

from tests.support.site import ROOT

PACKAGES = ("cabinet_pages", "imports")
FOREIGN = ("site/", "website/", "tests/", "var/", "templates/")


def complaints_about(wheel: Path) -> list[str]:
    """Return what the wheel lacks, and what it should not have."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    lacking = [f"lacks {name}" for name in sorted(ours - packed)]
    foreign = [f"has {name}" for name in sorted(packed) if name.startswith(FOREIGN)]
    return lacking + foreign


def main(arguments: list[str]) -> int:
    """Check the only wheel of a folder. Returns 1 with complaints."""
    wheels = sorted(Path(arguments[0]).glob("*.whl"))
    if len(wheels) != 1:
        print(f"Expected one wheel in {arguments[0]}, found {len(wheels)}.", file=sys.stderr)
        return 1
    wrong = complaints_about(wheels[0])
    for text in wrong:
        print(f"{wheels[0].name} {text}", file=sys.stderr)
    if not wrong:
        print(f"{wheels[0]}: templates, static files, catalogues and migrations are inside.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
