"""A consumer sends a signed file: what is taken, what is refused with which words, and what is kept."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from wagtail.models import ModelLogEntry

from cabinet_pages.access.limits import RATES
from cabinet_pages.access.models import Access, Role
from cabinet_pages.documents.counter_signing.messages import SignedFileRefused
from cabinet_pages.documents.counter_signing.services import (
    accept_counter_signature,
    return_counter_signature,
    send_counter_signature,
)
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, SignedDocument
from tests import factories
from tests.cabinet_pages.documents.counter_signing.conftest import (
    CONTENT,
    SigningWorld,
    another_detached,
    attached,
    branch_signature,
    container,
    detached,
    make_document,
    of_something_else,
    upload,
)
from tests.support.outbox import letters
from tests.support.windows import SECTION, client_of, visit


def page_after(world: SigningWorld, content: bytes, name: str = "акт.p7s", who: Any = None) -> Any:
    """What the page says after a file was sent from it."""
    return client_of(who or world.owner).post(
        f"{SECTION}/{world.window}", {"signed_file": SimpleUploadedFile(name, content)}, follow=True
    )


def states(document: SignedDocument) -> list[tuple[int, str]]:
    return list(document.counter_signatures.order_by("version").values_list("version", "state"))


def test_a_signed_file_is_kept_byte_for_byte_checked_logged_and_announced_to_the_branch(
    world: SigningWorld, django_capture_on_commit_callbacks: Any, mailoutbox: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = page_after(world, detached(), "Акт підписаний.p7s")
    assert response.redirect_chain[0][0].endswith("#signed")
    signed = CounterSignature.objects.get()
    assert (signed.version, signed.form, signed.state, signed.file_name) == (1, "cms", "waiting", "Акт підписаний.p7s")
    assert (signed.document_sha256, signed.uploaded_by) == (world.document.sha256, world.owner)
    assert signed.file.read() == detached()
    text = visit(client_of(world.owner), world.window).text
    for words in (
        "Підписаний файл",
        "очікує на рішення",
        "підпис математично правильний",
        "Косач Лариса",
        "32855961",
        signed.sha256,
        "Поки структурна одиниця не ухвалила рішення, можна надіслати інший файл",
    ):
        assert words in text, words
    assert "Підписаний файл передано структурній одиниці" in response.content.decode()
    (mail,) = mailoutbox
    assert mail.to == ["branch@example.com"]
    assert "80-431930" in mail.body
    assert "Акт № 12/2026" in mail.body
    entry = ModelLogEntry.objects.get(action="cabinet.counter_signature.upload")
    assert (entry.user, entry.data["sha256"]) == (world.owner, signed.sha256)


def test_the_own_file_can_be_taken_back_byte_for_byte_and_nobody_elses(world: SigningWorld) -> None:
    world.send()
    response = client_of(world.owner).get(f"{SECTION}/{world.window}signed/1/")
    assert b"".join(response.streaming_content) == detached()
    assert response["X-Content-Type-Options"] == "nosniff"
    stranger = factories.make_user()
    factories.grant(stranger, factories.make_account("80-36"))
    for user, path in (
        (stranger, f"{world.window}signed/1/"),
        (stranger, f"documents/80-36/{world.document.uuid}/signed/1/"),
        (world.owner, f"{world.window}signed/2/"),
        (stranger, world.window),
    ):
        assert client_of(user).get(f"{SECTION}/{path}").status_code == 404, path
    assert page_after(world, detached(), who=stranger).status_code == 404
    assert CounterSignature.objects.count() == 1


NOT_SIGNED = (
    (b"", "Файл порожній"),
    (b"%PDF-1.7 nothing", "У цьому PDF немає підпису"),
    (b"PK\x03\x04 broken", "Архів пошкоджено"),
    ("Підписано: Косач".encode(), "Цей файл не підписано"),
    (b"\x30\x82\x01\x00 certificate", "Цей файл не підписано"),
    (b"MI" + b"!" * 64, "Цей файл не підписано"),
)


def test_what_is_no_signed_file_is_refused_with_a_sentence_whatever_its_name(world: SigningWorld) -> None:
    for content, words in NOT_SIGNED:
        response = page_after(world, content, "act.p7s")
        assert response.status_code == 422, words
        assert words in response.content.decode()
    assert not CounterSignature.objects.exists()


def test_the_branchs_own_files_sent_back_are_told_apart(world: SigningWorld) -> None:
    assert "Це підпис структурної одиниці" in page_after(world, branch_signature()).content.decode()
    itself = make_document(world.account, "2", content=attached())
    world.document = itself
    assert "без вашого підпису" in page_after(world, attached()).content.decode()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(world: SigningWorld, settings: Any) -> None:
    settings.WAGTAIL_CABINET = {"SIGNED_FILE_MAX_BYTES": 1024 * 1024}
    response = page_after(world, bytes(1024 * 1024 + 1))
    assert "Файл більший за 1 МБ" in response.content.decode()
    assert response.status_code == 422


def test_too_many_files_in_an_hour_are_refused(world: SigningWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RATES, "counter_signature", "1/h/user")
    page_after(world, detached())
    again = page_after(world, another_detached())
    assert again.status_code == 429
    assert "Забагато файлів за годину" in again.content.decode()
    assert states(world.document) == [(1, "waiting")]


def test_only_whoever_may_send_and_only_for_a_document_that_asks_for_it(world: SigningWorld) -> None:
    assert "Ваш доступ дає змогу лише переглядати" in page_after(world, detached(), who=world.viewer).content.decode()
    assert b'type="file"' not in client_of(world.viewer).get(f"{SECTION}/{world.window}").content
    Access.objects.filter(user=world.viewer).update(role=Role.SUBMITTER)
    assert page_after(world, detached(), who=world.viewer).status_code == 200
    world.document = make_document(world.account, "2", needs_signature=False)
    assert "не просить вашого підпису" in page_after(world, detached()).content.decode()
    assert b'type="file"' not in client_of(world.owner).get(f"{SECTION}/{world.window}").content


def test_a_later_file_takes_the_place_of_the_one_that_waits_and_both_are_kept(world: SigningWorld) -> None:
    first, again = world.send(), world.send()
    assert first == again
    second = world.send(another_detached())
    assert states(world.document) == [(1, "superseded"), (2, "waiting")]
    assert [one.file.read() for one in (first, second)] == [detached(), another_detached()]
    assert len(letters("counter-signed:")) == 2


def test_a_returned_file_is_not_taken_twice_and_an_accepted_one_ends_it(world: SigningWorld) -> None:
    return_counter_signature(by=world.operator, signed=world.send(), comment="Підпишіть керівником")
    assert "Саме цей файл структурна одиниця вже повернула" in page_after(world, detached()).content.decode()
    accept_counter_signature(by=world.operator, signed=world.send(another_detached()))
    assert states(world.document) == [(1, "returned"), (2, "accepted")]
    assert "вже прийняла ваш підпис" in page_after(world, container()).content.decode()
    assert b'type="file"' not in client_of(world.owner).get(f"{SECTION}/{world.window}").content


def test_a_document_that_was_replaced_is_signed_anew_and_the_earlier_signature_says_so(world: SigningWorld) -> None:
    accept_counter_signature(by=world.operator, signed=world.send())
    stale = world.document
    new = b"replaced by a later import"
    replaced = make_document(factories.make_account("80-2"), content=new)
    SignedDocument.objects.filter(pk=stale.pk).update(sha256=replaced.sha256, file=replaced.file.name)
    with pytest.raises(SignedFileRefused) as refused:
        send_counter_signature(
            by=world.owner, scope=world.scope, document=stale, signed_file=upload(another_detached())
        )
    assert refused.value.code == "document_changed"
    text = visit(client_of(world.owner), world.window).text
    assert "цим файлом підписано попередній" in text
    assert "Структурна одиниця просить вас підписати цей документ" in text
    world.document.refresh_from_db()
    world.send(another_detached())
    assert "Підписано не цей документ" in visit(client_of(world.owner), world.window).text


VERDICTS: tuple[tuple[Callable[[], bytes], str, str], ...] = (
    (attached, "підпис математично правильний", "чинність сертифіката не перевірялась"),
    (container, "підпис математично правильний", "чинність сертифіката не перевірялась"),
    (of_something_else, "підписано не цей документ", "Підписано не цей документ"),
    (lambda: detached()[:-1] + bytes([detached()[-1] ^ 1]), "підпис неправильний", "Підпис не відповідає ключу"),
)


def test_every_form_gets_an_honest_verdict(world: SigningWorld) -> None:
    client = client_of(world.owner)
    for content, label, sentence in VERDICTS:
        world.send(content())
        newest = visit(client, world.window).text.partition("Ваш підпис")[2].partition("замінено пізнішим")[0]
        assert label in newest
        assert sentence in newest


def test_a_certificate_with_another_code_is_pointed_out(world: SigningWorld) -> None:
    world.send()
    assert "а в замовника інший" not in visit(client_of(world.owner), world.window).text
    world.account.customer.code = "14360570"
    world.account.customer.save()
    assert "У сертифікаті код 32855961, а в замовника інший" in visit(client_of(world.owner), world.window).text


@pytest.mark.django_db(transaction=True)
def test_of_two_files_sent_at_once_one_waits_and_both_are_kept(world: SigningWorld) -> None:
    begin = threading.Barrier(2)

    def send(content: bytes) -> None:
        begin.wait()
        send_counter_signature(by=world.owner, scope=world.scope, document=world.document, signed_file=upload(content))
        connection.close()

    threads = [threading.Thread(target=send, args=(content,)) for content in (detached(), another_detached())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(world.document) == [(1, "superseded"), (2, "waiting")]
    assert {one.file.read() for one in CounterSignature.objects.all()} == {detached(), another_detached()}


def test_a_failure_keeps_neither_row_nor_bytes(world: SigningWorld, monkeypatch: Any) -> None:
    kept: list[str] = []
    save = CounterSignature().file.storage.save

    def noted(name: str, content: ContentFile[bytes], max_length: int | None = None) -> str:
        kept.append(save(name, content, max_length=max_length))
        return kept[-1]

    monkeypatch.setattr(CounterSignature().file.storage, "save", noted)
    monkeypatch.setattr("cabinet_pages.documents.counter_signing.services.mail_upload", lambda signed: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.send()
    assert len(kept) == 1
    assert not CounterSignature().file.storage.exists(kept[0])
    assert not CounterSignature.objects.exists()


def test_a_waiting_file_is_what_a_person_has_signed_and_a_returned_one_is_not(world: SigningWorld) -> None:
    client = client_of(world.owner)
    window = "documents/80-431930/"
    assert len(visit(client, window, state="to_sign").cells()) == 1
    signed = world.send()
    assert visit(client, window, state="to_sign").cells() == []
    assert "ваш підпис очікує на рішення" in visit(client, window, state="signed").text
    return_counter_signature(by=world.operator, signed=signed, comment="Не той ключ")
    assert len(visit(client, window, state="to_sign").cells()) == 1
    assert visit(client, window, state="signed").cells() == []
    assert CounterSignatureState(CounterSignature.objects.get().state) == CounterSignatureState.RETURNED
    assert world.document.file.read() == CONTENT
