"""Account numbers in what payers write, and what is a number of something else."""

import pytest

from imports.statements.matching import Named, chosen, named_accounts


@pytest.mark.parametrize(
    "purpose",
    [
        "Оплата за розподіл, о/р 80-1, у т.ч. ПДВ",
        "О/Р№80-1",
        "o/p 80-1",
        "ор 80-1",
        "ОР:80-1",
        "о.р. 80-1",
        "л/с 80-1 за январь",
        "особовий рахунок 80-1",
        "по особовому рахунку № 80–1 за жовтень",
        "Ос. рах. № 80-1",
        "особ.рах.80-1.",
        "лицевой счет 80-1",
    ],
)
def test_an_account_that_is_called_so_is_found(purpose):
    assert named_accounts(purpose) == Named(("80-1",), ())


@pytest.mark.parametrize("purpose", ["договір № 80-1 від 12.10.2026", "дог.80-1", "за е/е 80-1 жовтень", "(80-1)"])
def test_a_contract_and_a_bare_number_may_be_an_account(purpose):
    assert named_accounts(purpose) == Named((), ("80-1",))


@pytest.mark.parametrize(
    "purpose",
    [
        "від 12-10-2026",
        "тел. 80-44-123",
        "рахунок 1180-1",
        "за 80-1.5 кВт",
        "UA80-1",
        "р/р 26007233566001",
        "твор 80",
        "",
    ],
)
def test_dates_phones_and_sums_are_no_accounts(purpose):
    assert named_accounts(purpose) == Named((), ())


@pytest.mark.parametrize(
    ("purpose", "known", "answer"),
    [
        ("о/р 80-1", {"80-1"}, "80-1"),
        ("о/р 80-1, о/р 80-2", {"80-1", "80-2"}, None),
        ("о/р 80-1, о/р 80-2", {"80-2"}, "80-2"),
        ("о/р 80-1 договір 80-2", {"80-1", "80-2"}, "80-1"),
        ("о/р 80-9 договір 80-2", {"80-2"}, None),
        ("договір 15 80-2", {"80-2"}, "80-2"),
        ("80-1 80-2", {"80-1", "80-2"}, None),
        ("за жовтень", set(), ""),
        ("договір 15", set(), ""),
    ],
)
def test_one_known_account_is_an_answer_and_words_of_the_payer_are_not_overruled(purpose, known, answer):
    assert chosen(named_accounts(purpose), known) == answer
