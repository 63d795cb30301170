"""Text becomes exact values or is refused: never a wrong number."""

import contextlib
import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.values import (
    ValueRefused,
    clean_text,
    parse_account_number,
    parse_channel,
    parse_choice,
    parse_customer_code,
    parse_date,
    parse_datetime,
    parse_eic,
    parse_energy,
    parse_flag,
    parse_iban,
    parse_integer,
    parse_money,
    parse_period,
    parse_phone,
    parse_price,
    parse_ratio,
    parse_zone,
)

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("12", "12"),
        ("00012", "12"),
        ("12,5", "12.50"),
        ("12.50", "12.50"),
        (",5", "0.50"),
        ("0,500", "0.50"),
        ("12,5000", "12.50"),
        ("1 234", "1234"),
        ("1 234 567,89", "1234567.89"),
        (f"1{NBSP}234,56", "1234.56"),
        (f"1{NARROW}234,56", "1234.56"),
        (f"1{THIN}234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("-5,00", "-5"),
        ("5,00-", "-5"),
        ("(5,00)", "-5"),
        ("−5,00", "-5"),
        ("- 1 234,56", "-1234.56"),
        ("-100 000.00", "-100000"),
        ("+7", "7"),
        ("-0,00", "0"),
        ("  12,30\t", "12.30"),
        ("9999999999999999,99", "9999999999999999.99"),
    ],
)
def test_money_is_read_to_the_kopeck(text, amount):
    parsed = parse_money(text)
    assert parsed == Decimal(amount)
    assert str(parsed) == str(Decimal(amount).quantize(Decimal("0.01")))


@pytest.mark.parametrize("text", ["", " ", "-", "—", "–", "−", NBSP])
def test_an_empty_cell_or_a_dash_is_no_value(text):
    for parse in (parse_money, parse_energy, parse_ratio, parse_price, parse_integer, parse_date, parse_period):
        assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "ambiguous_number"),
        ("1.234", "ambiguous_number"),
        ("-123,456", "ambiguous_number"),
        ("1,000", "ambiguous_number"),
        ("1234,567", "too_many_decimals"),
        ("12,3456", "too_many_decimals"),
        ("0,001", "too_many_decimals"),
        ("1 23,00", "not_a_number"),
        ("12 34", "not_a_number"),
        ("0 123", "not_a_number"),
        ("1 234 56,00", "not_a_number"),
        ("1 234'567", "not_a_number"),
        ("1.234,567,89", "not_a_number"),
        ("1,23.45", "not_a_number"),
        ("12,", "not_a_number"),
        ("12.", "not_a_number"),
        (",", "not_a_number"),
        ("--5", "not_a_number"),
        ("-5-", "not_a_number"),
        ("(-5)", "not_a_number"),
        ("(5", "not_a_number"),
        ("5)", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1e5", "not_a_number"),
        ("1e1000000", "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("٣", "not_a_number"),
        ("１２", "not_a_number"),
        ("0x10", "not_a_number"),
        ("12 грн", "not_a_number"),
        ("=1+1", "not_a_number"),
        ("1" * 17, "too_many_digits"),
        ("1" * 63, "too_many_digits"),
        ("1" * 65, "not_a_number"),
    ],
)
def test_money_that_is_not_beyond_doubt_is_refused(text, code):
    with pytest.raises(ValueRefused) as refused:
        parse_money(text)
    assert refused.value.code == code
    assert len(str(refused.value.params["value"])) <= 60


def test_energy_ratio_and_price_have_decimals_of_their_own():
    assert parse_energy("1,234") == Decimal("1.234")
    assert parse_energy("1 234,567") == Decimal("1234.567")
    assert parse_ratio("0,6666") == Decimal("0.6666")
    assert parse_ratio("30") == Decimal(30)
    assert parse_price("1,234567") == Decimal("1.234567")
    for parse, text in ((parse_energy, "1,2345"), (parse_ratio, "1,23456"), (parse_price, "1,2345678")):
        with pytest.raises(ValueRefused, match="too_many_decimals"):
            parse(text)


def test_values_of_every_scale_fit_a_signed_64_bit_integer():
    for parse, decimals in ((parse_money, 2), (parse_energy, 3), (parse_ratio, 4), (parse_price, 6)):
        largest = parse("9" * (18 - decimals) + "," + "9" * decimals)
        assert largest is not None
        assert largest.scaleb(decimals) < 2**63
        with pytest.raises(ValueRefused, match="too_many_digits"):
            parse("1" + "0" * (18 - decimals))


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("12,0", 12), ("1 234", 1234), ("-3", -3), ("0", 0)])
def test_whole_numbers(text, number):
    assert parse_integer(text) == number


@pytest.mark.parametrize(
    ("text", "code"), [("12,5", "not_whole"), ("1,000", "ambiguous_number"), ("x", "not_a_number")]
)
def test_whole_numbers_refused(text, code):
    with pytest.raises(ValueRefused, match=code):
        parse_integer(text)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from([" ", NBSP, NARROW, "'", ""]))
