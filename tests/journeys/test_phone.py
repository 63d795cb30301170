"""The customer on a telephone of 360 px: every window, and never a sideways scroll."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import cabinet
from tests.support.browser import PHONE
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser


def test_a_customer_goes_through_all_seven_windows_on_a_telephone(
    new_person: Callable[..., Page], served_demo: ServedSite
) -> None:
    page = new_person(served_demo.url, size=PHONE)
    page.goto("/accounts/login/")
    stays_within(page)
    cabinet.fill_login(page, "customer@demo.example", cabinet.DEMO_PASSWORD)
    expect(page.get_by_role("link", name=f"Перегляд — {cabinet.FIRST_ACCOUNT}")).to_be_visible()
    stays_within(page)
    page.get_by_role("link", name=f"Перегляд — {cabinet.FIRST_ACCOUNT}").click()
    for title in cabinet.WINDOWS:
        bar = page.get_by_role("navigation", name="Вікна особового рахунку")
        link = bar.get_by_role("link", name=title, exact=True)
        if not link.is_visible():
            bar.get_by_role("link", name="Усі вікна").click()
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        stays_within(page)
    page.goto(f"{cabinet.LEGAL}/readings/{cabinet.FIRST_ACCOUNT}/")
    page.get_by_role("link", name="Внести покази").click()
    stays_within(page)
    page.get_by_role("link", name="Виробничий корпус").click()
    expect(page.get_by_role("button", name="Зберегти")).to_be_visible()
    stays_within(page)


def stays_within(page: Page) -> None:
    """Fail when the page can be scrolled sideways."""
    # Before the styles of a window have come it may be of any width.
    page.wait_for_load_state()
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{page.url} is {beyond} px too wide"
