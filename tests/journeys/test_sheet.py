"""«Відомість показів» in a browser: a column out of a spreadsheet, keys, drafts, and both «Зберегти»."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import cabinet
from tests.support.browser import DESKTOP, person
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

SHEET = "/cabinet/legal/readings/80-500500/sheet/"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


def test_a_column_out_of_a_spreadsheet_is_pasted_calculated_confirmed_and_receipted(
    page: Page, browser: Browser, served_demo: ServedSite
) -> None:
    open_sheet(page)
    fields = page.locator("input[data-factor]")
    count = fields.count()
    bases = fields.evaluate_all("fields => fields.map(field => Number(field.dataset.base))")
    values = [f"{base // 1000 + 230:,}".replace(",", "\u00a0") + ",5" for base in bases]
    values[10], values[20] = "12а", "123 456 789"
    fields.first.focus()
    page.evaluate(PASTE, "\r\n".join(values) + "\r\n")
    # 230,5 kWh with the multiplier 1 is 231.
    expect(page.locator("output").first).to_have_text("231")
    expect(page.get_by_text(f"Введено й не подано: {count}")).to_be_visible()
    expect(page.get_by_text(re.compile(r"чернетку збережено \d\d:\d\d"))).to_be_visible()

    # Another device goes on where this one is.
    with person(browser, served_demo.url, DESKTOP) as (context, _):
        elsewhere = context.new_page()
        open_sheet(elsewhere)
        expect(elsewhere.locator("input[data-factor]").nth(10)).to_have_value("12а")
        expect(elsewhere.locator("input[data-factor]").last).to_have_value(values[-1])

    cabinet.press(page, "Зберегти")
    expect(page.get_by_role("heading", level=1)).to_have_text("Попередній розрахунок")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    expect(page.locator("tr.row--problem")).to_have_count(2)
    expect(page.get_by_text("= 230,5 кВт·год").first).to_be_visible()
    if page.get_by_label("Причина для всіх незвичних рядків").count():
        page.get_by_label("Причина для всіх незвичних рядків").fill("Новий режим роботи")
        page.get_by_label("Покази перевірено, вони правильні").check()
    page.get_by_label("залишити чернетками").check()
    cabinet.press(page, "Зберегти")
    expect(page.get_by_role("heading", level=1)).to_have_text("Покази подано")
    expect(page.get_by_role("row").filter(has_text="80-500500")).to_contain_text(str(count - 2))
    expect(page.get_by_text("2 рядки лишаються чернетками.")).to_be_visible()
    page.goto(SHEET)
    expect(page.get_by_text(f"Не подано: 2 з {count}")).to_be_visible()


def test_enter_and_arrows_move_along_the_column(page: Page) -> None:
    open_sheet(page)
    fields = page.locator("input[data-factor]:not([disabled])")
    fields.first.focus()
    page.keyboard.press("Enter")
    expect(fields.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(fields.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    expect(fields.first).to_be_focused()


def open_sheet(page: Page) -> None:
    """Sign in as the customer with five hundred points, and come to the sheet by its button."""
    cabinet.sign_in(page, "big@demo.example")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.get_by_role("main").get_by_role("link", name="Ввести покази").click()
    page.get_by_role("main").get_by_role("link", name="Відомість показів").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Відомість показів")
