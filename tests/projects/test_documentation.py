"""What `docs/install.md` and `docs/plugins.md` show is the code of the projects that the tests run."""

import re
from pathlib import Path

import pytest

from tests.support.hosts import PLUGINS, PROJECTS
from tests.support.site import ROOT

SHOWN = {
    "install.md": [PROJECTS / "plain" / "town"],
    "plugins.md": [PLUGINS / "stranger", PROJECTS / "plain" / "town"],
}
HOOKS = (
    "register_import_format",
    "register_import_kind",
    "register_import_stop",
    "register_notification_channel",
    "register_notification_event",
    "register_reading_check",
    "cabinet_archive_kinds",
    "cabinet_staff_landing",
    "cabinet_invoice_addresses",
    "cabinet_data_as_of",
    "cabinet_payment_uses",
    "cabinet_submitted_readings",
    "register_cabinet_doctor",
)


def _blocks(document: str) -> list[str]:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"```(?:python|html)\n(.*?)```", text, re.DOTALL)]


def _sources(folders: list[Path]) -> str:
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in (".py", ".html")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("document", SHOWN)
def test_every_example_stands_word_for_word_in_a_tested_project(document: str) -> None:
    blocks = _blocks(document)
    assert len(blocks) > 6
    source = _sources(SHOWN[document])
    assert [block for block in blocks if block not in source] == []


def test_every_hook_that_the_packages_ask_is_described() -> None:
    described = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    assert [hook for hook in HOOKS if f"`{hook}`" not in described] == []
    asked = set()
    for package in ("cabinet_pages", "imports"):
        for file in (ROOT / package).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            names = dict(re.findall(r'^(\w*HOOK) = "(\w+)"', text, re.MULTILINE))
            for called in re.findall(r"hooks\.get_hooks\(([^)]+)\)", text):
                asked.add(names.get(called, called.strip('"')))
    assert asked == set(HOOKS)
