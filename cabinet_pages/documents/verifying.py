"""Verdicts on the signatures of documents: computed once by the chosen verifier, and kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.fields.files import FieldFile
from django.utils.module_loading import import_string

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.models import SignatureVerdict, SignedDocument
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.verdicts import Detail, Finding, Signer, Verdict

Findings = tuple[Finding, ...]


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


def known_findings(documents: Iterable[SignedDocument]) -> Mapping[tuple[str, str], Findings]:
    """What is already known of documents, by the digests of their files; one query."""
    digests = {document.sha256 for document in documents if document.sha256}
    known = SignatureVerdict.objects.filter(document_sha256__in=digests, verifier=_verifier_key())
    return {
        (document, signature): _read(findings)
        for document, signature, findings in known.values_list("document_sha256", "signature_sha256", "findings")
    }


def findings_of(document: SignedDocument) -> Findings:
    """What a verifier finds in the signatures of a document, computed at the first look and remembered.

    Raises:
        FileNotFoundError: the storage has lost the file or its signature.
    """
    known = known_findings([document])
    key = (document.sha256, document.signature_sha256)
    return known[key] if key in known else _compute(document, document_verifier())


def verify_new_documents() -> int:
    """Compute what nobody has looked at yet; return how many documents that were. A lost file is left out."""
    known = SignatureVerdict.objects.filter(
        document_sha256=OuterRef("sha256"), signature_sha256=OuterRef("signature_sha256"), verifier=_verifier_key()
    )
    verifier = document_verifier()
    count = 0
    waiting = SignedDocument.objects.filter(~Exists(known), withdrawn=False).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        document = SignedDocument.objects.filter(pk=pk).first()
        # Another document with the same bytes may have been before.
        if document is None or (document.sha256, document.signature_sha256) in known_findings([document]):
            continue
        try:
            _compute(document, verifier)
        except FileNotFoundError:
            continue
        count += 1
    return count


def _compute(document: SignedDocument, verifier: DocumentVerifier) -> Findings:
    content = _bytes(document.file)
    signature = _bytes(document.signature) if document.signature else None
    findings = tuple(verifier.verify(content, signature))
    # By what the bytes are, not by what the row says of them: a verdict must never be found for other bytes.
    SignatureVerdict.objects.bulk_create(
        [
            SignatureVerdict(
                document_sha256=hashlib.sha256(content).hexdigest(),
                signature_sha256=hashlib.sha256(signature).hexdigest() if signature is not None else "",
                verifier=_verifier_key(),
                findings=[_written(finding) for finding in findings],
            )
        ],
        ignore_conflicts=True,
    )
    return findings


def _bytes(file: FieldFile) -> bytes:
    with file.open("rb") as opened:
        content: bytes = opened.read()
    return content


def _verifier_key() -> str:
    """What a kept verdict depends on beside the bytes: which verifier, of what version, with which options."""
    chosen = cabinet_settings.DOCUMENT_VERIFIER
    version = import_string(chosen["BACKEND"]).version
    told = [chosen["BACKEND"], version, chosen.get("OPTIONS", {})]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _written(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "signed_at": finding.signed_at.isoformat() if finding.signed_at else ""}


def _read(findings: list[dict[str, Any]]) -> Findings:
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
