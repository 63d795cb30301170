"""«Рахунки»: the list, one invoice, and who may open them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cabinet_pages.access.models import Role
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine
from tests import factories
from tests.support.windows import SECTION, client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "invoices/80-431930/"


@time_machine.travel("2026-03-20T12:00:00+02:00")
def test_the_list_shows_what_was_imported_to_the_kopeck(account: Any, owner: Any) -> None:
    factories.make_invoice(
        account,
        "ВН-7/26",
        date(2026, 2, 28),
        period=date(2026, 2, 1),
        due_on=date(2026, 3, 20),
        lines=["4216.08", "-12.34", "0.03"],
    )
    answer = visit(client_of(owner), WINDOW)
    assert answer.cells() == [
        [
            "ВН-7/26",
            "28.02.2026",
            "лютий 2026",
            "4 203,77 ₴",
            "20.03.2026",
            "частково сплачено залишилось сплатити 4 203,77 ₴",
            "PDF — рахунок ВН-7/26",
        ]
    ]
    assert "PDF" in answer.text


def test_an_annulled_invoice_is_struck_through_and_out_of_the_sums(account: Any, owner: Any) -> None:
    factories.make_invoice(account, "1", lines=["120.00"])
    factories.make_invoice(account, "2", lines=["600.00"], state="annulled")
    answer = visit(client_of(owner), WINDOW)
    assert "<s>2</s>" in answer.response.content.decode()
    assert answer.response.context["totals"].gross == Decimal("120.00")
    assert "1 анульований рахунок у суму не входить" in answer.text
    annulled = Invoice.objects.get(number="2")
    text = visit(client_of(owner), f"{WINDOW}{annulled.uuid}/").text
    assert "Цей рахунок анульовано" in text
    assert "До сплати0,00 ₴" in text.replace(" 0,00", "0,00")


def test_one_invoice_shows_its_lines_and_its_sum_in_words(account: Any, owner: Any) -> None:
    invoice = factories.make_invoice(account, "ВН-7/26", date(2026, 2, 28), lines=["1234.56"])
    InvoiceLine.objects.filter(invoice=invoice).update(
        point_code="ТУ-5",
        meter_serial="00123",
        previous_value=Decimal("9998"),
        current_value=Decimal("12.5"),
        multiplier=Decimal("30"),
        quantity=Decimal("435"),
        tariff=Decimal("2.345678"),
        vat_computed=True,
    )
    answer = visit(client_of(owner), f"{WINDOW}{invoice.uuid}/")
    assert answer.status == 200
    # Four of them read the ledger of the account.
    assert answer.queries <= 20
    assert answer.cells() == [
        [
            "Активна електроенергіяТУ-5, лічильник № 00123",
            "9 998",
            "12,5",
            "30",
            "435кВт·год",
            "2,345678",
            "1 028,80",
            "205,76",
            "1 234,56",
        ]
    ]
    assert "Одна тисяча двісті тридцять чотири гривні 56 копійок" in answer.text
    assert "ПДВ обчислено як шосту частину" in answer.text


def test_invoices_are_filtered_by_the_year_and_month_of_their_period(account: Any, owner: Any) -> None:
    factories.make_invoice(account, "1", date(2026, 1, 5), period=date(2025, 12, 1))
    factories.make_invoice(account, "2", date(2026, 1, 31))
    factories.make_invoice(account, "3", date(2026, 2, 28), period=None)
    client = client_of(owner)
    numbers = [
        [row[0] for row in visit(client, WINDOW, **query).cells()]
        for query in ({}, {"year": "2025"}, {"year": "2026"}, {"year": "2026", "month": "2"})
    ]
    assert numbers == [["3", "2", "1"], ["1"], ["3", "2"], ["3"]]
    assert "Таких рахунків немає" in visit(client, WINDOW, year="1999").text
    assert visit(client, WINDOW, year="х", month="13").status == 200


@time_machine.travel("2026-04-01T12:00:00+03:00")
def test_invoices_are_filtered_by_how_far_they_are_paid_and_by_article(account: Any, owner: Any) -> None:
    penalty = factories.make_article("Пеня")
    factories.make_invoice(account, "1", date(2026, 1, 31), due_on=date(2026, 2, 20))
    factories.make_invoice(account, "2", date(2026, 2, 28), due_on=date(2026, 3, 20))
    factories.make_invoice(account, "3", date(2026, 3, 30), due_on=date(2026, 4, 20))
    factories.make_invoice(account, "4", date(2026, 3, 31), due_on=date(2026, 4, 20), article=penalty)
    factories.make_invoice(account, "5", date(2026, 3, 31), state="annulled")
    factories.make_payment(account, date(2026, 2, 1), "200.00")
    factories.make_payment(account, date(2026, 3, 31), "20.00", purpose="рах. № 3")
    client = client_of(owner)
    found = {
        status: [row[0] for row in visit(client, WINDOW, status=status).cells()]
        for status in ("paid", "partly", "unpaid", "overdue", "annulled")
    }
    assert found == {"paid": ["1"], "partly": ["3"], "unpaid": ["4"], "overdue": ["2"], "annulled": ["5"]}
    of_penalty = visit(client, WINDOW, article=str(penalty.pk))
    assert [row[0] for row in of_penalty.cells()] == ["4"]
    whole = visit(client, WINDOW).response.context["found"]
    assert (whole.totals.gross, whole.paid, whole.unpaid) == (Decimal("480.00"), Decimal("220.00"), Decimal("260.00"))


def test_a_state_that_the_branchs_balance_denies_is_being_clarified(account: Any, owner: Any) -> None:
    factories.make_invoice(account, "1", date(2026, 1, 31))
    factories.make_balance(account, date(2026, 1, 1), "0.00", "119.00")
    text = visit(client_of(owner), WINDOW).text
    assert "уточнюється розраховано кабінетом: не сплачено" in text
    Balance.objects.update(closing=Decimal("120.00"))
    assert "уточнюється" not in visit(client_of(owner), WINDOW).text


def test_the_list_over_all_accounts_has_those_of_the_person_alone(account: Any, owner: Any) -> None:
    other, foreign = factories.make_account("80-36"), factories.make_account("80-37")
    factories.grant(owner, other)
    mine, second = factories.make_invoice(account, "1"), factories.make_invoice(other, "2", date(2026, 2, 28))
    factories.make_invoice(foreign, "3")
    answer = visit(client_of(owner), "invoices/all/")
    assert [row[:2] for row in answer.cells()] == [["2", "80-36"], ["1", "80-431930"]]
    assert answer.queries <= 15
    markup = answer.response.content.decode()
    assert reverse("cabinet_invoice_pdf", args=[second.uuid]) in markup
    assert f"/invoices/80-431930/{mine.uuid}/" in markup
    assert client_of(factories.make_user()).get(f"{SECTION}/invoices/all/").status_code == 404
    assert client_of(None).get(f"{SECTION}/invoices/all/").status_code == 302


@pytest.mark.parametrize(
    ("payer", "sentence"),
    [("consumer", "Рахунків ще немає"), ("supplier", "за розподіл сплачує постачальник")],
)
def test_an_empty_window_says_why(account: Any, owner: Any, payer: str, sentence: str) -> None:
    account.distribution_payer = payer
    account.save()
    assert sentence in visit(client_of(owner), WINDOW).text


def test_many_invoices_and_lines_take_the_queries_of_one(account: Any, owner: Any) -> None:
    invoice = factories.make_invoice(account, "1")
    client = client_of(owner)
    few, few_lines = visit(client, WINDOW), visit(client, f"{WINDOW}{invoice.uuid}/")
    Invoice.objects.bulk_create(
        Invoice(
            account=account,
            number=str(number),
            issued_on=date(2026, 2, 1),
            net=Decimal("0.10"),
            vat=Decimal("0.02"),
            gross=Decimal("0.12"),
        )
        for number in range(2, 3002)
    )
    big = factories.make_invoice(account, "big", lines=["1.20"] * 80)
    many, many_lines = visit(client, WINDOW), visit(client, f"{WINDOW}{big.uuid}/")
    assert few.queries == many.queries <= 15
    assert few_lines.queries == many_lines.queries <= 15
    assert len(many.cells()) == 50
    assert many.response.context["totals"].gross == Decimal("576.00")


def test_foreign_hidden_and_absent_invoices_are_equally_absent(account: Any, owner: Any) -> None:
    other = factories.make_account("80-36")
    foreign = factories.make_invoice(other, "1")
    withdrawn = factories.make_invoice(account, "2", withdrawn=True)
    earlier = factories.make_invoice(account, "3", date(2025, 12, 31))
    account.owned_since = date(2026, 1, 1)
    account.save()
    client = client_of(owner)
    for address in (
        f"{WINDOW}{foreign.uuid}/",
        f"invoices/80-36/{foreign.uuid}/",
        f"{WINDOW}{withdrawn.uuid}/",
        f"{WINDOW}{earlier.uuid}/",
        f"{WINDOW}00000000-0000-4000-8000-000000000000/",
        f"{WINDOW}1/",
    ):
        assert client.get(f"{SECTION}/{address}").status_code == 404, address
    for hidden in (foreign, withdrawn, earlier):
        assert client.get(reverse("cabinet_invoice_pdf", args=[hidden.uuid])).status_code == 404
    assert visit(client, WINDOW).cells() == []


def test_every_role_reads_and_an_anonymous_visitor_meets_the_login(account: Any, owner: Any) -> None:
    invoice = factories.make_invoice(account)
    pages = (f"{SECTION}/{WINDOW}", f"{SECTION}/{WINDOW}{invoice.uuid}/")
    addresses = (*pages, reverse("cabinet_invoice_pdf", args=[invoice.uuid]))
    for role in Role:
        person = factories.make_user()
        factories.grant(person, account, role)
        for address in addresses:
            assert client_of(person).get(address).status_code == 200
    for address in addresses:
        response = client_of(None).get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
