"""Two operators at once, and a file that was refused and is taken after all."""

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files import File
from django.db import connection

from cabinet_pages.accounts.models import Branch
from cabinet_pages.payments.models import Payment
from imports.engine import promote, receive, run_import
from imports.engine.preparing import prepare
from imports.models import BatchRow, BatchState, ImportBatch
from tests.factories import make_account, make_branch

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")


def rows(first: int, last: int, amount: str) -> list[tuple[str, ...]]:
    return [HEADING, *[("80-1", f"ПД-{number}", "03.01.2020", "Пеня", amount) for number in range(first, last)]]


def table(first: int, last: int, amount: str) -> "File[bytes]":
    return File(BytesIO("".join(";".join(row) + "\n" for row in rows(first, last, amount)).encode()))


def at_once(*acts: Callable[[], object]) -> None:
    start = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(30)
            act()
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_overlapping_files_given_at_once_end_as_one_after_the_other() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch

    def importing(first: int, last: int, amount: str) -> Callable[[], object]:
        return lambda: run_import(
            kind="payments", branch=Branch.objects.get(pk=branch.pk), file=table(first, last, amount), name="x"
        )

    at_once(importing(0, 60, "1,00"), importing(40, 100, "2,00"))
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {BatchState.APPLIED}
    assert Payment.objects.count() == 100
    shared = set(
        Payment.objects.filter(document__in=[f"ПД-{n}" for n in range(40, 60)]).values_list("amount", flat=True)
    )
    assert len(shared) == 1
    # The journal tells the same story: twenty rows were replaced, and the rest were new.
    assert BatchRow.objects.filter(before__isnull=True).count() == 100
    assert BatchRow.objects.filter(before__isnull=False).count() == 20


@pytest.mark.django_db(transaction=True)
def test_one_batch_confirmed_twice_at_once_is_applied_once() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    batch = prepare(receive(kind="payments", branch=branch, file=table(0, 50, "1,00"), name="x"))
    at_once(*[lambda: promote(ImportBatch.objects.get(pk=batch.pk))] * 3)
    assert Payment.objects.count() == 50
    assert BatchRow.objects.count() == 50


@pytest.mark.django_db
def test_a_file_refused_for_its_bad_rows_can_be_applied_without_them_later(give: Give) -> None:
    make_account("80-1", make_branch("VIN"))
    report = give("payments", [*rows(0, 2, "1,00"), ("80-9", "ПД-9", "03.01.2020", "Пеня", "1,00")])
    assert report["state"] == "refused"
    batch = promote(ImportBatch.objects.get(), skip_rejected=True)
    assert (batch.state, batch.error_code, batch.new, batch.rejected) == (BatchState.APPLIED, "", 2, 1)
    assert Payment.objects.count() == 2
