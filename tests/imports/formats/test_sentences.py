"""Every refusal of a format has a sentence, and a Ukrainian one, with all that it names filled in."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import imports.formats
from imports.formats import signatures
from imports.messages import message

SOURCES = [path.read_text(encoding="utf-8") for path in Path(imports.formats.__file__).parent.glob("*.py")]
RAISED = {
    code
    for text in SOURCES
    for code in re.findall(r'(?:DamagedFile|UnsupportedContent|LimitExceeded)\(\s*"(\w+)"', text)
}
# What is recognised and read by a format of its own is never refused by this name.
READ = {"zip", "ole2", "dbf", "html", "spreadsheet_xml", "commerceml", "cabinet_xml", "client_bank"}
RECOGNISED = {
    *(code for _, code in signatures._BEGINNINGS),
    *signatures._XML_NAMES.values(),
    *(code for _, code in signatures._XML_NAMESPACES),
    *("xml", "web_archive", "archive", "document", "encrypted", "doctype"),
} - READ
# Raised by the archive of documents alone, whose kind has sentences of its own.
OF_DOCUMENTS = {"not_an_archive", "no_registry", "unsafe_name", "symbolic_link", "same_name"}
PARAMS = {
    "line": 3, "encoding": "cp1251", "limit": 5, "row": 7, "sheet": "Аркуш", "currency": "RUB", "version": "2",
    "field": "ID", "fields": ["А"], "type": "I", "told": 1, "found": 2, "name": "a.pdf", "size": 9,
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(RAISED | RECOGNISED))
def test_a_refusal_has_a_sentence_in_ukrainian(code):
    kind = "documents" if code in OF_DOCUMENTS else "payments"
    with translation.override("uk"):
        sentence = message(kind, code, PARAMS)
    with translation.override("en"):
        english = message(kind, code, PARAMS)
    assert code not in {sentence, english}
    assert sentence != english
    assert "%(" not in sentence
