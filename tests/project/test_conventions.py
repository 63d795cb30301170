"""What the project promises about itself: documented settings, small files, pinned requirements, whole contracts."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("cabinet_pages", "imports", "site/website", "tests", "bench", "deploy")
LINES_AT_MOST = 400
SETTING = re.compile(r"""\benv\.\w+\(\s*["']([A-Z][A-Z0-9_]+)["']""")


def python_files() -> list[Path]:
    """Return every Python file of ours but migrations."""
    return [
        path for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    ]


def test_every_environment_variable_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    settings = (ROOT / "site" / "website" / "settings").glob("*.py")
    names = {name for path in settings for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    assert names
    assert sorted(name for name in names if f"`{name}`" not in manual) == []


def test_no_file_grows_beyond_what_one_reads_in_a_sitting() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for path in python_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    ]
    assert long == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "misc"}
    assert [str(path) for path in python_files() if drawers & {path.stem, *path.parts}] == []


def test_the_source_root_named_site_is_never_a_package() -> None:
    assert not (ROOT / "site" / "__init__.py").exists()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    pins = re.split(r"\n(?=\S)", text)
    loose = [
        pin.splitlines()[0]
        for pin in pins
        if pin.strip() and not pin.startswith("#") and ("==" not in pin or "--hash=sha256:" not in pin)
    ]
    assert loose == []


def test_the_tools_run_beside_the_very_versions_of_production() -> None:
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.\-]+)==([^\s;\\]+)", text, re.MULTILINE))

    production, tools = versions("requirements.txt"), versions("requirements-dev.txt")
    assert {name: tools.get(name) for name in production} == production


def test_the_import_contract_names_every_pure_module_of_quantities() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    named = next(contract for contract in contracts if contract["type"] == "forbidden")["source_modules"]
    pure = {
        f"cabinet_pages.quantities.{path.stem}"
        for path in (ROOT / "cabinet_pages" / "quantities").glob("*.py")
        if path.stem not in {"__init__", "fields"}
    }
    assert sorted(pure - set(named)) == []
