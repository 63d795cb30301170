"""The manual is a page of the cabinet that anybody may read, and every window leads to its section."""

import re
from typing import Any

import pytest
from django.test import Client

from cabinet_pages.manual.pages import ManualPage
from cabinet_pages.windows.pages import WindowMixin
from cabinet_pages.windows.queries import concrete_types
from tests.factories import grant, make_account, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manual() -> ManualPage:
    """The manual of an installed cabinet."""
    make_site()
    return ManualPage.objects.get()


@pytest.fixture
def customer(client: Client, manual: ManualPage) -> Client:
    """The browser of somebody with one account."""
    user = make_user()
    grant(user, make_account("80-1"))
    client.force_login(user)
    return client


def test_anybody_reads_it_and_finds_every_section_at_its_anchor(client: Client, manual: ManualPage) -> None:
    text = client.get(manual.url).content.decode()
    numbers = ["1", "2", "3", "4", *(f"4.{part}" for part in range(1, 8))]
    assert re.findall(r'<section class="prose" id="section-([0-9-]+)"', text) == [n.replace(".", "-") for n in numbers]


@pytest.mark.parametrize("page_type", concrete_types(WindowMixin), ids=lambda page_type: page_type.__name__)
def test_every_window_leads_to_its_section(customer: Client, manual: ManualPage, page_type: Any) -> None:
    window = page_type.objects.get()
    text = customer.get(f"{window.url}80-1/").content.decode()
    anchor = f"section-{page_type.manual_section.replace('.', '-')}"
    assert f'href="{manual.url}#{anchor}"' in text
    assert f'id="{anchor}"' in customer.get(manual.url).content.decode()


@pytest.mark.parametrize(
    ("address", "section"),
    [("/accounts/signup/", "1"), ("/accounts/login/", "2"), ("/accounts/password/reset/", "3")],
)
def test_the_entrance_leads_to_its_sections(client: Client, manual: ManualPage, address: str, section: str) -> None:
    assert f'href="{manual.url}#section-{section}"' in client.get(address).content.decode()


def test_a_cabinet_whose_manual_was_taken_away_shows_no_link(customer: Client, manual: ManualPage) -> None:
    manual.unpublish()
    assert manual.url not in customer.get("/cabinet/legal/payments/80-1/").content.decode()
    assert customer.get("/accounts/password/change/").status_code in (200, 302)
