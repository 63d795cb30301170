"""The purpose of a payment, and its requisites as a text."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cabinet_pages.billing.payment_codes.payload import PaymentOrder
from cabinet_pages.billing.payment_codes.wording import PurposeFacts, payment_purpose, payment_text
from cabinet_pages.billing.purposes import folded_number, named_in
from imports.statements.matching import named_accounts

ENERGY, DISTRIBUTION = "Активна електроенергія", "Плата за розподіл електроенергії"
FACTS = PurposeFacts(
    account="80-431930",
    number="ВН-7/26",
    issued_on=date(2026, 2, 28),
    articles=(ENERGY,),
    period=date(2026, 2, 1),
    vat=Decimal("205.76"),
)


def test_a_purpose_names_account_invoice_article_period_and_vat() -> None:
    assert payment_purpose(FACTS, room=140) == (
        "о/р 80-431930, рахунок № ВН-7/26 від 28.02.2026, Активна електроенергія, за лютий 2026, у т.ч. ПДВ 205,76 грн"
    )


def test_without_tax_and_period_it_says_so() -> None:
    facts = replace(FACTS, vat=Decimal("0.00"), period=None, articles=("Пеня",))
    assert payment_purpose(facts, room=140).endswith("від 28.02.2026, Пеня, без ПДВ")


@pytest.mark.parametrize(
    ("articles", "room", "named"),
    [
        ((ENERGY, DISTRIBUTION), 200, f"{ENERGY}, {DISTRIBUTION}"),
        ((ENERGY, DISTRIBUTION), 140, f"{ENERGY} та ін."),
        (("Довга назва " * 10,), 120, "Довга назва Довга назва Довга на…"),
    ],
)
def test_names_of_articles_give_way(articles: tuple[str, ...], room: int, named: str) -> None:
    text = payment_purpose(replace(FACTS, articles=articles), room=room)
    assert len(text) <= room
    assert f", {named}, за лютий" in text


def test_the_numbers_are_never_cut() -> None:
    text = payment_purpose(replace(FACTS, number="1" * 60), room=100)
    assert "1" * 60 in text
    assert ENERGY[:5] not in text


def test_what_comes_back_with_a_bank_statement_is_understood() -> None:
    text = payment_purpose(FACTS, room=140)
    assert named_accounts(text).accounts == ("80-431930",)
    found = named_in(text, date(2026, 3, 10))
    assert folded_number("ВН-7/26") in {invoice.number for invoice in found.invoices}
    assert found.periods == (date(2026, 2, 1),)


def test_the_text_has_every_requisite() -> None:
    order = PaymentOrder("АТ «ВОЕ»", "00130694", "UA213223130000026007233566001", Decimal("1234.5"), "за\nлютий")
    assert payment_text(order, bank="АТ «Банк»") == (
        "Отримувач: АТ «ВОЕ»; Код отримувача: 00130694; IBAN: UA213223130000026007233566001; Банк: АТ «Банк»; "
        "Сума: 1234,50 грн; Призначення платежу: за лютий"
    )
    assert "Банк" not in payment_text(order)
