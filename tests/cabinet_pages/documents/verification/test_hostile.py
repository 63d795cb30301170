"""Files that are no signatures, made to cost time or memory: the answer is quick and says so."""

import io
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from functools import partial

import pytest

from cabinet_pages.documents.verification import algorithms
from cabinet_pages.documents.verification.gost34311 import gost34311
from cabinet_pages.documents.verification.verdicts import Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from tests.support import kep
from tests.support.scale import chance, scaled

MEGABYTE = 1 << 20
CONTENT = b"document"
HEAD = kep.oid("1.2.840.113549.1.7.2")


def garbage() -> bytes:
    return chance("garbage").randbytes(10 * MEGABYTE)


def nested(opening: bytes, closing: bytes = b"") -> bytes:
    depth = 500_000
    return opening * depth + closing * depth


def wrapped(parts: bytes) -> bytes:
    return kep.sequence(HEAD, kep.tlv(0xA0, kep.sequence(kep.number(1), kep.tlv(0x31, parts), b"", b"")))


def bomb(name: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/signature.p7s", b"x")
        with archive.open(name, "w", force_zip64=True) as target:
            for _ in range(size // MEGABYTE):
                target.write(bytes(MEGABYTE))
    return buffer.getvalue()


def many_files() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/signature.p7s", b"x")
        for number in range(5000):
            archive.writestr(f"{number}.txt", b"")
    return buffer.getvalue()


def same_name_twice() -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/signature.p7s", b"x")
        archive.writestr("a.txt", b"1")
        archive.writestr("a.txt", b"2")
    return buffer.getvalue()


def hostile_manifest() -> bytes:
    buffer = io.BytesIO()
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"1")
        archive.writestr("META-INF/signature.p7s", b"x")
        archive.writestr("META-INF/ASiCManifest.xml", f"<!DOCTYPE m [{entities}]><m>&e11;</m>")
    return buffer.getvalue()


CASES: dict[str, Callable[[], bytes]] = {
    "10 MB of garbage": garbage,
    "10 MB of garbage that begins like a signature": lambda: kep.sequence(HEAD, garbage()),
    "deep sequences": partial(nested, b"\x30\x80", b"\x00\x00"),
    "deep sequences that never end": partial(nested, b"\x30\x80"),
    "deep sequences in a signature": lambda: b"\x30\x80" + HEAD + nested(b"\xa0\x80"),
    "a million empty parts": lambda: wrapped(b"\x30\x00" * 1_000_000),
    "a million parts of indefinite length": lambda: b"\x30\x80" + HEAD + b"\xa0\x80" + b"\x30\x80\x00\x00" * 1_000_000,
    "a length beyond the end": lambda: b"\x30\x84\xff\xff\xff\xff" + HEAD,
    "a zip bomb": partial(bomb, "a.bin", 200 * MEGABYTE),
    "a zip bomb among the signatures": partial(bomb, "META-INF/x.xml", 200 * MEGABYTE),
    "five thousand files": many_files,
    "one name twice": same_name_twice,
    "a manifest of entities": hostile_manifest,
    "a broken archive": lambda: b"PK\x03\x04" + garbage()[:MEGABYTE],
    "an empty file": bytes,
    "text that is called base64": lambda: b"MI" + b"!" * MEGABYTE,
    "an unclosed PEM": lambda: b"-----BEGIN PKCS7-----\n" + b"A" * MEGABYTE,
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_signature_is_unreadable_and_quickly_so(name: str) -> None:
    data = CASES[name]()
    begin = time.process_time()
    found = OwnVerifier().verify(CONTENT, data)
    assert time.process_time() - begin < 3
    assert [one.verdict for one in found] == [Verdict.UNREADABLE]


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    data = bomb("a.bin", 200 * MEGABYTE)
    tracemalloc.start()
    try:
        OwnVerifier(max_bytes=5 * MEGABYTE).verify(CONTENT, data)
        assert tracemalloc.get_traced_memory()[1] < 30 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + b"/ByteRange [0 5 9 9]" * 20_000,
        b"%PDF-1.7\n/ByteRange [0 99999999 999999999 9999999999]",
        b"%PDF-1.7\n/ByteRange [0 9 30 5] <00000000000>",
        b"%PDF-1.7\n" + b"/ByteRange [ " * 200_000,
    ],
)
def test_a_hostile_pdf_is_answered_quickly(data: bytes) -> None:
    begin = time.process_time()
    found = OwnVerifier().verify(data, None)
    assert time.process_time() - begin < 3
    assert {one.verdict for one in found} <= {Verdict.UNREADABLE}
    assert len(found) <= 21


def test_a_file_beyond_the_limit_is_not_looked_into() -> None:
    (found,) = OwnVerifier(max_bytes=10).verify(b"12345678901", b"x")
    assert (found.verdict, found.detail) == (Verdict.UNREADABLE, "too_large")


def test_cut_and_shuffled_signatures_never_come_out_as_correct() -> None:
    signature = kep.KepSigner(group=kep.M163, seed=31).cms(CONTENT, attached=True)
    source = chance("shuffled")
    for _ in range(scaled(150, 3000)):
        data = bytearray(signature)
        for _ in range(source.randrange(1, 5)):
            at, size = source.randrange(len(data)), source.randrange(1, 40)
            move = source.choice(("cut", "double", "noise"))
            if move == "cut":
                del data[at : at + size]
            elif move == "double":
                data[at:at] = data[at : at + size]
            else:
                data[at : at + size] = source.randbytes(size)
        if bytes(data) != signature:
            for found in OwnVerifier().verify(CONTENT, bytes(data)):
                assert found.verdict not in (Verdict.VALID, Verdict.CHAIN_UNCHECKED)


def test_twenty_signers_of_a_large_file_cost_one_digest_and_many_tables_of_substitutions_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = bytes(3000)
    lengths: list[int] = []

    def counted(data: bytes, *sbox: bytes) -> bytes:
        lengths.append(len(data))
        return gost34311(data, *sbox)

    monkeypatch.setattr(algorithms, "gost34311", counted)
    several = [kep.KepSigner(group=kep.M163, seed=70 + number) for number in range(4)]
    found = OwnVerifier().verify(content, several[0].cms(content, others=several[1:]))
    assert [one.verdict for one in found] == [Verdict.CHAIN_UNCHECKED] * 4
    assert lengths.count(len(content)) == 1
    tables = [kep.UKRAINIAN[turn:] + kep.UKRAINIAN[:turn] for turn in range(5)]
    signers = [kep.KepSigner(group=kep.M163, seed=80 + turn, sbox=table) for turn, table in enumerate(tables)]
    verdicts = [one.verdict for one in OwnVerifier().verify(content, signers[0].cms(content, others=signers[1:]))]
    assert sorted(verdicts) == [Verdict.CHAIN_UNCHECKED] * 4 + [Verdict.UNREADABLE]
