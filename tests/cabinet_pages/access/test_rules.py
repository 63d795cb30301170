"""Codes, numbers and scans as people type and send them."""

from datetime import date

import pytest

from cabinet_pages.access import rules


def test_a_code_has_twelve_letters_of_an_alphabet_without_look_alikes() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert len(rules.CODE_ALPHABET) == len(set(rules.CODE_ALPHABET)) == 32
    assert all(len(code) == 12 and set(code) <= set(rules.CODE_ALPHABET) for code in codes)
    assert not set("01IO") & set(rules.CODE_ALPHABET)


def test_a_code_is_shown_in_three_groups() -> None:
    assert rules.show_code("ABCDEFGH2345") == "ABCD-EFGH-2345"


@pytest.mark.parametrize(
    "typed",
    [
        "ABCE-HKMP-2345",
        "abce-hkmp-2345",
        " ABCE HKMP 2345 ",
        "ABCE–HKMP—2345",
        "ABCEHKMP2345",
        "АВСЕ-НКМР-2345",
        "авсе нкмр 2345",
        "ABCE-HKMP\u00ad-2345\u200b",
        "ABCE\u00a0HKMP\u00a02345",
    ],
)
def test_case_spaces_dashes_and_cyrillic_twins_make_no_difference(typed: str) -> None:
    assert rules.fold_code(typed) == "ABCEHKMP2345"


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-23456", "ABCD-EFGH-234O", "ЖЖЖЖ-ЖЖЖЖ-ЖЖЖЖ", "ABCD-EFGH-23!5"])
def test_what_has_another_form_is_no_code(typed: str) -> None:
    assert rules.fold_code(typed) is None


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("80-431930", ["80-431930"]),
        ("80–431930, 80-36;80-37\n80-38", ["80-431930", "80-36", "80-37", "80-38"]),
        ("80-431930 80-36", ["80-431930", "80-36"]),
        ("80 - 431930", ["80-431930"]),
        ("80-36\n80-36", ["80-36"]),
        (" \n , ", []),
    ],
)
def test_account_numbers_are_split_and_put_into_normal_form(typed: str, numbers: list[str]) -> None:
    assert rules.split_account_numbers(typed) == numbers


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"<svg onload=alert(1)>", None),
        (b"MZ\x90\x00", None),
        (b"", None),
    ],
)
def test_a_scan_is_told_by_its_content(head: bytes, kind: str | None) -> None:
    assert rules.scan_kind(head) == kind


def test_everything_that_is_wrong_with_a_request_is_told_with_its_field() -> None:
    found = rules.check_request(
        account_numbers=[],
        contract_number="",
        by_attorney=True,
        attorney_number="",
        valid_until=date(2026, 1, 1),
        today=date(2026, 1, 2),
    )
    assert [(field, violation[0]) for field, violation in found] == [
        ("account_numbers", "account_or_contract"),
        ("attorney_number", "attorney_number"),
        ("valid_until", "attorney_ended"),
    ]


def test_a_head_with_a_contract_number_needs_no_more() -> None:
    assert not rules.check_request(
        account_numbers=[],
        contract_number="17",
        by_attorney=False,
        attorney_number="",
        valid_until=None,
        today=date(2026, 1, 2),
    )