@settings(max_examples=200)
def test_money_written_in_any_grouping_comes_back(amount, gap):
    for mark, gaps in ((",", gap), (".", gap)):
        written = f"{amount:,.2f}".replace(",", "G").replace(".", mark).replace("G", gaps)
        assert parse_money(written) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01.02.2026", (2026, 2, 1)),
        ("1.2.2026", (2026, 2, 1)),
        ("01.02.26", (2026, 2, 1)),
        ("31.12.98", (1998, 12, 31)),
        ("01.02.2026 0:00:00", (2026, 2, 1)),
        ("01.02.2026 14:22", (2026, 2, 1)),
        ("2026-02-01", (2026, 2, 1)),
        ("2026-02-01T00:00:00", (2026, 2, 1)),
        ("29.02.2024", (2024, 2, 29)),
        (f" 01.02.2026{NBSP}", (2026, 2, 1)),
    ],
)
def test_dates_are_day_first_or_iso(text, day):
    assert parse_date(text) == datetime.date(*day)


@pytest.mark.parametrize(
    "text", ["01.01.0001", "01.01.0001 0:00:00", "0001-01-01T00:00:00", "  .  .    ", "00.00.0000"]
)
def test_the_empty_date_of_1c_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("30.02.2026", "not_a_date"),
        ("01/02/2026", "not_a_date"),
        ("2026-2-1", "not_a_date"),
        ("13.13.2026", "not_a_date"),
        ("01.02.2026 25:00", "not_a_date"),
        ("2026-02-01T00:00:00Z", "not_a_date"),
        ("01.02.1026", "date_out_of_range"),
        ("01.02.2926", "date_out_of_range"),
        ("45292", "not_a_date"),
        ("٠١.02.2026", "not_a_date"),
        ("учора", "not_a_date"),
    ],
)
def test_dates_refused(text, code):
    with pytest.raises(ValueRefused, match=code):
        parse_date(text)


def test_a_day_number_is_a_date_only_in_a_numeric_cell():
    assert parse_date("45292", numeric=True) == datetime.date(2024, 1, 1)
    assert parse_datetime("45292.5", numeric=True) == datetime.datetime.fromisoformat("2024-01-01T12:00:00")
    for text in ("12", "99999", "1.5"):
        with pytest.raises(ValueRefused, match="not_a_date"):
            parse_date(text, numeric=True)


@pytest.mark.parametrize(
    "text",
    [
        "01.2026", "1.2026", "2026-01", "2026.01", "202601", "01.01.2026", "31.01.2026", "2026-01-15", "січень 2026",
        "Січень 2026 р.", "за січень 2026 року", "Сiчень 2026", "СІЧНЯ 2026", "січ. 2026", "Январь 2026 г.",
        "01.01.2026 - 31.01.2026", "01.01.2026–31.01.2026", "з 01.01.2026 по 31.01.2026", "01.01.2026 0:00:00",
    ],
)  # fmt: skip
def test_a_period_is_the_first_day_of_its_month(text):
    assert parse_period(text) == datetime.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("13.2026", "not_a_period"),
        ("1.202", "not_a_period"),
        ("2026", "not_a_period"),
        ("1 квартал 2026", "not_a_period"),
        ("місяць 2026", "not_a_period"),
        ("01.01.2026 - 28.02.2026", "several_months"),
        ("01.1026", "date_out_of_range"),
        ("０１.2026", "not_a_period"),
    ],
)
def test_periods_refused(text, code):
    with pytest.raises(ValueRefused, match=code):
        parse_period(text)


def test_flags_of_1c_in_both_languages():
    for text in ("так", "ТАК", "Да", "Істина", "истина", "true", "1", "Taк"):
        assert parse_flag(text) is True
    for text in ("ні", "Нi", "Нет", "Ложь", "false", "0"):
        assert parse_flag(text) is False
    assert parse_flag(" ") is None
    with pytest.raises(ValueRefused, match="not_a_flag"):
        parse_flag("мабуть")


def test_a_choice_is_found_in_any_spelling():
    payers = {"споживач": 1, "постачальник": 2}
    assert parse_choice("Спожuвач".replace("u", "и"), payers) == 1
    assert parse_choice("ПОСТАЧАЛЬНИК ", payers) == 2
    assert parse_choice("", payers) is None
    with pytest.raises(ValueRefused, match="not_a_choice") as refused:
        parse_choice("хтось", payers)
    assert refused.value.params["choices"] == ("споживач", "постачальник")


def test_account_numbers_are_text_without_spaces_and_with_plain_dashes():
    assert parse_account_number(" 80–431 930 ") == "80-431930"
    assert parse_account_number(f"80−{NBSP}36") == "80-36"
    assert parse_account_number("00036") == "00036"
    assert parse_account_number("80431930", numeric=True) == "80431930"
    assert parse_account_number("—") is None


