"""Statements that are too large or broken: refused while they are read, before anything is kept of them."""

import pytest

from imports.formats import BUILT_IN, Limits, ReadOptions, UnreadableFile, sniff
from tests.imports.statements.files import OWN, PAYER, client_bank

DOCUMENT = {"Номер": "1", "Дата": "12.01.2026", "Сумма": "1.00", "ПлательщикСчет": PAYER, "ПолучательСчет": OWN}


def read(path, content, **limits):
    path.write_bytes(content)
    bounds = Limits(**limits)
    return list(sniff(path, BUILT_IN, bounds).read(path, options=ReadOptions(limits=bounds)).rows)


def xml(documents):
    values = "".join(f"<{key}>{value}</{key}>" for key, value in DOCUMENT.items())
    body = f"<СекцияДокумент>{values}</СекцияДокумент>" * documents
    return f"<?xml version='1.0'?><_1CClientBankExchange>{body}</_1CClientBankExchange>".encode()


@pytest.mark.parametrize("content", [client_bank([DOCUMENT] * 3), xml(3)], ids=["text", "xml"])
def test_more_documents_than_allowed_are_refused(tmp_path, content):
    assert len(read(tmp_path / "file", content, rows=3)) == 1 + 3
    with pytest.raises(UnreadableFile) as refused:
        read(tmp_path / "file", content, rows=2)
    assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize(
    "content",
    [
        client_bank([{**DOCUMENT, "НазначениеПлатежа": "я" * 500}]),
        xml(1).replace(b"1.00", "я".encode() * 500),
    ],
    ids=["text", "xml"],
)
def test_a_longer_text_than_a_cell_may_have_is_refused(tmp_path, content):
    assert len(read(tmp_path / "file", content, cell_chars=600)) == 1 + 1
    with pytest.raises(UnreadableFile) as refused:
        read(tmp_path / "file", content, cell_chars=100)
    assert refused.value.code == "cell_too_long"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"1.00", b"1\x00.00", "nul_bytes"),
        ("КонецДокумента".encode("cp1251"), "КонецРасчСчет".encode("cp1251"), "damaged"),
        ("КонецДокумента\r\n".encode("cp1251"), b"", "truncated"),
    ],
)
def test_a_broken_text_is_refused(tmp_path, old, new, code):
    with pytest.raises(UnreadableFile) as refused:
        read(tmp_path / "file", client_bank([DOCUMENT, DOCUMENT]).replace(old, new, 1))
    assert refused.value.code == code


def test_a_broken_xml_is_refused(tmp_path):
    with pytest.raises(UnreadableFile) as refused:
        read(tmp_path / "file", xml(2)[:-40])
    assert refused.value.code == "truncated"
