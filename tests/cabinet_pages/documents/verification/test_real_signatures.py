"""Three КЕП of a real authority's test key, and what becomes of them when a byte is changed."""

import time
from pathlib import Path

import pytest

from cabinet_pages.documents.verification.verdicts import Detail, Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from tests.support.scale import chance, scaled

pytestmark = pytest.mark.samples

FILES = ("cades_bes_attached", "cades_bes_detached", "cades_t_attached")


@pytest.fixture
def content(samples: Path) -> bytes:
    return (samples / "kep" / "uapki_detached_content.txt").read_bytes()


def signature(samples: Path, name: str) -> bytes:
    return (samples / "kep" / f"uapki_{name}.p7s").read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_the_signature_is_right_and_nothing_more_is_claimed(samples: Path, content: bytes, name: str) -> None:
    begin = time.process_time()
    (found,) = OwnVerifier().verify(content, signature(samples, name))
    assert time.process_time() - begin < 2
    assert found.verdict == Verdict.CHAIN_UNCHECKED
    assert found.detail == Detail.NONE
    assert found.signer.name == "ДП ДІЯ (Тестування)"
    assert found.signer.edrpou == "43395033"
    assert found.signer.rnokpp == ""
    assert found.signer.issuer == '"Дія". Кваліфікований надавач електронних довірчих послуг'
    assert found.signer.serial == "3ED5083160DBC59B04000000A91E060073A57600"
    assert f"{found.signed_at:%Y-%m-%dT%H:%M:%S%z}".startswith("2023-09-19T18:1")
    assert found.algorithm == "ДСТУ 4145-2002 (m=257) + ГОСТ 34.311-95"


@pytest.mark.parametrize("name", FILES)
def test_changed_and_swapped_content_is_altered(samples: Path, content: bytes, name: str) -> None:
    verifier = OwnVerifier()
    for other in (content[:-1] + b"G", content + b" ", b"", "Зовсім інший документ".encode()):
        (found,) = verifier.verify(other, signature(samples, name))
        assert (found.verdict, found.detail) == (Verdict.ALTERED, Detail.CONTENT)
        assert found.signer.edrpou == "43395033"


@pytest.mark.parametrize("name", ["cades_bes_attached", "cades_t_attached"])
def test_an_attached_signature_needs_no_file_beside_it(samples: Path, content: bytes, name: str) -> None:
    data = signature(samples, name)
    assert OwnVerifier().verify(data, None)[0].verdict == Verdict.CHAIN_UNCHECKED
    changed = data.replace(content, content[:-1] + b"G")
    assert changed != data
    assert OwnVerifier().verify(changed, None)[0].verdict == Verdict.ALTERED


def value_at(data: bytes) -> int:
    """Where the value of the signer's signature begins: behind its algorithm and the head of an OCTET STRING of 64."""
    mark = bytes.fromhex("300d060b2a8624020101010103010104 40")
    return data.index(mark, data.index(b"\x31", 1600)) + len(mark)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_of_the_signature_value_is_wrong(samples: Path, content: bytes, name: str) -> None:
    """Every byte of it, with several changes of each, in the long form."""
    data = signature(samples, name)
    at = value_at(data)
    source = chance(f"value of {name}")
    offsets = {0, 31, 32, 63, *(source.sample(range(64), scaled(4, 64)))}
    for offset, mask in ((one, 1 << source.randrange(8)) for one in offsets for _ in range(scaled(1, 4))):
        changed = bytearray(data)
        changed[at + offset] ^= mask
        (found,) = OwnVerifier().verify(content, bytes(changed))
        assert found.verdict == Verdict.WRONG, offset


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_of_the_content_is_altered(samples: Path, content: bytes, name: str) -> None:
    data = signature(samples, name)
    source = chance(f"content of {name}")
    for at in source.sample(range(len(content)), min(len(content), scaled(3, 400))):
        changed = content[:at] + bytes([content[at] ^ source.randrange(1, 256)]) + content[at + 1 :]
        (found,) = OwnVerifier().verify(changed, data)
        assert (found.verdict, found.detail) == (Verdict.ALTERED, Detail.CONTENT), at
        if content in data:
            (found,) = OwnVerifier().verify(data.replace(content, changed), None)
            assert found.verdict == Verdict.ALTERED, at


def test_another_algorithm_is_told_by_its_name(samples: Path, content: bytes) -> None:
    data = signature(samples, "cades_bes_detached")
    kupyna = bytes.fromhex("060b2a86240201010101030601")
    changed = data.replace(bytes.fromhex("300d060b2a862402010101010301010440"), b"\x30\x0d" + kupyna + b"\x04\x40")
    assert changed != data
    (found,) = OwnVerifier().verify(content, changed)
    assert (found.verdict, found.algorithm) == (Verdict.UNKNOWN_ALGORITHM, "ДСТУ 4145-2002 + Купина-256")
    assert found.signer.edrpou == "43395033"


def test_no_changed_byte_of_a_real_file_comes_out_as_correct(samples: Path, content: bytes) -> None:
    data = signature(samples, "cades_bes_attached")
    source = chance("real signature")
    for at in range(source.randrange(scaled(61, 1)), len(data), scaled(61, 1)):
        changed = bytearray(data)
        changed[at] ^= source.randrange(1, 256)
        for found in OwnVerifier().verify(content, bytes(changed)):
            assert found.verdict not in (Verdict.VALID, Verdict.CHAIN_UNCHECKED), at
