"""Names of files in an archive, whatever the numbers that they are made of."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabinet_pages.archives.rules import STEM_BYTES, Names, safe_name, safe_suffix


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ВН-7/26", "ВН-7-26"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\windows", "windows"),
        ("/etc/passwd", "etc-passwd"),
        ("C:\\1", "C--1"),
        ("рахунок\x00.exe\n2", "рахунок.exe 2"),
        ("рахунок\u202efdp.exe", "рахунокfdp.exe"),
        ("  .. 12 .. ", "12"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1 .x", "_com1 .x"),
        ("=1+1", "1+1"),
        ("--", "_"),
        ("...", "_"),
        ("", "_"),
        ("і\u0308жак", "їжак"),
    ],
)
def test_a_text_becomes_a_name_that_every_system_takes(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_cyrillic_text_is_cut_between_letters() -> None:
    assert safe_name("Щ" * 500) == "Щ" * (STEM_BYTES // 2)


@given(st.text(max_size=300))
def test_no_text_leaves_its_folder_or_breaks_a_name(text: str) -> None:
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= STEM_BYTES + 1
    assert not set(name) & set('\\/:*?"<>|')
    assert name not in (".", "..")
    assert not name.startswith((".", "-", "="))
    assert not name.endswith((".", " "))
    assert all(unicodedata.category(char)[0] != "C" for char in name)


@given(st.lists(st.text(alphabet="аАбБ1/. ", max_size=4), max_size=30))
def test_no_two_names_are_one_where_capitals_are_not_told_apart(stems: list[str]) -> None:
    names = Names(["registry.xlsx"])
    given_names = [name for stem in stems for name in names.take(stem, [".pdf", ".pdf.p7s"])]
    assert len({name.casefold() for name in given_names}) == len(given_names)


def test_equal_names_are_numbered_and_those_that_belong_together_stay_so() -> None:
    names = Names(["registry.xlsx"])
    assert names.take("Акт 1", [".pdf", ".pdf.p7s"]) == ["Акт 1.pdf", "Акт 1.pdf.p7s"]
    assert names.take("АКТ 1", [".pdf"]) == ["АКТ 1 (2).pdf"]
    assert names.take("Акт 1", [".xml", ".pdf"]) == ["Акт 1 (3).xml", "Акт 1 (3).pdf"]
    assert names.take("registry", [".xlsx"]) == ["registry (2).xlsx"]


@pytest.mark.parametrize(
    ("file_name", "suffix"),
    [
        ("акт.PDF", ".pdf"),
        ("акт.pdf.p7s", ".p7s"),
        ("без розширення", ""),
        ("акт.", ""),
        (".pdf", ""),
        ("акт.п7с", ""),
        ("акт.pdf/../x", ""),
        ("акт." + "x" * 17, ""),
    ],
)
def test_only_a_short_and_plain_extension_is_kept(file_name: str, suffix: str) -> None:
    assert safe_suffix(file_name) == suffix
