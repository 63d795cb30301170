"""«Отримання платежів» by article and amount: what is shown, what it adds up to, and what cannot be understood."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests import factories
from tests.support.scale import chance
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "payments/80-431930/"
PERIOD = {"from_date": "2020-01-01", "to_date": "2020-02-20"}
DAY = date(2020, 1, 8)
ACTIVE, PENALTY = "Активна електроенергія", "Пеня"


def amounts(answer: Any) -> list[str]:
    return [row[1] for row in answer.cells()] if "Зараховано на" in answer.text else []


def test_an_article_is_chosen_among_those_ever_paid_for_and_the_totals_are_its_own(account: Any, owner: Any) -> None:
    penalty = factories.make_article(PENALTY)
    factories.make_article("Реактивна електроенергія")
    factories.make_payment(account, DAY, "10.00")
    factories.make_payment(account, DAY, "20.00", penalty)
    factories.make_payment(account, date(2019, 1, 8), "40.00", factories.make_article("Річні відсотки"))
    answer = visit(client_of(owner), WINDOW, **PERIOD, article=str(penalty.pk))
    assert amounts(answer) == ["20,00"]
    totals = answer.response.context["totals"]
    assert [(row.article, row.amount) for row in totals.by_article] == [(PENALTY, Decimal("20.00"))]
    offered = answer.response.context["form"].fields["article"].widget.choices
    assert {str(name) for _, name in offered} == {"Усі статті", ACTIVE, PENALTY, "Річні відсотки"}
    assert f'<option value="{penalty.pk}" selected>' in answer.response.content.decode()


@pytest.mark.parametrize(
    ("least", "most", "shown"),
    [
        ("1 234,56", "", ["1 234,56", "20 000,00"]),
        ("1234.57", "", ["20 000,00"]),
        ("1.234,56", "1,234.56", ["1 234,56"]),
        ("1\u00a0234,56 грн", "1'234,56 ₴", ["1 234,56"]),
        ("", "0", ["−500,00"]),
        ("−500,00", "0,01", ["−500,00", "0,01"]),
        ("-500", "-500", ["−500,00"]),
        ("", "", ["−500,00", "0,01", "1 234,56", "20 000,00"]),
    ],
)
def test_amounts_are_taken_as_ukrainians_write_them_and_both_ends_belong(
    account: Any, owner: Any, least: str, most: str, shown: list[str]
) -> None:
    for amount in ("-500.00", "0.01", "1234.56", "20000.00"):
        factories.make_payment(account, DAY, amount)
    assert amounts(visit(client_of(owner), WINDOW, **PERIOD, from_amount=least, to_amount=most)) == shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_amount": "багато"}, "Це не сума. Введіть гривні й копійки"),
        ({"to_amount": "1,2,3"}, "Це не сума. Введіть гривні й копійки"),
        ({"from_amount": "1.234"}, "У сумі не більше двох цифр після коми"),
        ({"to_amount": "9" * 30}, "Сума завелика"),
        ({"to_amount": "9" * 13}, "Сума завелика"),
        ({"from_amount": "2", "to_amount": "1"}, "Друга сума менша за першу"),
        ({"article": "0"}, "Такої статті в переліку немає"),
        ({"article": "пеня"}, "Такої статті в переліку немає"),
        ({"article": "2147483647"}, "Такої статті в переліку немає"),
    ],
)
def test_what_cannot_be_understood_gets_a_sentence_and_nothing_typed_is_lost(
    account: Any, owner: Any, typed: dict[str, str], sentence: str
) -> None:
    factories.make_payment(account, DAY, "10.00")
    answer = visit(client_of(owner), WINDOW, **PERIOD, **typed)
    assert answer.status == 200
    assert sentence in answer.text
    assert amounts(answer) == []
    page = answer.response.content.decode()
    for name, value in {**PERIOD, **typed}.items():
        if name != "article":
            assert f'name="{name}" value="{value}"' in page
    # A file is not made of something else than what was asked for.
    refused = client_of(owner).get(f"/cabinet/legal/{WINDOW}file/csv/", {**PERIOD, **typed})
    assert refused.status_code == 422
    assert sentence in refused.content.decode()


def test_a_filter_that_leaves_nothing_says_so_and_leads_back_to_the_whole_period(account: Any, owner: Any) -> None:
    factories.make_payment(account, DAY, "10.00")
    answer = visit(client_of(owner), WINDOW, **PERIOD, from_amount="11")
    assert "Таких платежів за цей період немає" in answer.text
    assert 'href="/cabinet/legal/payments/80-431930/?from_date=2020-01-01&amp;to_date=2020-02-20"' in (
        answer.response.content.decode()
    )


def test_the_totals_of_any_filter_are_what_an_accountant_adds_up_by_hand(account: Any, owner: Any) -> None:
    random = chance("payments: totals of a filter")
    articles = [factories.make_article(name) for name in (ACTIVE, PENALTY, "Річні відсотки")]
    paid = [
        (random.choice(articles), date(2020, 1, random.randint(1, 31)), random.randint(-20_000, 900_000))
        for _ in range(60)
    ]
    for article, day, kopecks in paid:
        factories.make_payment(account, day, f"{Decimal(kopecks) / 100:.2f}", article)
    client = client_of(owner)
    for chosen in (None, *articles):
        least, most, first = random.randint(-20_000, 300_000), random.randint(300_000, 900_000), random.randint(1, 20)
        wanted = [
            (article.name, Fraction(kopecks, 100))
            for article, day, kopecks in paid
            if chosen in (None, article) and least <= kopecks <= most and day.day >= first
        ]
        totals = visit(
            client,
            WINDOW,
            from_date=f"2020-01-{first:02}",
            to_date="2020-01-31",
            article=str(chosen.pk) if chosen else "",
            from_amount=f"{Decimal(least) / 100:.2f}".replace(".", ","),
            to_amount=f"{Decimal(most) / 100:.2f}".replace(".", ","),
        ).response.context["totals"]
        assert totals.count == len(wanted)
        assert Fraction(totals.amount) == sum((amount for _, amount in wanted), Fraction(0))
        assert {row.article: Fraction(row.amount) for row in totals.by_article} == {
            name: sum((amount for of, amount in wanted if of == name), Fraction(0)) for name, _ in wanted
        }


def test_pages_and_files_keep_the_filter(account: Any, owner: Any) -> None:
    for _ in range(51):
        factories.make_payment(account, DAY, "10.00")
    page = visit(client_of(owner), WINDOW, **PERIOD, from_amount="1,00").response.content.decode()
    assert "file/xlsx/?from_date=2020-01-01&amp;to_date=2020-02-20&amp;from_amount=1%2C00" in page
    assert "from_amount=1%2C00&amp;page=2" in page
