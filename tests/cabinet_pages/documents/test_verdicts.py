"""What the documents window says of signatures, and that each is computed once."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django_tasks.signals import task_enqueued

from cabinet_pages.documents.models import SignatureVerdict, SignedDocument, SpoiledFile
from cabinet_pages.documents.promotion import DocumentRow, promote_documents
from cabinet_pages.documents.tasks import ask_to_check, verify_document, verify_documents
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.verdicts import Finding, Signer, Verdict
from cabinet_pages.documents.verifying import (
    LEASE,
    MOST_ATTEMPTS,
    Knowledge,
    check,
    claim_asking,
    document_verifier,
    evidence_of,
    knowledge_of,
    with_verdicts,
)
from tests.support.kep import M163, KepSigner
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "documents/80-431930/"
CONTENT = "Акт звіряння".encode()
SIGNER = KepSigner("Шевченко Тарас", edrpou="00131512", group=M163, seed=7)
SIGNATURE = SIGNER.cms(CONTENT)
PERSON = KepSigner("Косач Лариса", edrpou="", rnokpp="1234567899", group=M163, seed=8)


class CountingVerifier(DocumentVerifier):
    """Counts how often it is asked."""

    asked: ClassVar[list[tuple[bytes, bytes | None]]] = []

    def verify(self, document: bytes, signature: bytes | None) -> Sequence[Finding]:
        self.asked.append((document, signature))
        return [Finding(Verdict.VALID, signer=Signer(name="Хтось"))]


@pytest.fixture
def counting(settings: Any) -> type[CountingVerifier]:
    CountingVerifier.asked.clear()
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": {"BACKEND": f"{__name__}.CountingVerifier"}}
    return CountingVerifier


class Dying(CountingVerifier):
    """Ends the worker."""

    def verify(self, document: bytes, signature: bytes | None) -> Sequence[Finding]:
        raise KeyboardInterrupt


@pytest.fixture
def queue(settings: Any) -> Iterator[list[Any]]:
    """The ids that the worker is asked to check, by a backend that only remembers them."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"},
        "jobs": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "imports", "mail"]},
    }
    asked: list[Any] = []

    def note(sender: Any, task_result: Any, **kwargs: Any) -> None:
        asked.extend(task_result.args)

    task_enqueued.connect(note)
    yield asked
    task_enqueued.disconnect(note)


