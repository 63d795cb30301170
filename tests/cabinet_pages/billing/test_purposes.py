"""What the purpose of a payment names: numbers of invoices, and months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabinet_pages.billing.purposes import NamedInvoice, folded_number, named_in

PAID_ON = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("Оплата рах. № ВН-7/26 від 28.02.2026 за розподіл, у т.ч. ПДВ", [("ВН-7/26", date(2026, 2, 28))]),
        ("згiдно рах.№СФ-123 вiд 01.02.2026 р.", [("СФ-123", date(2026, 2, 1))]),
        ("рахунок-фактура BH–0007", [("ВН-0007", None)]),
        ("о/р 80-431930, № 12 від 28.02.2026, Активна електроенергія", [("12", date(2026, 2, 28))]),
        ("особовий рахунок № 80-1, рахунки № 12, 13 та 14", [("12", None), ("13", None), ("14", None)]),
        ("рах 12 від 30.02.2026", [("12", None)]),
        ("Розрахунковий рахунок 12", []),
        ("договір № 12 від 01.02.2020", []),
        ("За електроенергію без ПДВ", []),
        ("", []),
    ],
)
def test_numbers_of_invoices_are_found_where_the_purpose_calls_them_so(
    purpose: str, numbers: list[tuple[str, date | None]]
) -> None:
    assert named_in(purpose, PAID_ON).invoices == tuple(
        NamedInvoice(folded_number(number), day) for number, day in numbers
    )


@pytest.mark.parametrize(
    ("purpose", "months"),
    [
        ("за лютий 2026 р.", [date(2026, 2, 1)]),
        ("розподіл 02.2026", [date(2026, 2, 1)]),
        ("розподіл за 2/2026, 2026-01", [date(2026, 2, 1), date(2026, 1, 1)]),
        ("За грудень-січень 2026р", [date(2025, 12, 1), date(2026, 1, 1)]),
        ("за січень та лютий 2026", [date(2026, 1, 1), date(2026, 2, 1)]),
        # Without a year it is the nearest: at most the month after the payment.
        ("за сiчень", [date(2026, 1, 1)]),
        ("за квітень", [date(2026, 4, 1)]),
        ("за травень", [date(2025, 5, 1)]),
        # Dates, contracts and streets name no month.
        ("рах. 5 від 28.02.2026", []),
        ("від 28 лютого 2026 р.", []),
        ("договір № 12/2020", []),
        ("вул. Липова, Лютнева", []),
    ],
)
def test_months_are_found_in_words_and_in_digits(purpose: str, months: list[date]) -> None:
    assert named_in(purpose, PAID_ON).periods == tuple(months)


@given(st.text(alphabet="№рахункза 0123456789.-/від,лютий2026 ", max_size=120))
def test_any_purpose_is_read_to_its_end(purpose: str) -> None:
    named = named_in(purpose, PAID_ON)
    assert all(any(sign.isdigit() for sign in invoice.number) for invoice in named.invoices)
    assert all(month.day == 1 for month in named.periods)
