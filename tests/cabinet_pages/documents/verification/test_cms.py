"""Verdicts on CMS files made by an independent signer, and by a common library."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from cabinet_pages.documents.verification.verdicts import Detail, Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from tests.support import kep
from tests.support.scale import chance, scaled

CONTENT = "Акт звіряння розрахунків № 12".encode() * 5
VERIFIER = OwnVerifier()


@cache
def small() -> kep.KepSigner:
    return kep.KepSigner("Мала Крива", group=kep.M163, seed=3)


@cache
def ordinary() -> kep.KepSigner:
    return kep.KepSigner("Звичайна Крива", edrpou="", rnokpp="1234567899", seed=4)


def verdicts(document: bytes, signature: bytes | None) -> list[tuple[Verdict, Detail]]:
    return [(found.verdict, found.detail) for found in VERIFIER.verify(document, signature)]


RIGHT = (Verdict.CHAIN_UNCHECKED, Detail.NONE)


@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize("attributes", [False, True])
def test_a_signature_of_another_program_is_right(attached: bool, attributes: bool) -> None:
    signature = ordinary().cms(CONTENT, attached=attached, attributes=attributes)
    (found,) = VERIFIER.verify(CONTENT, signature)
    assert (found.verdict, found.detail) == RIGHT
    assert (found.signer.name, found.signer.rnokpp, found.signer.edrpou) == ("Звичайна Крива", "1234567899", "")
    assert found.signed_at == (kep.MOMENT if attributes else None)
    altered = Verdict.ALTERED if attributes or attached else Verdict.WRONG
    assert [found.verdict for found in VERIFIER.verify(CONTENT + b"!", signature)] == [altered]


def test_parameters_written_out_and_another_table_are_honoured() -> None:
    signer = kep.KepSigner(group=kep.M163, explicit=True, sbox=kep.OF_THE_EXAMPLES, seed=5)
    assert verdicts(CONTENT, signer.cms(CONTENT)) == [RIGHT]


def test_a_curve_of_ones_own_is_no_standard_one() -> None:
    trap = kep.Group(163, (7, 6, 3), 1, 1, kep.M163.n, kep.M163.base, 0)
    signer = kep.KepSigner(group=kep.M163, seed=6)
    signer.group, signer.explicit = trap, True
    signer.certificate = signer._certificate()
    assert [found for found, _ in verdicts(CONTENT, signer.cms(CONTENT))] == [Verdict.UNKNOWN_ALGORITHM]


def test_each_of_several_signers_has_a_verdict() -> None:
    both = small().cms(CONTENT, others=[ordinary()])
    assert verdicts(CONTENT, both) == [RIGHT, RIGHT]
    # The last bytes of the file are those of the last signature in it.
    changed = both[:-1] + bytes([both[-1] ^ 1])
    assert [found for found, _ in verdicts(CONTENT, changed)] == [Verdict.CHAIN_UNCHECKED, Verdict.WRONG]


def test_another_certificate_of_the_same_key_is_noticed() -> None:
    signer = kep.KepSigner("Перший Підписувач", group=kep.M163, seed=9)
    signature = signer.cms(CONTENT)
    # The same key and number under another name of the same length, in the place of the certificate that signed.
    other = kep.KepSigner("Другий Підписувач", group=kep.M163, seed=9)
    for _ in range(200):
        if len(other.certificate) == len(signer.certificate):
            break
        other.certificate = other._certificate()
    swapped = signature.replace(signer.certificate, other.certificate)
    assert swapped != signature
    assert verdicts(CONTENT, swapped) == [(Verdict.WRONG, Detail.CERTIFICATE)]
    assert verdicts(CONTENT, signer.cms(CONTENT, names_certificate=False)) == [RIGHT]


@pytest.mark.parametrize(
    ("digest_oid", "signature_oid", "name"),
    [
        (kep.GOST, "1.2.804.2.1.1.1.1.3.6.1", "ДСТУ 4145-2002 + Купина-256"),
        ("1.2.804.2.1.1.1.1.2.2.1", kep.DSTU, "Купина-256"),
        (kep.GOST, "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.11"),
        ("1.3.14.3.2.26", kep.DSTU, "SHA-1"),
    ],
)
def test_an_unknown_algorithm_is_named_and_never_wrong(digest_oid: str, signature_oid: str, name: str) -> None:
    signature = small().cms(CONTENT, digest_oid=digest_oid, signature_oid=signature_oid)
    (found,) = VERIFIER.verify(CONTENT, signature)
    assert (found.verdict, found.algorithm) == (Verdict.UNKNOWN_ALGORITHM, name)
    assert found.signer.name == "Мала Крива"


def test_text_forms_of_a_signature_are_read() -> None:
    signature = small().cms(CONTENT)
    text = base64.encodebytes(signature)
    assert verdicts(CONTENT, text) == [RIGHT]
    assert verdicts(CONTENT, b"-----BEGIN PKCS7-----\n" + text + b"-----END PKCS7-----\n") == [RIGHT]
    assert verdicts(CONTENT, b"MI*" + text) == [(Verdict.UNREADABLE, Detail.NONE)]


def test_the_indefinite_lengths_of_streaming_signers_are_read() -> None:
    signature = small().cms(CONTENT, attached=True)
    definite = kep.tlv(0xA0, kep.tlv(4, CONTENT))
    pieces = b"".join(kep.tlv(4, CONTENT[at : at + 50]) for at in range(0, len(CONTENT), 50))
    indefinite = b"\xa0\x80\x24\x80" + pieces + b"\x00\x00\x00\x00"
    assert definite in signature
    inner = signature[signature.index(b"\x02\x01\x01") :].replace(
        kep.sequence(kep.oid(kep.DATA), definite), b"\x30\x80" + kep.oid(kep.DATA) + indefinite + b"\x00\x00"
    )
    streamed = b"\x30\x80" + kep.oid("1.2.840.113549.1.7.2") + b"\xa0\x80\x30\x80" + inner + b"\x00\x00" * 3
    assert verdicts(CONTENT, streamed) == [RIGHT]
    assert verdicts(streamed, None) == [RIGHT]
    assert verdicts(CONTENT, streamed[:-1])[0][0] == Verdict.UNREADABLE
    assert verdicts(CONTENT, streamed + b"\x00\x00")[0][0] == Verdict.UNREADABLE


def test_no_changed_byte_of_a_small_file_comes_out_as_correct() -> None:
    """Every byte in the long form; a sample of them in the short one."""
    source = chance("flips")
    for attached in (False, True):
        signature = small().cms(CONTENT, attached=attached)
        step = scaled(23, 1)
        for at in range(source.randrange(step), len(signature), step):
            for mask in {1 << source.randrange(8), source.randrange(1, 256)} if step > 1 else range(1, 256, 6):
                changed = signature[:at] + bytes([signature[at] ^ mask]) + signature[at + 1 :]
                found = VERIFIER.verify(CONTENT, changed)
                assert found, (at, mask)
                assert not {one.verdict for one in found} & {Verdict.VALID, Verdict.CHAIN_UNCHECKED}, (at, mask)


# --- RSA and ECDSA --------------------------------------------------------------------------------------------------


def authority(key: Any, issuer_key: Any, subject: str, issuer: str, *, is_root: bool = False, days: int = 400) -> Any:
    now = datetime.now(UTC)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=500))
        .not_valid_after(now - timedelta(days=500) + timedelta(days=500 + days))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    )
    if not is_root:
        flags = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
        )
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **flags
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pkcs7_signature(certificate: Any, key: Any, *options: Any, pad: Any = None, algorithm: Any = None) -> bytes:
    extra = {"rsa_padding": pad} if pad is not None else {}
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(certificate, key, algorithm or hashes.SHA256(), **extra)
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


DETACHED = pkcs7.PKCS7Options.DetachedSignature
BARE = pkcs7.PKCS7Options.NoAttributes


@pytest.mark.parametrize(
    ("make_key", "pad", "algorithm", "name"),
    [
        (rsa_key, None, hashes.SHA256(), "RSA 2048 + SHA-256"),
        (rsa_key, None, hashes.SHA512(), "RSA 2048 + SHA-512"),
        (
            rsa_key,
            padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
            hashes.SHA256(),
            "RSA-PSS 2048 + SHA-256",
        ),
        (ec_key, None, hashes.SHA384(), "ECDSA secp256r1 + SHA-384"),
    ],
)
@pytest.mark.parametrize("options", [(), (DETACHED,), (DETACHED, BARE)])
def test_rsa_and_ecdsa_are_checked(make_key: Any, pad: Any, algorithm: Any, name: str, options: Any) -> None:
    key = make_key()
    certificate = authority(key, key, "Підписант", "Підписант")
    signature = pkcs7_signature(certificate, key, *options, pad=pad, algorithm=algorithm)
    (found,) = VERIFIER.verify(CONTENT, signature)
    assert (found.verdict, found.algorithm, found.signer.name) == (Verdict.CHAIN_UNCHECKED, name, "Підписант")
    wanted = Verdict.WRONG if BARE in options else Verdict.ALTERED
    assert VERIFIER.verify(CONTENT + b" ", signature)[0].verdict == wanted
    broken = bytearray(signature)
    broken[-5] ^= 4
    assert VERIFIER.verify(CONTENT, bytes(broken))[0].verdict == Verdict.WRONG


def test_only_a_checked_chain_makes_a_signature_valid(tmp_path: Path) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = authority(root_key, root_key, "Корінь", "Корінь", is_root=True)
    stranger = authority(root_key, root_key, "Чужий корінь", "Чужий корінь", is_root=True)
    certificate = authority(ec_key(), root_key, "Підписант", "Корінь")
    expired = authority(ec_key(), root_key, "Підписант", "Корінь", days=-300)
    paths = {}
    for name, one in (("root", root), ("stranger", stranger)):
        paths[name] = tmp_path / f"{name}.pem"
        paths[name].write_bytes(one.public_bytes(serialization.Encoding.PEM))
    signature = pkcs7_signature(certificate, ec_key(), DETACHED)

    def answer(root_name: str, signed: bytes, document: bytes = CONTENT) -> tuple[Verdict, Detail]:
        (found,) = OwnVerifier(roots=[paths[root_name]]).verify(document, signed)
        return found.verdict, found.detail

    assert answer("root", signature) == (Verdict.VALID, Detail.NONE)
    assert answer("stranger", signature) == (Verdict.CHAIN_UNCHECKED, Detail.UNTRUSTED)
    assert answer("root", pkcs7_signature(expired, ec_key(), DETACHED)) == (Verdict.CHAIN_UNCHECKED, Detail.UNTRUSTED)
    assert answer("root", signature, CONTENT + b"!")[0] == Verdict.ALTERED
    # The chain of a КЕП is not followed, whatever the roots.
    assert answer("root", small().cms(CONTENT)) == RIGHT
    assert VERIFIER.verify(CONTENT, signature)[0].verdict == Verdict.CHAIN_UNCHECKED
