"""The address of a payment code: the official example, every limit, and a reader of our own."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cabinet_pages.billing.payment_codes.payload import (
    CodeRefused,
    CodeVersion,
    PaymentOrder,
    amount_field,
    one_line,
    payment_address,
    recipient_name,
)
from cabinet_pages.billing.payment_codes.symbol import payment_symbol
from tests.cabinet_pages.billing.payment_codes.official import read

# Annex 2, tables 3.2 and 4.2. The IBANs of the examples have wrong check digits, which is the bank's matter here.
DENTIST = PaymentOrder(
    recipient="ТОВ “Стоматологія”",
    recipient_code="40723824",
    iban="UA783226690000026005012107358",
    amount=Decimal("1034.28"),
    purpose="Стоматологічні послуги",
)
DENTIST_ADDRESS = (
    "https://bank.gov.ua/qr/QkNECjAwMgoyClVDVAoK0s7CIJPR8u7s4PLu6-7js_-UClVBNzgzMjI2NjkwMDAwMDI2MDA1MDEyMTA3MzU4ClVBSD"
    "EwMzQuMjgKNDA3MjM4MjQKCgrR8u7s4PLu6-7js_ftsyDv7vHr8-PoCg"
)
WATER = PaymentOrder(
    recipient="ПрАТ АК “Водопостачання”",
    recipient_code="40723825",
    iban="UA783226690000026005012107132",
    amount=Decimal("576.45"),
    purpose="Оплата за червень 2019, вул. Свободи 1, кв. 24, Петренко С. І. Показання лічильника 23578,3",
)
WATER_ADDRESS = (
    "https://bank.gov.ua/qr/QkNECjAwMgoyClVDVAoKz_DA0iDAyiCTwu7k7u_u8fLg9-Dt7f-UClVBNzgzMjI2NjkwMDAwMDI2MDA1MDEyMTA3MT"
    "MyClVBSDU3Ni40NQo0MDcyMzgyNQoKCs7v6-Dy4CDn4CD35fDi5e38IDIwMTksIOLz6y4g0eLu4e7k6CAxLCDq4i4gMjQsIM_l8vDl7eruINEuILI"
    "uIM_u6uDn4O3t_yDrs_fo6_zt6OrgIDIzNTc4LDMKCg"
)
ORDER = PaymentOrder(
    recipient="АТ «Вінницяобленерго»",
    recipient_code="00130694",
    iban="UA213223130000026007233566001",
    amount=Decimal("1234.56"),
    purpose="о/р 80-431930, рахунок № 5 від 28.02.2026, без ПДВ",
    reference="5",
)
REFUSED = [
    ({"recipient": " \n"}, "recipient_missing"),
    ({"recipient": "А" * 39}, "recipient_long"),
    ({"iban": "UA21322313000002600723356600"}, "iban"),
    ({"iban": "PL213223130000026007233566001"}, "iban"),
    ({"iban": "UA21 322313 0000026007233566001"}, "iban"),
    ({"iban": "UA" + "٣" * 27}, "iban"),
    ({"amount": Decimal(0)}, "amount"),
    ({"amount": Decimal("-0.01")}, "amount"),
    ({"amount": Decimal("0.001")}, "amount"),
    ({"amount": Decimal("1000000000")}, "amount"),
    ({"recipient_code": ""}, "recipient_code"),
    ({"recipient_code": "12345678901"}, "recipient_code"),
    ({"recipient_code": "1234\n678"}, "recipient_code"),
    ({"purpose": "\t"}, "purpose_missing"),
    ({"purpose": "п" * 141}, "purpose_long"),
    # In UTF-8, for the sake of one letter that Windows-1251 lacks, the values are twice as long.
    ({"recipient": "А" * 37 + "Ə", "purpose": "п" * 140}, "address_long"),
]
TEXT = st.text(max_size=40)


def test_the_official_example_comes_out_byte_for_byte() -> None:
    assert payment_address(DENTIST) == DENTIST_ADDRESS


def test_the_second_example_differs_in_the_line_end_after_its_last_empty_field_alone() -> None:
    def content(address: str) -> bytes:
        packed = address.removeprefix("https://bank.gov.ua/qr/")
        return urlsafe_b64decode(packed + "=" * (-len(packed) % 4))

    assert content(WATER_ADDRESS) == content(payment_address(WATER)) + b"\n"


def test_the_reader_of_the_tests_reads_the_official_examples() -> None:
    found = read(DENTIST_ADDRESS)
    assert (found.recipient, found.iban, found.amount) == (DENTIST.recipient, DENTIST.iban, "UAH1034.28")
    assert read(WATER_ADDRESS).purpose == WATER.purpose


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("3", "UAH3"),
        ("3.00", "UAH3"),
        ("576.45", "UAH576.45"),
        ("0.10", "UAH0.10"),
        ("999999999.99", "UAH999999999.99"),
    ],
)
def test_an_amount_is_as_short_as_it_can_be(amount: str, text: str) -> None:
    assert amount_field(Decimal(amount)) == text


@pytest.mark.parametrize(("change", "code"), REFUSED)
def test_what_no_code_can_say_is_refused_by_its_reason(change: dict[str, object], code: str) -> None:
    with pytest.raises(CodeRefused) as refused:
        payment_address(replace(ORDER, **change))  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("length", [38, 140])
def test_the_longest_values_still_fit(length: int) -> None:
    version = CodeVersion.V002 if length == 38 else CodeVersion.V003
    order = replace(ORDER, recipient="Ґ" * length, purpose="ї" * 100, amount=Decimal("999999999.99"))
    assert read(payment_address(order, version)).recipient == "Ґ" * length


def test_a_letter_that_windows_1251_lacks_turns_all_into_utf_8() -> None:
    assert read(payment_address(replace(ORDER, recipient="ТОВ «Əміль»"))).encoding == "1"
    assert read(payment_address(replace(ORDER, recipient="ТОВ «Обʼєкт»"))).recipient == "ТОВ «Об’єкт»"


def test_a_line_break_in_a_name_makes_no_field_of_its_own() -> None:
    order = replace(ORDER, recipient="ТОВ\r\nUA000000000000000000000000000", purpose="за\u2028все\x85\nUAH1")
    found = read(payment_address(order))
    assert found.recipient == "ТОВ UA000000000000000000000000000"
    assert (found.iban, found.purpose) == (ORDER.iban, "за все UAH1")


@given(recipient=TEXT, purpose=TEXT, kopecks=st.integers(1, 99_999_999_999), version=st.sampled_from(CodeVersion))
def test_whatever_is_not_refused_is_read_as_it_was_written(
    recipient: str, purpose: str, kopecks: int, version: CodeVersion
) -> None:
    amount = Decimal(kopecks) / 100
    order = replace(ORDER, recipient=recipient, purpose=purpose, amount=amount)
    try:
        address = payment_address(order, version)
    except CodeRefused:
        assume(False)
    found = read(address)
    assert (found.recipient, found.purpose) == (one_line(recipient), one_line(purpose))
    assert Decimal(found.amount.removeprefix("UAH")) == amount


def test_a_code_of_003_names_the_invoice_and_locks_every_field() -> None:
    found = read(payment_address(ORDER, CodeVersion.V003))
    assert (found.version, found.category, found.reference, found.lock) == ("003", "SUPP/SUPP", "5", "FFFF")
    assert read(payment_address(replace(ORDER, reference="ВН-7/26"), CodeVersion.V003)).reference == ""


@pytest.mark.parametrize(
    ("full", "short", "name"),
    [
        ("АТ «Вінницяобленерго»", "ВОЕ", "АТ «Вінницяобленерго»"),
        ('Акціонерне товариство "Вінницяобленерго"', "АТ «Вінницяобленерго»", "АТ «Вінницяобленерго»"),
        ("А" * 50, "", "А" * 38),
        ("А" * 50, "Б" * 45, "Б" * 38),
        ("", "", ""),
    ],
)
def test_a_long_name_gives_way_to_the_short_one(full: str, short: str, name: str) -> None:
    assert recipient_name(full, short) == name


def test_a_symbol_is_never_larger_than_its_version_allows() -> None:
    longest = replace(ORDER, recipient="А" * 38, purpose="п" * 140, amount=Decimal("999999999.99"))
    small, large = payment_symbol(payment_address(ORDER)), payment_symbol(payment_address(longest))
    assert small.version < large.version <= 15
    assert {small.error, large.error} <= {"M", "L"}
    short = "https://bank.gov.ua/qr/QkNE"
    assert payment_symbol(short, CodeVersion.V003).version == 10
    with pytest.raises(CodeRefused) as refused:
        payment_symbol(short + "x" * 500)
    assert refused.value.code == "picture_large"
