"""Contacts of the utility and of its branches."""

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cabinet_pages.accounts.models import Branch
from website.branches.queries import split_phones
from website.home.services import PublicSite


def test_working_branches_are_listed_with_their_contacts(public_site: PublicSite, client: Client) -> None:
    Branch.objects.create(
        code="TRO",
        name="Тростянецькі ЕМ",
        address="смт. Тростянець, вул. Соборна 46",
        phones="(04343) 2-12-34, 067 000-00-00",
        email="tro@utility.example",
        working_hours="Пн–Пт 8:00–17:00",
    )
    Branch.objects.create(code="OLD", name="Закрита дільниця", is_active=False)

    html = client.get("/contacts/").content.decode()

    for text in ("Тростянецькі ЕМ", "смт. Тростянець", 'href="tel:04343212 34"'.replace(" ", ""), "Пн–Пт 8:00–17:00"):
        assert text in html
    assert "tro@utility.example" in html
    assert "Закрита дільниця" not in html


def test_without_branches_the_page_says_where_to_turn(public_site: PublicSite, client: Client) -> None:
    assert "Перелік структурних одиниць готується" in client.get("/contacts/").content.decode()


def test_phones_of_one_line_become_links_of_their_own() -> None:
    assert split_phones("(0432) 65-95-95; 067 111-11-11,\n050 222-22-22 ,") == (
        "(0432) 65-95-95",
        "067 111-11-11",
        "050 222-22-22",
    )


def test_more_branches_cost_no_more_queries(
    public_site: PublicSite, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/contacts/")
    for number in range(30):
        Branch.objects.create(code=f"B{number}", name=f"Дільниця {number}")

    with django_assert_max_num_queries(15):
        client.get("/contacts/")
