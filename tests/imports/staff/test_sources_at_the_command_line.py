"""`--profile NAME`: a saved source maps the file; any other name is kept and changes nothing."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from imports.models import ImportBatch, ImportProfile
from tests.factories import make_account, make_branch
from tests.imports.conftest import csv_bytes

STRANGE = [["Л/р", "Коли", "За що", "Гривень"], ["80-431930", "08.01.2026", "Пеня", "100,50"]]
MAPPING = {"Л/р": "account", "Коли": "paid_on", "За що": "article", "Гривень": "amount"}


@pytest.fixture(autouse=True)
def _account(db: Any) -> None:
    make_account("80-431930", make_branch("VIN"))


def test_a_saved_source_reads_the_file_of_its_branch(give: Callable[..., dict[str, Any]]) -> None:
    assert give("payments", STRANGE)["exit"] == 1
    ImportProfile.objects.create(branch=make_branch("VIN"), kind="payments", name="Каса", mapping=MAPPING)
    report = give("payments", STRANGE, profile="Каса", dry_run=True)
    assert (report["exit"], report["state"], report["new"]) == (0, "previewed", 1)
    # The same file once more, read in another way, is not the same thing.
    assert give("payments", STRANGE, profile="Каса")["state"] == "applied"
    assert give("payments", STRANGE, profile="Каса")["state"] == "unchanged"


def test_the_branch_comes_before_the_central_office_and_no_other_branch_counts(
    give: Callable[..., dict[str, Any]],
) -> None:
    ImportProfile.objects.create(branch=make_branch("TRO"), kind="payments", name="Каса", mapping=MAPPING)
    assert give("payments", STRANGE, profile="Каса")["exit"] == 1
    central = ImportProfile.objects.create(branch=None, kind="payments", name="Каса", mapping=MAPPING)
    assert give("payments", STRANGE, profile="Каса", dry_run=True)["exit"] == 0
    ImportProfile.objects.create(branch=make_branch("VIN"), kind="payments", name="Каса", mapping={"Л/р": "account"})
    assert give("payments", STRANGE, profile="Каса")["exit"] == 1
    central.delete()
    ImportProfile.objects.create(branch=None, kind="balances", name="Інше", mapping={})
    assert give("payments", STRANGE, profile="Інше")["exit"] == 1


def test_the_encoding_and_the_delimiter_of_a_source_are_used(give: Callable[..., dict[str, Any]]) -> None:
    ImportProfile.objects.create(
        branch=None, kind="payments", name="Каса", mapping=MAPPING, encoding="cp866", delimiter="|"
    )
    content = csv_bytes(STRANGE, "cp866", "|").replace(b"100,50", b"100;50")
    report = give("payments", content, profile="Каса", dry_run=True)
    assert (report["encoding"], report["rows"], report["issues"][0]["value"]) == ("cp866", 1, "100;50")


def test_a_name_that_nobody_has_saved_is_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(csv_bytes([["О/р", "Дата платежу", "Стаття", "Сума"], *STRANGE[1:]]))
    errors = StringIO()
    call_command("import_file", "payments", str(path), branch="VIN", profile="Нове", stdout=StringIO(), stderr=errors)
    assert ImportBatch.objects.get().profile == "Нове"
    assert "Нове" in errors.getvalue()
