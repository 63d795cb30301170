"""`manage.py export_readings`: its files, exit codes and sentences."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cabinet_pages.accounts.models import Account
from cabinet_pages.readings.models import Reading, ReadingExport, ReadingState
from tests.factories import make_branch
from tests.imports.exports.world import ALL_FORMATS, account_of, content_of, read_back, sent

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    output = StringIO()
    given = {"--branch": "VIN", "--period": "2026-01", "--format": "csv"} | options
    call_command(
        "export_readings", *arguments, *(part for pair in given.items() for part in pair if part), stdout=output
    )
    return output.getvalue()


@pytest.fixture
def account() -> Account:
    account = account_of()
    sent(account, "ТУ-1")
    sent(account, "ТУ-2")
    return account


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_the_file_stands_where_it_was_asked_for(account: Account, file_format: str, tmp_path: Path) -> None:
    path = tmp_path / "покази"
    told = run(**{"--format": file_format, "--output": str(path)})
    export = ReadingExport.objects.get()
    assert path.read_bytes() == content_of(export)
    assert f"Пакет 1, показів: 2: {path}" in told
    assert export.sha256 in told
    assert (export.format, export.created_by) == (file_format, None)
    assert [one.name for one in tmp_path.iterdir()] == ["покази"]


def test_without_a_name_the_file_is_named_after_branch_period_and_number(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run()
    assert [one.name for one in tmp_path.iterdir()] == ["readings-VIN-202601-0001.csv"]


def test_nothing_to_export_makes_no_file_and_no_batch(account: Account, tmp_path: Path) -> None:
    run(**{"--output": str(tmp_path / "first")})
    told = run(**{"--output": str(tmp_path / "second")})
    assert told == "За 2026-01 у структурній одиниці VIN немає показів для вивантаження.\n"
    assert [one.name for one in tmp_path.iterdir()] == ["first"]
    assert ReadingExport.objects.count() == 1


def test_an_earlier_batch_is_given_again_byte_by_byte_and_exports_nothing(account: Account, tmp_path: Path) -> None:
    run(**{"--output": str(tmp_path / "first")})
    sent(account, "ТУ-3")
    Account.objects.update(number="80-9")
    run(**{"--output": str(tmp_path / "again"), "--batch": "1"})
    assert (tmp_path / "again").read_bytes() == (tmp_path / "first").read_bytes()
    assert ReadingExport.objects.count() == 1
    assert Reading.objects.filter(state=ReadingState.SUBMITTED).count() == 1


@pytest.mark.parametrize("file_format", ["xlsx", "dbf", "xml"])
def test_in_another_format_the_same_readings_are_written_anew(
    account: Account, file_format: str, tmp_path: Path
) -> None:
    run(**{"--output": str(tmp_path / "first")})
    before = content_of(ReadingExport.objects.get())
    run(**{"--output": str(tmp_path / "other"), "--batch": "1", "--format": file_format})
    ids = [row[19] for row in read_back((tmp_path / "other").read_bytes(), tmp_path / "copy")[1:]]
    assert sorted(ids) == sorted(str(uuid) for uuid in Reading.objects.values_list("uuid", flat=True))
    export = ReadingExport.objects.get()
    assert (export.format, content_of(export)) == ("csv", before)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"--branch": "XXX"}, "Немає структурної одиниці XXX."),
        ({"--period": "2026-13"}, "Це не місяць у вигляді 2026-01: 2026-13"),
        ({"--period": "01.2026"}, "Це не місяць у вигляді 2026-01: 01.2026"),
        ({"--batch": "7"}, "Структурна одиниця VIN не має пакета 7."),
        ({"--output": "/nowhere/at/all"}, "Файл не можна записати"),
    ],
)
def test_unusable_arguments_export_nothing(account: Account, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(**options)
    assert refused.value.returncode == 2
    assert sentence in str(refused.value)
    assert not ReadingExport.objects.exists()
    assert Reading.objects.filter(state=ReadingState.SUBMITTED).count() == 2


def test_a_batch_of_another_period_or_branch_is_not_given(account: Account, tmp_path: Path) -> None:
    run(**{"--output": str(tmp_path / "first")})
    make_branch("TRO")
    for options in ({"--period": "2025-12"}, {"--branch": "TRO"}):
        with pytest.raises(CommandError) as refused:
            run(**{"--batch": "1", "--output": str(tmp_path / "again"), **options})
        assert refused.value.returncode == 2
    assert not (tmp_path / "again").exists()


def test_a_file_that_the_storage_has_lost_is_said_to_be_lost(account: Account, tmp_path: Path) -> None:
    run(**{"--output": str(tmp_path / "first")})
    ReadingExport.objects.get().file.delete(save=False)
    with pytest.raises(CommandError) as refused:
        run(**{"--batch": "1", "--output": str(tmp_path / "again")})
    assert refused.value.returncode == 1
    assert [one.name for one in tmp_path.iterdir()] == ["first"]
