"""The customer's journey with scripts switched off in the browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cabinet_pages.clock import kyiv_today
from tests.journeys import cabinet
from tests.support.site import ServedSite
from website.demo import manual
from website.demo.world import build_world

pytestmark = pytest.mark.browser


def test_a_customer_reads_payments_and_computes_readings_without_scripts(
    new_person: Callable[..., Page], served_demo: ServedSite
) -> None:
    page = new_person(served_demo.url, javascript=False)
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, cabinet.FIRST_ACCOUNT)
    cabinet.open_window(page, "Отримання платежів")
    cabinet.show_payments(page, "2020-01-01", "2020-02-20")
    assert [row[0] for row in cabinet.body_rows(page)] == [f"{day:%d.%m.%Y}" for day, _article in manual.PAYMENTS]

    cabinet.open_window(page, "Введення показів лічильника")
    page.get_by_role("link", name="Внести покази").click()
    page.get_by_role("row", name="Адміністративна будівля").get_by_role("link", name="Обрати").click()
    account = next(one for one in build_world(kyiv_today()).accounts if one.number == cabinet.FIRST_ACCOUNT)
    point = next(one for one in account.points if one.name == "Адміністративна будівля")
    row = page.get_by_role("row", name="уся доба")
    row.get_by_role("textbox").fill(str(point.registers[0].readings[-1] + 10))
    page.get_by_role("button", name="Зберегти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Попередній розрахунок")
    expect(page.get_by_role("main")).to_contain_text("10 кВт·год")
    page.get_by_role("link", name="Повернутися, не подаючи").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Внести покази")
    cabinet.sign_out(page)