@pytest.mark.parametrize(
    ("text", "numeric", "code"),
    [
        ("8" * 41, False, "too_long"),
        ("80\x0036", False, "control_character"),
        ("80\u202e36", False, "control_character"),
        ("8,04319E+15", False, "scientific"),
        ("1.2E+19", True, "scientific"),
        ("80.5", True, "not_an_account_number"),
    ],
)
def test_account_numbers_refused(text, numeric, code):
    with pytest.raises(ValueRefused, match=code):
        parse_account_number(text, numeric=numeric)


@pytest.mark.parametrize(
    ("text", "numeric", "expected"),
    [
        ("00130694", False, ("00130694", "edrpou", "", False)),
        ("130694", True, ("00130694", "edrpou", "", True)),
        ("30036471", False, ("30036471", "edrpou", "check_digit", False)),
        ("1759013776", False, ("1759013776", "rntrc", "", False)),
        ("1759013770", False, ("1759013770", "rntrc", "check_digit", False)),
        ("АС 123456", False, ("АС123456", "passport", "", False)),
        ("ac123456", False, ("АС123456", "passport", "", False)),
        ("123456789", False, ("123456789", "passport", "", False)),
        ("00000000", False, ("00000000", "edrpou", "zeros", False)),
    ],
)
def test_customer_codes(text, numeric, expected):
    code = parse_customer_code(text, numeric=numeric)
    assert code is not None
    assert (code.code, code.kind, code.warning, code.padded) == expected


@pytest.mark.parametrize(
    ("text", "numeric"),
    [("130694", False), ("130695", True), ("17", True), ("12345", False), ("AZ123456", False), ("1234567890123", True)],
)
def test_codes_that_are_no_code_are_refused_and_never_padded_on_a_guess(text, numeric):
    with pytest.raises(ValueRefused, match="not_a_code"):
        parse_customer_code(text, numeric=numeric)


def test_iban_eic_channel_zone_and_phone():
    assert parse_iban("ua21 3223 1300 0002 6007 2335 66001") == "UA213223130000026007233566001"
    with pytest.raises(ValueRefused, match="not_an_iban"):
        parse_iban("UA213223130000026007233566002")
    eic = parse_eic("62z000000000001В")
    assert eic is not None
    assert (eic.code, eic.warning) == ("62Z000000000001B", "")
    wrong = parse_eic("62Z000000000001C")
    assert wrong is not None
    assert wrong.warning == "check_digit"
    with pytest.raises(ValueRefused, match="not_an_eic"):
        parse_eic("62Z1")
    assert [parse_channel(text) for text in ("A+", "А+", "а -", "A−", "r–", "R+")] == [
        "A+",
        "A+",
        "A-",
        "A-",
        "R-",
        "R+",
    ]
    for text in ("Р+", "A", "+", "A+-", "B+"):
        with pytest.raises(ValueRefused, match="not_a_channel"):
            parse_channel(text)
    assert [parse_zone(text) for text in ("0", " 3", "")] == [0, 3, None]
    with pytest.raises(ValueRefused, match="not_a_zone"):
        parse_zone("4")
    assert {parse_phone(text) for text in ("(0432) 65-95-95", "+380432659595", "380432659595")} == {"+380432659595"}
    with pytest.raises(ValueRefused, match="not_a_phone"):
        parse_phone("немає")


def test_text_keeps_what_the_file_has_but_for_spaces():
    assert clean_text(f"  ТОВ{NBSP} «П’ятихатки»\r\n№ 5 ") == "ТОВ «П’ятихатки» № 5"
    assert clean_text("и\u0306") == "й"
    assert clean_text("a\u200bb\ufeff") == "ab"
    for text in ("a\x00b", "a\x1fb", "a\u202eb"):
        with pytest.raises(ValueRefused, match="control_character"):
            clean_text(text)
    with pytest.raises(ValueRefused, match="too_long") as refused:
        clean_text("x" * 11, 10)
    assert (refused.value.params["limit"], refused.value.params["length"]) == (10, 11)


PARSERS = (
    parse_money, parse_energy, parse_ratio, parse_price, parse_integer, parse_date, parse_datetime, parse_period,
    parse_flag, parse_account_number, parse_customer_code, parse_iban, parse_eic, parse_channel, parse_zone,
    parse_phone, clean_text,
)  # fmt: skip
NUMERIC_AWARE = (parse_date, parse_datetime, parse_period, parse_account_number, parse_customer_code)


@given(st.one_of(st.text(max_size=80), st.text(alphabet="0123456789.,-− ()+eE:/АAбR'", max_size=30)))
@settings(max_examples=300)
def test_no_text_raises_anything_but_a_refusal(text):
    for parse in PARSERS:
        with contextlib.suppress(ValueRefused):
            parse(text)
    for parse in NUMERIC_AWARE:
        with contextlib.suppress(ValueRefused):
            parse(text, numeric=True)


@given(st.text(alphabet="0123456789.,-−' ()", max_size=24))
@settings(max_examples=300)
def test_an_accepted_number_has_exactly_the_digits_of_the_text(text):
    try:
        amount = parse_money(text)
    except ValueRefused:
        return
    if amount is not None:
        digits = "".join(char for char in text if char.isdigit())
        assert f"{abs(amount):f}".replace(".", "").strip("0") == digits.strip("0")
