"""Spellings of one name, number or code compare equal; others do not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cabinet_pages.quantities.folding import fold_name, fold_search
from cabinet_pages.quantities.identifiers import (
    code_kind,
    has_right_check_digit,
    has_right_eic_check,
    is_eic_shaped,
    is_iban,
    normalise_account_number,
    normalise_customer_code,
    normalise_eic,
    normalise_iban,
)


def test_spellings_of_one_name_fold_to_one_form():
    spellings = (
        "ТОВ «П’ятихатки–Енерго»",
        'тов "п\'ятихатки-енерго"',
        "TOB  „Пʼятихатки—Енерго”\n",
        "ТОВ\u00a0“П`ятихатки−Eнергo”",
        "ТОВ ''П’яти\u00adхатки-Енерго''",
    )
    assert len({fold_name(spelling) for spelling in spellings}) == 1


def test_different_names_stay_different():
    names = ("ТОВ Приклад", "ТОВ Приклад 1", "ПП Приклад", "ТОВ Прикладі", "ТОВ Приклад-1")
    assert len({fold_name(name) for name in names}) == len(names)


def test_letters_lost_in_cp866_make_no_difference():
    assert fold_name("Ґудзь Марія") == fold_name("Гудзь Марiя")


def test_a_search_finds_a_part_of_a_name_without_its_quotes_and_apostrophes():
    stored = fold_search("ТОВ «П’ятихатки»")
    for typed in ("пятихат", "п'ятихатки", "ТОВ П", "TOB пят"):
        assert fold_search(typed) in stored


@given(st.text(max_size=40))
@settings(max_examples=300)
def test_folding_twice_changes_nothing(text):
    assert fold_name(fold_name(text)) == fold_name(text)
    assert fold_search(fold_search(text)) == fold_search(text)


def test_identifiers_have_one_normal_form():
    assert normalise_account_number(" 80 – 431930\u00a0") == "80-431930"
    assert normalise_customer_code("ac 123456") == "АС123456"
    assert normalise_eic("62z 000000000001в") == "62Z000000000001B"
    assert normalise_iban("ua21 3223130000026007233566001") == "UA213223130000026007233566001"


def test_check_digits():
    assert has_right_check_digit("00130694")
    assert has_right_check_digit("1759013776")
    assert not has_right_check_digit("30036471")
    assert not has_right_check_digit("30079288")
    assert has_right_check_digit("АС123456")
    assert has_right_eic_check("62Z000000000001B")
    assert not has_right_eic_check("62Z000000000001C")
    assert is_eic_shaped("62Z000000000001C")
    assert not is_eic_shaped("62Z00000000000-")
    assert is_iban("UA213223130000026007233566001")
    assert not is_iban("UA213223130000026007233566002")


def test_the_kind_of_a_code_is_told_by_its_shape():
    assert [code_kind(code) for code in ("00130694", "1759013776", "123456789", "АС123456")] == [
        "edrpou",
        "rntrc",
        "passport",
        "passport",
    ]
    for code in ("", "123", "AC123456", "٣٣٣٣٣٣٣٣", "АС12345"):
        assert code_kind(code) is None
