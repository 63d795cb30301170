"""The branch reads what a consumer signed, accepts or returns it, and the consumer is told."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import Access
from cabinet_pages.documents.counter_signing.messages import SignedFileRefused
from cabinet_pages.documents.counter_signing.services import accept_counter_signature, return_counter_signature
from cabinet_pages.documents.marks import note_look
from cabinet_pages.documents.models import CounterSignature, SignatureVerdict
from cabinet_pages.documents.verifying import MOST_ATTEMPTS
from cabinet_pages.install import install_groups
from tests import factories
from tests.cabinet_pages.documents.counter_signing.conftest import (
    SigningWorld,
    customer_signer,
    detached,
    of_something_else,
)
from tests.support.kep import M163, KepSigner
from tests.support.outbox import letters
from tests.support.windows import client_of, visit

KUPYNA = "1.2.804.2.1.1.1.1.3.6.1"


@pytest.fixture(autouse=True)
def _groups(world: SigningWorld) -> None:
    install_groups()


def screen(signed: CounterSignature, action: str = "inspect") -> str:
    return reverse(f"cabinet_pages_countersignature_modeladmin_{action}", args=[signed.pk])


def refusal(world: SigningWorld, signed: CounterSignature, comment: str = "") -> str:
    with pytest.raises(SignedFileRefused) as refused:
        accept_counter_signature(by=world.operator, signed=signed, comment=comment)
    return refused.value.code


def test_the_list_shows_verdict_signer_and_time_and_costs_the_same_for_many(world: SigningWorld) -> None:
    signed = world.send()
    client = client_of(world.operator)
    address = reverse("cabinet_pages_countersignature_modeladmin_index")

    def listed() -> tuple[str, int]:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(address).content.decode()
        return text, len(queries)

    text, few = listed()
    for words in (
        "80-431930",
        "Акт № 12/2026",
        "підпис математично правильний (чинність сертифіката не перевірялась)",
        "Косач Лариса, 32855961, 31.10.2026",
        "очікує на рішення",
    ):
        assert words in text, words
    for number in range(2, 6):
        CounterSignature.objects.create(
            document=world.document,
            document_sha256=signed.document_sha256,
            document_file=signed.document_file,
            version=number,
            form="cms",
            file=signed.file.name,
            file_name="x",
            sha256=signed.sha256,
            size=1,
            state="superseded",
        )
    assert listed()[1] == few


def test_an_accepted_file_is_logged_and_the_consumer_reads_it(world: SigningWorld) -> None:
    signed = world.send()
    client = client_of(world.operator)
    assert "Косач Лариса" in client.get(screen(signed)).content.decode()
    assert b"".join(client.get(screen(signed, "file")).streaming_content) == detached()
    answer = client.post(screen(signed), {"action": "accept", "comment": "Дякуємо"}, follow=True)
    assert "Рішення збережено, споживача повідомлено" in answer.content.decode()
    text = visit(client_of(world.owner), world.window).text
    assert "прийнято" in text
    assert "Дякуємо" in text
    assert "ваш підпис прийнято" in visit(client_of(world.owner), "documents/80-431930/").text
    (mail,) = letters("counter-signature-decided:")
    assert mail.to == "owner@example.com"
    assert "прийняла підписаний вами документ" in mail.text
    assert "Дякуємо" in mail.text
    assert f"documents/80-431930/{world.document.uuid}/" in mail.text
    entry = ModelLogEntry.objects.get(action="cabinet.counter_signature.accept")
    assert (entry.user, entry.data["comment"]) == (world.operator, "Дякуємо")
    again = client.post(screen(signed), {"action": "return", "comment": "Ні"}, follow=True)
    assert "Тут уже нічого не очікує" in again.content.decode()


def test_a_returned_file_needs_a_comment_and_the_consumer_may_sign_again(world: SigningWorld) -> None:
    signed = world.send(of_something_else())
    client = client_of(world.operator)
    page = client.get(screen(signed)).content.decode()
    assert "Підписано не цей документ" in page
    assert 'value="accept"' not in page
    assert "Напишіть, чому ви повертаєте" in client.post(screen(signed), {"action": "return"}).content.decode()
    assert "прийняти його не можна" in client.post(screen(signed), {"action": "accept"}).content.decode()
    client.post(screen(signed), {"action": "return", "comment": "Підписано інший файл"})
    text = visit(client_of(world.owner), world.window).text
    assert "повернуто" in text
    assert "Підписано інший файл" in text
    assert "Надіслати підписаний файл" in text
    (mail,) = letters("counter-signature-decided:")
    assert "повернула підписаний вами документ" in mail.text


def test_nothing_is_accepted_before_its_verdict_and_what_cannot_be_told_needs_a_comment(world: SigningWorld) -> None:
    signed = world.send()
    SignatureVerdict.objects.filter(signature_sha256=signed.sha256).update(findings=None)
    assert refusal(world, signed) == "still_checked"
    SignatureVerdict.objects.filter(signature_sha256=signed.sha256).update(attempts=MOST_ATTEMPTS + 1)
    assert refusal(world, signed) == "comment_to_accept"
    accept_counter_signature(by=world.operator, signed=signed, comment="Перевірено на czo.gov.ua/verify")
    assert signed.state == "accepted"


def test_an_algorithm_that_is_not_computed_is_neither_right_nor_wrong(world: SigningWorld) -> None:
    content = world.document.file.read()
    signed = world.send(customer_signer().cms(content, signature_oid=KUPYNA))
    assert refusal(world, signed) == "comment_to_accept"
    wrong = KepSigner("Інший", group=M163, seed=35)
    mixed = world.send(wrong.cms(b"other", others=[customer_signer()]))
    assert refusal(world, mixed, "Гаразд") == "signature_bad"


def test_only_the_branch_decides_and_without_the_permission_one_looks(world: SigningWorld) -> None:
    signed = world.send()
    stranger = factories.make_operator("stranger@example.com", factories.make_branch("TRO"))
    for decide in (accept_counter_signature, return_counter_signature):
        with pytest.raises(SignedFileRefused) as refused:
            decide(by=stranger, signed=signed, comment="Ні")
        assert refused.value.code == "not_your_branch"
    assert client_of(stranger).get(screen(signed)).status_code == 404
    assert client_of(stranger).post(screen(signed), {"action": "accept"}).status_code == 404
    assert client_of(stranger).get(screen(signed, "file")).status_code == 404
    group = world.operator.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_countersignature"))
    client = client_of(world.operator)
    assert 'name="action"' not in client.get(screen(signed)).content.decode()
    client.post(screen(signed), {"action": "accept"})
    signed.refresh_from_db()
    assert signed.state == "waiting"


def test_if_the_sender_has_left_whoever_may_sign_is_told(world: SigningWorld) -> None:
    signed = world.send()
    other = factories.make_user("other@example.com")
    factories.grant(other, world.account)
    Access.objects.filter(user=world.owner).delete()
    accept_counter_signature(by=world.operator, signed=signed)
    assert [mail.to for mail in letters("counter-signature-decided:")] == ["other@example.com"]


def test_the_branchs_page_of_a_document_shows_verdicts_what_was_signed_and_who_has_read_it(
    world: SigningWorld,
) -> None:
    world.send()
    note_look(user=world.owner, document=world.document, downloaded=True)
    address = reverse("cabinet_pages_signeddocument_modeladmin_inspect", args=[world.document.pk])
    client = client_of(world.operator)
    client.get(address)
    text = client.get(address).content.decode()
    for words in ("Начальник структурної одиниці", "Косач Лариса", "Підписано споживачем", "Хто його читав", "owner@"):
        assert words in text, words
    listed = reverse("cabinet_pages_signeddocument_modeladmin_index")
    assert "Начальник структурної одиниці" in client.get(listed).content.decode()
    assert "12/2026" in client.get(f"{listed}?countersigned=1").content.decode()
    assert "12/2026" not in client.get(f"{listed}?countersigned=0").content.decode()


def test_no_screen_waits_for_a_large_file(world: SigningWorld, settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"},
        "jobs": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "imports", "mail"]},
    }
    large = customer_signer().cms(world.document.file.read())[:-1] + bytes(5 * 1024 * 1024)
    begin = time.process_time()
    signed = world.send(large)
    for client, address in (
        (client_of(world.owner), f"/cabinet/legal/{world.window}"),
        (client_of(world.operator), screen(signed)),
    ):
        assert "перевіряється" in client.get(address).content.decode()
    assert time.process_time() - begin < 3
