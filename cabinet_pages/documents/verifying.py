"""Verdicts on signatures: computed once by the chosen verifier, in the worker alone, and kept.

Verification in pure Python takes about three seconds for a megabyte and a quarter of a second for every signer, and a
small container may unpack to a large one. So no request computes: it reads what is known, and asks the worker for the
rest. The row of a verdict says that it was asked for, so a hundred looks ask once, and a worker that dies is noticed.
"""

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from cabinet_pages.access.models import private_storage
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.models import CounterSignature, SignatureVerdict, SignedDocument, SpoiledFile
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.verdicts import Detail, Finding, Signer, Verdict

logger = logging.getLogger(__name__)

Findings = tuple[Finding, ...]
_Row = TypeVar("_Row", bound=Model)

#: How long a check may take; after that whoever was to make it is taken for dead. The largest file takes some minutes.
LEASE: Final = timedelta(minutes=15)
#: So many checks of a file may die before it is given up.
MOST_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """A file in the private storage, and the SHA-256 that it is known by."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is on.

    Args:
        document: the document.
        signature: what lies beside it; None without one.
        is_counter: whether that is a file with which a consumer signed the document.
        document_sha256, signature_sha256: the digests that the verdict is known by; others than those of the files
            where the storage holds other bytes.
    """

    document: StoredBytes
    signature: StoredBytes | None
    is_counter: bool
    document_sha256: str
    signature_sha256: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the signatures of a file.

    Args:
        findings: None where they were not computed yet.
        is_asked: whether the worker was asked for them.
        is_given_up: whether checks of the file died too often.
        is_spoiled: whether the storage holds other bytes than those that came.
    """

    findings: Findings | None
    is_asked: bool = False
    is_given_up: bool = False
    is_spoiled: bool = False


def document_verifier() -> DocumentVerifier:
    """The verifier that the setting DOCUMENT_VERIFIER names.

    Raises:
        TypeError: what it names is no verifier, or takes other options.
        ImportError: it names nothing.
    """
    chosen = cabinet_settings.DOCUMENT_VERIFIER
    verifier = import_string(chosen["BACKEND"])(**chosen.get("OPTIONS", {}))
    if not isinstance(verifier, DocumentVerifier):
        raise TypeError(f"{chosen['BACKEND']} is not a DocumentVerifier")
    return verifier


# --- what is known --------------------------------------------------------------------------------------------------


def with_verdicts(documents: "QuerySet[SignedDocument]") -> "QuerySet[SignedDocument]":
    """Documents with what `knowledge_of` reads."""
    return _with_verdicts(documents, ("file", "sha256"), ("signature", "signature_sha256"), is_counter=False)


def with_counter_verdicts(files: "QuerySet[CounterSignature]") -> "QuerySet[CounterSignature]":
    """Counter-signed files with what `knowledge_of` reads."""
    return _with_verdicts(files, ("document_file", "document_sha256"), ("file", "sha256"), is_counter=True)


def knowledge_of(row: Any) -> Knowledge:
    """What is known of a row that `with_verdicts` or `with_counter_verdicts` gave."""
    attempts = row.verdict_attempts
    return Knowledge(
        findings=None if row.verdict_findings is None else _read(row.verdict_findings),
        is_asked=attempts is not None,
        is_given_up=attempts is not None and attempts > MOST_ATTEMPTS,
        is_spoiled=row.is_spoiled,
    )


def evidence_of(row: SignedDocument | CounterSignature) -> Evidence:
    """The files of a document, or of a counter-signed file with the document as it was."""
    if isinstance(row, CounterSignature):
        document = StoredBytes(row.document_file, row.document_sha256)
        signature: StoredBytes | None = StoredBytes(str(row.file), row.sha256)
    else:
        document = StoredBytes(str(row.file), row.sha256)
        signature = StoredBytes(str(row.signature), row.signature_sha256) if row.signature else None
    return Evidence(
        document=document,
        signature=signature,
        is_counter=isinstance(row, CounterSignature),
        document_sha256=getattr(row, "true_sha256", document.sha256),
        signature_sha256=getattr(row, "true_signature_sha256", signature.sha256 if signature else ""),
    )


def unchecked_documents() -> "QuerySet[SignedDocument]":
    """The documents that nobody has checked yet, given up ones left out; with what `evidence_of` reads."""
    return _unchecked(with_verdicts(SignedDocument.objects.filter(withdrawn=False)), is_counter=False)


def unchecked_counter_signatures() -> "QuerySet[CounterSignature]":
    """The counter-signed files that nobody has checked yet; see `unchecked_documents`."""
    return _unchecked(with_counter_verdicts(CounterSignature.objects.all()), is_counter=True)


def _with_verdicts(
    rows: "QuerySet[_Row]", document: tuple[str, str], signature: tuple[str, str], *, is_counter: bool
) -> "QuerySet[_Row]":
    annotated: Any = rows.annotate(
        is_spoiled=Exists(_spoiled(*document)) | Exists(_spoiled(*signature)),
        true_sha256=_true_sha256(*document),
        true_signature_sha256=_true_sha256(*signature),
    )
    verdict = _verdict_of_row(is_counter=is_counter)
    result: QuerySet[_Row] = annotated.annotate(
        verdict_findings=Subquery(verdict.values("findings")[:1]),
        verdict_attempts=Subquery(verdict.values("attempts")[:1]),
    )
    return result


def _unchecked(rows: "QuerySet[_Row]", *, is_counter: bool) -> "QuerySet[_Row]":
    over = Q(findings__isnull=False) | Q(attempts__gt=MOST_ATTEMPTS)
    return rows.filter(~Exists(_verdict_of_row(is_counter=is_counter).filter(over))).order_by("pk")


def _verdict_of_row(*, is_counter: bool) -> "QuerySet[SignatureVerdict]":
    return SignatureVerdict.objects.filter(
        document_sha256=OuterRef("true_sha256"),
        signature_sha256=OuterRef("true_signature_sha256"),
        verifier=_verifier_key(is_counter=is_counter),
    )


def _spoiled(path: str, sha256: str) -> "QuerySet[SpoiledFile]":
    return SpoiledFile.objects.filter(path=OuterRef(path), stated_sha256=OuterRef(sha256))


def _true_sha256(path: str, sha256: str) -> Coalesce:
    return Coalesce(Subquery(_spoiled(path, sha256).values("found_sha256")[:1]), F(sha256))


# --- who computes ---------------------------------------------------------------------------------------------------


def claim_asking(evidence: Evidence) -> bool:
    """Whether the worker is to be asked now: nothing is known yet, and nobody has asked who may still be waiting."""
    now = timezone.now()
    row, is_new = SignatureVerdict.objects.get_or_create(
        document_sha256=evidence.document_sha256,
        signature_sha256=evidence.signature_sha256,
        verifier=_verifier_key(is_counter=evidence.is_counter),
        defaults={"asked_at": now},
    )
    if is_new:
        return True
    forgotten = _pending(row).filter(Q(asked_at=None) | Q(asked_at__lt=now - LEASE), _is_free(now))
    return bool(forgotten.update(asked_at=now))


def check(evidence: Evidence) -> bool:
    """Compute what is not known yet, unless somebody else is at it; return whether it was computed.

    A lost file is noted in the log, and counts as a check that died.
    """
    row, _ = SignatureVerdict.objects.get_or_create(
        document_sha256=evidence.document_sha256,
        signature_sha256=evidence.signature_sha256,
        verifier=_verifier_key(is_counter=evidence.is_counter),
    )
    now = timezone.now()
    free = _pending(row).filter(_is_free(now))
    if not free.filter(attempts__lt=MOST_ATTEMPTS).update(started_at=now, attempts=F("attempts") + 1):
        free.update(attempts=MOST_ATTEMPTS + 1)
        return False
    try:
        _compute(evidence, row)
    except FileNotFoundError:
        logger.exception("The private storage has lost a file that was to be checked: %s", evidence.document.path)
        _pending(row).update(started_at=None)
        return False
    return True


def mend_spoiled_files() -> None:
    """Forget the spoiled files that hold their own bytes again, as after a restored backup."""
    for spoiled in SpoiledFile.objects.all():
        try:
            found = _sha256(_bytes(spoiled.path))
        except FileNotFoundError:
            continue
        if found == spoiled.stated_sha256:
            spoiled.delete()


def _pending(row: SignatureVerdict) -> "QuerySet[SignatureVerdict]":
    return SignatureVerdict.objects.filter(pk=row.pk, findings__isnull=True, attempts__lte=MOST_ATTEMPTS)


def _is_free(now: datetime) -> Q:
    return Q(started_at=None) | Q(started_at__lt=now - LEASE)


def _compute(evidence: Evidence, row: SignatureVerdict) -> None:
    content = _bytes(evidence.document.path)
    signature = _bytes(evidence.signature.path) if evidence.signature else None
    # By what the bytes are, not by what the row says of them: a verdict must never be found for other bytes.
    digests = (_sha256(content), _sha256(signature) if signature is not None else "")
    for stored, found in zip((evidence.document, evidence.signature), digests, strict=True):
        if stored is not None and stored.sha256 != found:
            logger.error("The private storage holds other bytes than those that came: %s", stored.path)
            SpoiledFile.objects.update_or_create(
                path=stored.path, stated_sha256=stored.sha256, defaults={"found_sha256": found}
            )
    key = _verifier_key(is_counter=evidence.is_counter)
    if digests != (row.document_sha256, row.signature_sha256):
        _pending(row).delete()
        row, _ = SignatureVerdict.objects.get_or_create(
            document_sha256=digests[0], signature_sha256=digests[1], verifier=key
        )
        if row.findings is not None:
            return
    verifier = document_verifier()
    if evidence.is_counter and signature is not None:
        # What it stands on is large, and this module is loaded by every process.
        counter_findings = import_string("cabinet_pages.documents.verification.counter_signed.counter_findings")
        findings = counter_findings(verifier, content, signature, own=_own_findings(digests[0]))
    else:
        findings = tuple(verifier.verify(content, signature))
    SignatureVerdict.objects.filter(pk=row.pk).update(
        findings=[_written(finding) for finding in findings], checked_at=timezone.now()
    )


def _own_findings(document_sha256: str) -> Findings:
    """What the branch's own signatures of a document are, as far as they were checked."""
    known = SignatureVerdict.objects.filter(
        document_sha256=document_sha256, verifier=_verifier_key(is_counter=False), findings__isnull=False
    )
    return tuple(finding for row in known for finding in _read(row.findings or ()))


def _bytes(path: str) -> bytes:
    with private_storage().open(path, "rb") as opened:
        content: bytes = opened.read()
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _verifier_key(*, is_counter: bool) -> str:
    """What a kept verdict depends on beside the bytes: which verifier, of what version, with which options."""
    chosen = cabinet_settings.DOCUMENT_VERIFIER
    version = import_string(chosen["BACKEND"]).version
    told = [chosen["BACKEND"], version, chosen.get("OPTIONS", {}), *(["counter-signed"] if is_counter else [])]
    return _sha256(json.dumps(told, sort_keys=True, default=str).encode())


def _written(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "signed_at": finding.signed_at.isoformat() if finding.signed_at else ""}


def _read(findings: Iterable[dict[str, Any]]) -> Findings:
    return tuple(
        Finding(
            verdict=Verdict(told["verdict"]),
            detail=Detail(told["detail"]),
            signer=Signer(**told["signer"]),
            signed_at=datetime.fromisoformat(told["signed_at"]) if told["signed_at"] else None,
            algorithm=told["algorithm"],
        )
        for told in findings
    )
