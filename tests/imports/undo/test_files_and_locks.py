"""The bytes of documents that were taken back, and an undo beside an import."""

import threading
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from cabinet_pages.accounts.models import Branch
from cabinet_pages.documents.marks import note_look
from cabinet_pages.documents.models import CounterSignature, DocumentMark, SignedDocument
from cabinet_pages.documents.restoration import drop_unused_files
from cabinet_pages.payments.models import Payment
from imports.engine import run_import
from imports.engine.undoing import undo
from imports.models import BatchState, ImportBatch
from tests.factories import make_account, make_branch, make_counter_signature, make_user
from tests.imports.resources.loading import applied, csv_file, zip_file

HEADING = ("Особовий рахунок", "Вид документа", "№", "Дата", "Файл", "Файл підпису")
PAYMENTS = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")


def bundle(branch: Branch, number: str, content: bytes, signature: bytes = b"") -> ImportBatch:
    """One act of 80-1 with its bytes, applied."""
    files = {"act.pdf": content} | ({"act.p7s": signature} if signature else {})
    row = ("80-1", "Акт", number, "31.01.2026", "act.pdf", "act.p7s" if signature else "")
    table = csv_file([HEADING, row], encoding="utf-8")
    return applied("documents", zip_file({"registry.csv": table, **files}), branch=branch)


def paths() -> list[tuple[str, str]]:
    return list(SignedDocument.objects.order_by("number").values_list("file", "signature"))


def kept(*names: str) -> list[bool]:
    storage = SignedDocument().file.storage
    return [storage.exists(name) for name in names]


@pytest.mark.django_db(transaction=True)
def test_bytes_go_with_the_last_document_that_uses_them() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    first = bundle(branch, "1", b"%PDF one", b"signature")
    second = bundle(branch, "2", b"%PDF one")
    file, signature = paths()[0]
    undo(first)
    # The second document has the same bytes under another number; nobody else has the signature.
    assert kept(file, signature) == [True, False]
    undo(second)
    assert kept(file) == [False]
    assert not SignedDocument.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_document_that_its_consumer_has_signed_stays_and_one_that_was_only_read_goes() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    batch = bundle(branch, "1", b"%PDF one")
    document = SignedDocument.objects.get()
    note_look(user=make_user(), document=document, downloaded=True)
    signed = make_counter_signature(document)
    result = undo(batch)
    assert (result.state, [one.code for one in result.conflicts]) == ("refused", ["has_counter_signature"])
    assert kept(*paths()[0][:1], signed.file.name) == [True, True]
    CounterSignature.objects.all().delete()
    assert undo(batch).state == "undone"
    assert not SignedDocument.objects.exists()
    assert not DocumentMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_replaced_bytes_that_were_signed_since_stay_and_so_do_those_signed_before() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    bundle(branch, "1", b"%PDF one")
    first = make_counter_signature(SignedDocument.objects.get(), state="accepted")
    second = bundle(branch, "1", b"%PDF two")
    assert kept(first.document_file) == [True]
    later = make_counter_signature(SignedDocument.objects.get())
    result = undo(second)
    assert (result.state, [one.code for one in result.conflicts]) == ("refused", ["has_counter_signature"])
    assert SignedDocument.objects.get().file.read() == b"%PDF two"
    later.delete()
    # The signature of the earlier bytes is right again once they are back.
    assert undo(second).state == "undone"
    assert SignedDocument.objects.get().sha256 == first.document_sha256
    assert kept(first.document_file) == [True]


@pytest.mark.django_db(transaction=True)
def test_the_bytes_that_a_signature_names_are_never_dropped() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    bundle(branch, "1", b"%PDF one")
    signed = make_counter_signature(SignedDocument.objects.get())
    bundle(branch, "1", b"%PDF two")
    drop_unused_files(files={signed.document_file: signed.document_sha256}, needed=())
    assert kept(signed.document_file) == [True]
    CounterSignature.objects.all().delete()
    drop_unused_files(files={signed.document_file: signed.document_sha256}, needed=())
    assert kept(signed.document_file) == [False]


@pytest.mark.django_db(transaction=True)
def test_replaced_bytes_come_back_and_those_of_the_undone_file_go() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    bundle(branch, "1", b"%PDF one")
    ((old, _),) = paths()
    second = bundle(branch, "1", b"%PDF two")
    ((new, _),) = paths()
    third = bundle(branch, "1", b"%PDF three")
    assert kept(old, new) == [True, True]
    undo(third)
    assert paths() == [(new, "")]
    undo(second)
    assert paths() == [(old, "")]
    assert kept(old, new) == [True, False]
    assert SignedDocument.objects.get().file.read() == b"%PDF one"


@pytest.mark.django_db(transaction=True)
def test_bytes_that_another_import_could_bring_back_are_kept() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    first = bundle(branch, "1", b"%PDF one")
    ((old, _),) = paths()
    second = bundle(branch, "1", b"%PDF two")
    other = bundle(branch, "2", b"%PDF one")
    undo(other)
    assert kept(old) == [True]
    assert [one.code for one in undo(first).conflicts] == ["changed_since"]
    undo(second)
    assert paths() == [(old, "")]


@pytest.mark.django_db(transaction=True)
def test_a_document_whose_earlier_bytes_are_gone_keeps_the_later_ones() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    bundle(branch, "1", b"%PDF one")
    ((old, _),) = paths()
    second = bundle(branch, "1", b"%PDF two")
    SignedDocument().file.storage.delete(old)
    assert [one.code for one in undo(second).conflicts] == ["bytes_gone"]
    assert SignedDocument.objects.get().file.read() == b"%PDF two"


@pytest.mark.django_db(transaction=True)
def test_an_undo_beside_an_import_of_the_same_rows_ends_as_one_after_the_other() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch

    def table(first: int, last: int, amount: str) -> bytes:
        rows = [("80-1", f"Д{number}", "03.01.2026", "Пеня", amount) for number in range(first, last)]
        return csv_file([PAYMENTS, *rows], encoding="utf-8")

    batch = applied("payments", table(0, 60, "1,00"), branch=branch)
    at_once(
        lambda: undo(ImportBatch.objects.get(pk=batch.pk)),
        lambda: run_import(
            kind="payments",
            branch=Branch.objects.get(pk=branch.pk),
            file=ContentFile(table(40, 100, "2,00")),
            name="x",
        ),
    )
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    # Either the undo was first, or the import made twenty rows conflicts; both leave the rows of the import.
    assert set(Payment.objects.values_list("document", flat=True)) == {f"Д{number}" for number in range(40, 100)}
    assert {str(amount) for amount in Payment.objects.values_list("amount", flat=True)} == {"2.00"}


@pytest.mark.django_db(transaction=True)
def test_one_import_undone_twice_at_once_is_undone_once() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    batch = applied(
        "payments", csv_file([PAYMENTS, ("80-1", "Д1", "03.01.2026", "Пеня", "1,00")], encoding="utf-8"), branch=branch
    )
    states: list[str] = []
    at_once(*[lambda: states.append(undo(ImportBatch.objects.get(pk=batch.pk)).state)] * 3)
    assert sorted(states) == ["refused", "refused", "undone"]
    assert ImportBatch.objects.filter(undoes=batch).count() == 1


def at_once(*acts: Callable[[], object]) -> None:
    """Do everything at the same time, each in a thread of its own."""
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