def make_document(
    account: Any, number: str = "1", content: bytes = CONTENT, signature: bytes | None = SIGNATURE
) -> SignedDocument:
    document = SignedDocument(
        account=account,
        kind="Акт",
        number=number,
        dated=date(2026, 1, 31),
        file_name="акт.txt",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    document.file.save("act", ContentFile(content), save=False)
    if signature is not None:
        document.signature_sha256 = hashlib.sha256(signature).hexdigest()
        document.signature_name = "акт.p7s"
        document.signature.save("act.p7s", ContentFile(signature), save=False)
    document.save()
    return document


def known(document: SignedDocument) -> Knowledge:
    return knowledge_of(with_verdicts(SignedDocument.objects.filter(pk=document.pk)).get())


def findings_of(document: SignedDocument) -> Any:
    """What is found of a document by a worker that is asked now."""
    ask_to_check(with_verdicts(SignedDocument.objects.filter(pk=document.pk)).get())
    return known(document).findings


def verify_all() -> int:
    """What the worker does after an import."""
    return int(verify_documents.call())


def test_the_page_of_a_document_tells_the_signer_and_what_was_not_checked(account: Any, owner: Any) -> None:
    document = make_document(account)
    text = visit(client_of(owner), f"{WINDOW}{document.uuid}/").text
    for words in (
        "підпис математично правильний",
        "Підпис математично правильний; чинність сертифіката не перевірялась.",
        "Шевченко Тарас",
        "00131512",
        "Тестовий надавач",
        "5A0007",
        "31.10.2026 14:30:00",
        "ДСТУ 4145-2002 (m=163) + ГОСТ 34.311-95",
        "czo.gov.ua/verify",
        document.sha256,
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("content", "signature", "label", "sentence"),
    [
        (CONTENT + b"!", SIGNATURE, "документ змінено", "Документ не той, який підписано"),
        (CONTENT, SIGNATURE[:-1] + b"\x01", "підпис неправильний", "Підпис не відповідає ключу"),
        (
            CONTENT,
            SIGNER.cms(CONTENT, signature_oid="1.2.804.2.1.1.1.1.3.6.1"),
            "підпис не перевірено",
            "Кабінет не обчислює цього алгоритму",
        ),
        (CONTENT, b"0\x82\x01\x00 signature", "підпис не читається", "Підпис не вдалося прочитати"),
    ],
)
def test_every_bad_verdict_has_its_label_and_its_sentence(
    account: Any, owner: Any, content: bytes, signature: bytes, label: str, sentence: str
) -> None:
    document = make_document(account, content=content, signature=signature)
    client = client_of(owner)
    assert sentence in visit(client, f"{WINDOW}{document.uuid}/").text
    text = visit(client, WINDOW).text
    assert label in text
    assert "математично правильний" not in text


def test_the_list_shows_what_is_known_and_computes_nothing(account: Any, owner: Any, counting: Any) -> None:
    document = make_document(account)
    client = client_of(owner)
    before = visit(client, WINDOW)
    assert counting.asked == []
    assert "підпис додано" in before.text
    for _ in range(2):
        visit(client, f"{WINDOW}{document.uuid}/")
    assert len(counting.asked) == 1
    after = visit(client, WINDOW)
    assert len(counting.asked) == 1
    assert "підпис правильний, сертифікат перевірено" in after.text
    assert "відкликання не перевірялося" in after.text
    assert "Хтось" in after.text
    assert before.queries == after.queries <= 15


def test_both_signers_of_one_file_are_named_in_the_list(account: Any, owner: Any) -> None:
    document = make_document(account, signature=SIGNER.cms(CONTENT, others=[PERSON]))
    findings_of(document)
    text = visit(client_of(owner), WINDOW).text
    assert "Шевченко Тарас, ЄДРПОУ 00131512" in text
    assert "Косач Лариса, РНОКПП 1234567899" in text
    assert text.count("чинність сертифіката не перевірялась") == 2


def test_a_document_without_a_signature_says_so(account: Any, owner: Any) -> None:
    document = make_document(account, signature=None)
    client = client_of(owner)
    assert "Цей документ не має підпису" in visit(client, f"{WINDOW}{document.uuid}/").text
    assert "без підпису" in visit(client, WINDOW).text


def test_equal_bytes_are_computed_once_and_another_verifier_computes_anew(
    account: Any, counting: Any, settings: Any
) -> None:
    first, second = make_document(account, "1"), make_document(account, "2")
    unsigned = make_document(account, "3", signature=None)
    assert verify_all() == 2
    assert verify_all() == 0
    assert findings_of(first) == findings_of(second) == findings_of(unsigned)
    assert len(counting.asked) == 2
    options = {"BACKEND": "cabinet_pages.documents.verification.verifier.OwnVerifier", "OPTIONS": {"max_bytes": 3}}
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": options}
    assert findings_of(first)[0].verdict == Verdict.UNREADABLE
    settings.WAGTAIL_CABINET = {}
    assert findings_of(first)[0].verdict == Verdict.CHAIN_UNCHECKED
    assert findings_of(unsigned) == ()


def test_a_verdict_is_never_found_for_other_bytes(account: Any, owner: Any, caplog: Any) -> None:
    honest = make_document(account, "1")
    # A row that claims the digest of another file says nothing that would be remembered for that one.
    liar = make_document(account, "2", content=b"something else")
    SignedDocument.objects.filter(pk=liar.pk).update(sha256=honest.sha256)
    liar.refresh_from_db()
    assert findings_of(liar)[0].verdict == Verdict.ALTERED
    assert findings_of(honest)[0].verdict == Verdict.CHAIN_UNCHECKED
    assert findings_of(liar)[0].verdict == Verdict.ALTERED
    assert liar.file.name in caplog.text
    assert "У сховищі не ті байти, що надійшли" in visit(client_of(owner), f"{WINDOW}{liar.uuid}/").text
    assert "У сховищі" not in visit(client_of(owner), f"{WINDOW}{honest.uuid}/").text
    assert visit(client_of(owner), WINDOW).text.count("збережений файл пошкоджено") == 1


@pytest.mark.parametrize("spoilt", ["file", "signature"])
def test_a_file_that_is_not_what_it_was_is_read_once_and_not_at_every_look(
    account: Any, owner: Any, counting: Any, spoilt: str
) -> None:
    document = make_document(account)
    field = "sha256" if spoilt == "file" else "signature_sha256"
    SignedDocument.objects.filter(pk=document.pk).update(**{field: "0" * 64})
    client = client_of(owner)
    for _ in range(3):
        assert "Хтось" in visit(client, f"{WINDOW}{document.uuid}/").text
        verify_all()
    assert len(counting.asked) == 1
    assert known(document).is_spoiled
    found = SpoiledFile.objects.get()
    assert (found.stated_sha256, found.found_sha256) != ("0" * 64, "0" * 64)


def test_a_file_that_is_mended_is_no_longer_called_spoiled(account: Any) -> None:
    document = make_document(account)
    path = document.file.name
    document.file.storage.delete(path)
    document.file.storage.save(path, ContentFile(b"spoiled"))
    assert findings_of(document)[0].verdict == Verdict.ALTERED
    document.file.storage.delete(path)
    document.file.storage.save(path, ContentFile(CONTENT))
    verify_all()
    assert (known(document).is_spoiled, findings_of(document)[0].verdict) == (False, Verdict.CHAIN_UNCHECKED)


# --- who computes, and when -----------------------------------------------------------------------------------------


def test_no_page_computes_a_hundred_looks_ask_once_and_it_says_when_to_look_again(
    account: Any, owner: Any, counting: Any, queue: list[Any]
) -> None:
    document = make_document(account)
    SignedDocument.objects.update(size=25 * 1024 * 1024)
    client = client_of(owner)
    for _ in range(5):
        text = visit(client, f"{WINDOW}{document.uuid}/").text
        assert "Підпис перевіряється. Відкрийте цю сторінку знову через 3 хвилини." in text
    assert (counting.asked, queue) == ([], [document.pk])
    assert "перевіряється" in visit(client, WINDOW).text


def test_a_worker_that_died_is_replaced_after_its_lease_and_given_up_after_three(
    account: Any, owner: Any, queue: list[Any], settings: Any
) -> None:
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": {"BACKEND": f"{__name__}.Dying"}}
    document = make_document(account)
    row = with_verdicts(SignedDocument.objects.filter(pk=document.pk)).get
    for attempt in range(1, MOST_ATTEMPTS + 1):
        ask_to_check(row())
        # The worker begins, and its process is gone: of all it did, the beginning alone is stored.
        with pytest.raises(KeyboardInterrupt):
            check(evidence_of(row()))
        assert SignatureVerdict.objects.get().attempts == attempt
        ask_to_check(row())
        assert len(queue) == attempt
        before = timezone.now() - LEASE * 2
        SignatureVerdict.objects.update(started_at=before, asked_at=before)
    ask_to_check(row())
    check(evidence_of(row()))
    assert known(document).is_given_up
    assert "кілька разів переривалася" in visit(client_of(owner), f"{WINDOW}{document.uuid}/").text
    assert not claim_asking(evidence_of(row()))


def test_two_workers_do_not_check_the_same_file_at_once(account: Any, counting: Any) -> None:
    document = make_document(account)
    claim_asking(evidence_of(document))
    SignatureVerdict.objects.update(started_at=timezone.now())
    assert not check(evidence_of(document))
    assert counting.asked == []


def test_every_check_puts_the_next_look_into_the_queue_where_that_can_wait(
    account: Any, counting: Any, queue: list[Any], monkeypatch: Any
) -> None:
    document = make_document(account)
    monkeypatch.setattr("django_tasks.backends.dummy.DummyBackend.supports_defer", True)
    verify_document.call(document.pk)
    assert (len(counting.asked), queue) == (1, [document.pk])
    verify_document.call(document.pk)
    verify_document.call(0)
    assert (len(counting.asked), queue) == (1, [document.pk])


def test_promoted_documents_are_checked_by_the_worker(
    account: Any, counting: Any, django_capture_on_commit_callbacks: Any
) -> None:
    files = {hashlib.sha256(data).hexdigest(): data for data in (CONTENT, SIGNATURE)}
    digest, signature = files
    row = DocumentRow(
        None, account.pk, "Акт", "9", date(2026, 1, 31), "", None, None, False,
        "a.txt", digest, len(CONTENT), "a.p7s", signature,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        promote_documents(rows=[row], content=lambda sha256: ContentFile(files[sha256]).open("rb"))
    assert counting.asked == [(CONTENT, SIGNATURE)]
    assert SignatureVerdict.objects.get().document_sha256 == digest


def test_a_lost_file_stops_neither_the_worker_nor_the_page(account: Any, owner: Any, caplog: Any) -> None:
    lost, kept = make_document(account, "1", content=b"lost"), make_document(account, "2")
    lost.file.storage.delete(lost.file.name)
    assert [verify_all() for _ in range(5)] == [1, 0, 0, 0, 0]
    assert findings_of(kept)
    assert client_of(owner).get(f"/cabinet/legal/{WINDOW}{lost.uuid}/").status_code == 404
    assert str(lost.uuid) in caplog.text


def test_a_setting_that_names_no_verifier_is_refused(settings: Any) -> None:
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": {"BACKEND": "builtins.dict"}}
    with pytest.raises(TypeError, match="is not a DocumentVerifier"):
        document_verifier()
