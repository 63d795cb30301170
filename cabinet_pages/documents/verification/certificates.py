"""What a verifier needs of X.509 certificates, of which common libraries cannot read the Ukrainian keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cabinet_pages.documents.verification import der
from cabinet_pages.documents.verification.der import Element
from cabinet_pages.documents.verification.verdicts import Signer, Unreadable

_COMMON_NAME: Final = "2.5.4.3"
_SERIAL_NUMBER: Final = "2.5.4.5"
_ORGANIZATION: Final = "2.5.4.10"
_ORGANIZATION_ID: Final = "2.5.4.97"
_KEY_IDENTIFIER: Final = "2.5.29.14"
_DIRECTORY_ATTRIBUTES: Final = "2.5.29.9"
_RNOKPP: Final = "1.2.804.2.1.1.1.11.1.4.1.1"
_EDRPOU: Final = "1.2.804.2.1.1.1.11.1.4.2.1"
# ETSI EN 319 412-1: what kind of a number, whose country, the number.
_SEMANTIC: Final = re.compile(r"(NTR|VAT|TIN|IDC|PNO)UA-(\d{8,10})")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as far as signatures need it.

    Args:
        raw: its bytes.
        serial: its number.
        issuer: the issuer's name as it is encoded.
        key_algorithm: the object identifier of its key.
        key_parameters: of that algorithm; None without any.
        key: the bits of the key.
        key_info: the whole SubjectPublicKeyInfo.
        key_identifier: of the extension of that name; b"" without it.
        signer: whom it names.
    """

    raw: bytes
    serial: int
    issuer: bytes
    key_algorithm: str
    key_parameters: Element | None
    key: bytes
    key_info: bytes
    key_identifier: bytes
    signer: Signer


def certificate(element: Element) -> Certificate:
    """Read a certificate. Raises Unreadable."""
    parts = element.expect(der.SEQUENCE).children()
    if len(parts) != 3:
        raise Unreadable("a certificate has three parts")
    fields = parts[0].expect(der.SEQUENCE).children()
    if fields and fields[0].tag == der.context(0):
        fields = fields[1:]
    if len(fields) < 6:
        raise Unreadable("a certificate lacks fields")
    number, _, issuer, _, subject, key_info = fields[:6]
    algorithm, key = _two(key_info.expect(der.SEQUENCE))
    kind, *parameters = algorithm.expect(der.SEQUENCE).children()
    if len(parameters) > 1:
        raise Unreadable("an algorithm has one set of parameters")
    extensions = dict(_extensions(fields[6:]))
    names, issuer_names = dict(_names(subject)), dict(_names(issuer))
    codes = dict(_directory_attributes(extensions.get(_DIRECTORY_ATTRIBUTES)))
    serial = number.expect(der.INTEGER).integer()
    return Certificate(
        raw=element.raw,
        serial=serial,
        issuer=issuer.raw,
        key_algorithm=kind.oid(),
        key_parameters=parameters[0] if parameters else None,
        key=key.expect(der.BIT_STRING).bits(),
        key_info=key_info.raw,
        key_identifier=der.read(extensions[_KEY_IDENTIFIER]).octets() if _KEY_IDENTIFIER in extensions else b"",
        signer=Signer(
            name=names.get(_COMMON_NAME) or names.get(_ORGANIZATION, ""),
            organization=names.get(_ORGANIZATION, ""),
            edrpou=codes.get(_EDRPOU) or _semantic(names.get(_ORGANIZATION_ID, ""), ("NTR", "VAT")),
            rnokpp=codes.get(_RNOKPP) or _semantic(names.get(_SERIAL_NUMBER, ""), ("TIN", "PNO")),
            issuer=issuer_names.get(_COMMON_NAME) or issuer_names.get(_ORGANIZATION, ""),
            serial=f"{serial:X}",
        ),
    )


def _two(element: Element) -> tuple[Element, Element]:
    parts = element.children()
    if len(parts) != 2:
        raise Unreadable("two parts were expected")
    return parts[0], parts[1]


def _names(name: Element) -> Iterator[tuple[str, str]]:
    """Attributes of a name: object identifier → text, shortened to what a screen can show."""
    for group in name.expect(der.SEQUENCE).children():
        for attribute in group.expect(der.SET).children():
            kind, value = _two(attribute)
            yield kind.oid(), _shown(value)


def _shown(value: Element) -> str:
    """A text without control characters, of bounded length."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", " ", value.text()).split())[
        :255
    ]


def _extensions(fields: list[Element]) -> Iterator[tuple[str, bytes]]:
    for field in fields:
        if field.tag != der.context(3):
            continue
        for extension in field.only().expect(der.SEQUENCE).children():
            parts = extension.expect(der.SEQUENCE).children()
            if len(parts) == 3 and parts[1].tag == der.BOOLEAN:
                del parts[1]
            if [part.tag for part in parts] != [der.OID, der.OCTET_STRING]:
                raise Unreadable("an extension of a certificate")
            yield parts[0].oid(), parts[1].content


def _directory_attributes(content: bytes | None) -> Iterator[tuple[str, str]]:
    if content is None:
        return
    for attribute in der.read(content).expect(der.SEQUENCE).children():
        kind, values = _two(attribute)
        for value in der.elements(values.expect(der.SET).content):
            yield kind.oid(), _shown(value)


def _semantic(text: str, kinds: tuple[str, ...]) -> str:
    found = _SEMANTIC.fullmatch(text)
    return found[2] if found and found[1] in kinds else ""
