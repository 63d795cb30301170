"""The verifier of signed documents that ships. Loaded by whoever verifies, for what it stands on is large."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cabinet_pages.documents.verification.algorithms import DSTU_KEYS
from cabinet_pages.documents.verification.asic import container, looks_like_zip
from cabinet_pages.documents.verification.chains import Chains
from cabinet_pages.documents.verification.cms import (
    TIME_STAMP,
    Checked,
    SignedData,
    check,
    looks_like_cms,
    signed_data,
)
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.pades import (
    Embedded,
    embedded_signatures,
    looks_like_pdf,
    only_permitted_changes,
)
from cabinet_pages.documents.verification.verdicts import Detail, Finding, UnknownAlgorithm, Unreadable, Verdict

_PEM: Final = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,30}-----(.+?)-----END", re.DOTALL)
_CORRECT: Final = (Verdict.VALID, Verdict.CHAIN_UNCHECKED)


class OwnVerifier(DocumentVerifier):
    """КЕП by DSTU 4145-2002 and signatures by RSA and ECDSA, in CAdES, ASiC and PAdES.

    Args:
        roots: files with certificates (PEM, DER) that chains of RSA and ECDSA certificates may end in. Without any,
            and for КЕП always, the chain is not checked, and no signature is called valid.
        max_bytes: the largest file and the largest container that are looked into.
    """

    version = "2"

    def __init__(self, *, roots: Sequence[str | Path] = (), max_bytes: int = 50 * 1024 * 1024) -> None:
        self.chains = Chains(roots) if roots else None
        self.max_bytes = max_bytes

    def verify(self, document: bytes, signature: bytes | None) -> Sequence[Finding]:
        """See DocumentVerifier."""
        try:
            if max(len(document), len(signature or b"")) > self.max_bytes:
                raise Unreadable("too large", Detail.TOO_LARGE)
            return tuple(self._beside(document, signature) if signature is not None else self._inside(document))
        except UnknownAlgorithm as error:
            return (Finding(Verdict.UNKNOWN_ALGORITHM, error.detail, algorithm=error.name),)
        except Unreadable as error:
            return (Finding(Verdict.UNREADABLE, error.detail),)

    def _beside(self, document: bytes, signature: bytes) -> Iterator[Finding]:
        if looks_like_zip(signature):
            found = list(self._container(signature, document))
            if not found:
                raise Unreadable("an archive without signatures")
            yield from found
        else:
            yield from self._cms(signed_data(_binary(signature)), document)
        if looks_like_pdf(document):
            # Sealed inside and signed beside: both count.
            yield from self._pdf(document)

    def _inside(self, document: bytes) -> Iterator[Finding]:
        # A PDF is asked for last: it may lie, uncompressed, at the beginning of a container or an attached signature.
        if looks_like_zip(document):
            yield from self._container(document, None)
        elif looks_like_cms(binary := _binary(document)):
            data = signed_data(binary)
            if data.content is None:
                raise Unreadable("a detached signature without what it signs")
            yield from self._cms(data, None)
        elif looks_like_pdf(document):
            yield from self._pdf(document)

    def _cms(self, data: SignedData, content: bytes | None) -> Iterator[Finding]:
        for checked in check(data, content):
            yield self._with_chain(checked, data)

    def _with_chain(self, checked: Checked, data: SignedData) -> Finding:
        """The finding, valid where the chain leads to a root."""
        finding, certificate = checked.finding, checked.certificate
        if finding.verdict != Verdict.CHAIN_UNCHECKED or certificate is None or self.chains is None:
            return finding
        if certificate.key_algorithm in DSTU_KEYS:
            return finding
        if self.chains.reach(certificate, data.certificates, finding.signed_at):
            return replace(finding, verdict=Verdict.VALID)
        return replace(finding, detail=Detail.UNTRUSTED)

    def _container(self, archive: bytes, document: bytes | None) -> Iterator[Finding]:
        opened = container(archive, self.max_bytes)
        if opened is None:
            return
        covered = frozenset[str]().union(
            *(sealed.covered for sealed in opened.signatures if not isinstance(sealed, ValueError))
        )
        stranger = document is not None and document not in [opened.documents.get(name) for name in covered]
        for sealed in opened.signatures:
            if isinstance(sealed, UnknownAlgorithm):
                yield Finding(Verdict.UNKNOWN_ALGORITHM, sealed.detail, algorithm=sealed.name)
            elif isinstance(sealed, Unreadable):
                yield Finding(Verdict.UNREADABLE, sealed.detail)
            else:
                altered = Detail.CONTENT if sealed.altered or stranger else Detail.NONE
                if not altered and sealed.covered != opened.documents.keys():
                    altered = Detail.OUTSIDE
                yield from _altered(self._signed_by(sealed.cms, sealed.content), altered)

    def _pdf(self, document: bytes) -> Iterator[Finding]:
        for embedded in embedded_signatures(document):
            if isinstance(embedded, Unreadable):
                yield Finding(Verdict.UNREADABLE, embedded.detail)
                continue
            added = embedded.end != len(document)
            for finding in self._of_range(embedded):
                if not added or finding.verdict not in _CORRECT:
                    yield finding
                elif only_permitted_changes(document, embedded):
                    yield replace(finding, detail=Detail.REVISION)
                else:
                    yield replace(finding, verdict=Verdict.ALTERED, detail=Detail.OUTSIDE)

    def _of_range(self, embedded: Embedded) -> list[Finding]:
        try:
            data = signed_data(embedded.cms)
            if data.content_type == TIME_STAMP:
                # It tells when, not who, and nothing here trusts it.
                return []
            if data.content is not None:
                raise UnknownAlgorithm("adbe.pkcs7.sha1")
            return list(self._cms(data, embedded.covered))
        except UnknownAlgorithm as error:
            return [Finding(Verdict.UNKNOWN_ALGORITHM, error.detail, algorithm=error.name)]
        except Unreadable as error:
            return [Finding(Verdict.UNREADABLE, error.detail)]

    def _signed_by(self, cms: bytes, content: bytes) -> list[Finding]:
        try:
            return list(self._cms(signed_data(_binary(cms)), content))
        except Unreadable as error:
            return [Finding(Verdict.UNREADABLE, error.detail)]


def _altered(findings: Iterable[Finding], detail: Detail) -> Iterator[Finding]:
    """The findings, those that would be correct called altered where there is a reason."""
    for finding in findings:
        if detail and finding.verdict in _CORRECT:
            yield replace(finding, verdict=Verdict.ALTERED, detail=detail)
        else:
            yield finding


def _binary(data: bytes) -> bytes:
    """The bytes of a file that may be written as text: PEM, or Base64 alone."""
    head = data[:64].lstrip()
    if head.startswith(b"-----BEGIN "):
        found = _PEM.search(data)
        text = found[1] if found else b""
    elif head.startswith(b"MI"):
        text = data
    else:
        return data
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise Unreadable("Base64") from error
