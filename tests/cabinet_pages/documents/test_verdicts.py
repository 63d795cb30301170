"""What the documents window says of signatures, and that each is computed once."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

import pytest
from django.core.files.base import ContentFile

from cabinet_pages.documents.models import SignatureVerdict, SignedDocument
from cabinet_pages.documents.promotion import DocumentRow, promote_documents
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.verdicts import Finding, Signer, Verdict
from cabinet_pages.documents.verifying import document_verifier, findings_of, verify_new_documents
from tests import factories
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


@pytest.fixture
def account() -> Any:
    factories.make_site()
    return factories.make_account("80-431930")


@pytest.fixture
def owner(account: Any) -> Any:
    user = factories.make_user()
    factories.grant(user, account)
    return user


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
    assert "Перевірити підпис" in before.text
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
    assert verify_new_documents() == 2
    assert verify_new_documents() == 0
    assert findings_of(first) == findings_of(second) == findings_of(unsigned)
    assert len(counting.asked) == 2
    options = {"BACKEND": "cabinet_pages.documents.verification.verifier.OwnVerifier", "OPTIONS": {"max_bytes": 3}}
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": options}
    assert findings_of(first)[0].verdict == Verdict.UNREADABLE
    settings.WAGTAIL_CABINET = {}
    assert findings_of(first)[0].verdict == Verdict.CHAIN_UNCHECKED
    assert findings_of(unsigned) == ()


def test_a_verdict_is_never_found_for_other_bytes(account: Any) -> None:
    honest = make_document(account, "1")
    findings_of(honest)
    # A row that claims the digest of another file says nothing that would be remembered for that one.
    liar = make_document(account, "2", content=b"something else")
    SignatureVerdict.objects.all().delete()
    SignedDocument.objects.filter(pk=liar.pk).update(sha256=honest.sha256)
    liar.refresh_from_db()
    assert findings_of(liar)[0].verdict == Verdict.ALTERED
    assert findings_of(honest)[0].verdict == Verdict.CHAIN_UNCHECKED


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
    assert verify_new_documents() == 1
    assert findings_of(kept)
    assert client_of(owner).get(f"/cabinet/legal/{WINDOW}{lost.uuid}/").status_code == 404
    assert str(lost.uuid) in caplog.text


def test_a_setting_that_names_no_verifier_is_refused(settings: Any) -> None:
    settings.WAGTAIL_CABINET = {"DOCUMENT_VERIFIER": {"BACKEND": "builtins.dict"}}
    with pytest.raises(TypeError, match="is not a DocumentVerifier"):
        document_verifier()
