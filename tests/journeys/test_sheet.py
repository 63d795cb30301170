"""«Відомість показів» in a browser: a column out of a spreadsheet, keys, drafts, both «Зберегти», and what 1C says."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import cabinet, desk
from tests.support.browser import DESKTOP, person
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

ACCOUNT = "80-500500"
OPERATOR = "operator.vin@demo.example"
REASON = "Не збігається з контрольним оглядом"
SHEET = f"/cabinet/legal/readings/{ACCOUNT}/sheet/"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


def test_a_pasted_column_is_calculated_confirmed_receipted_exported_and_answered_by_billing(
    page: Page, browser: Browser, served_demo: ServedSite, new_person: Callable[..., Page], tmp_path: Path
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

    page.goto(f"/cabinet/legal/readings/{ACCOUNT}/receipts/")
    page.get_by_role("main").locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Квитанція про подання показів")
    rows = page.locator("table tbody tr")
    refused = cabinet.words(rows.first.locator("td[data-label='Лічильник']").inner_text())

    operator = new_person(served_demo.url)
    cabinet.sign_in(operator, OPERATOR)
    operator.wait_for_url(lambda url: "/accounts/login/" not in url)
    answer = tmp_path / "відповідь.csv"
    assert answer_of_billing(export_of(operator, tmp_path), answer, refused) == count - 2
    desk.check_file(operator, "Покази", answer)
    desk.apply_preview(operator)

    page.reload()
    reached = rows.first.locator(".life-line .is-reached")
    expect(reached.filter(has_text="відхилено")).to_contain_text(REASON)
    reached = rows.nth(1).locator(".life-line .is-reached")
    expect(reached.filter(has_text="подано")).to_have_count(1)
    expect(reached.filter(has_text="вивантажено")).to_contain_text("пакет №")
    expect(reached.filter(has_text="прийнято")).to_have_count(1)
    # What was refused is asked for again, beside the two drafts.
    page.goto(SHEET)
    expect(page.get_by_text(f"Не подано: 3 з {count}")).to_be_visible()


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


def test_pasted_values_that_find_no_row_are_counted_and_not_lost_unseen(page: Page) -> None:
    open_sheet(page)
    last = page.locator("input[data-factor]:not([disabled])").last
    kept = last.input_value()
    last.focus()
    page.evaluate(PASTE, f"{kept}\r\n5\r\n\r\n6\r\n")
    expect(page.get_by_text("Вставлені значення, для яких немає рядка: 2")).to_be_visible()
    meter = last.locator("xpath=ancestor::tr").locator("td").first.inner_text()
    last.focus()
    page.evaluate(PASTE, f"немає-такого\t5\r\n{meter}\t{kept}\r\n")
    expect(page.get_by_text("Вставлені значення, для яких немає рядка: 1")).to_be_visible()


def test_what_is_typed_after_the_session_ended_waits_until_the_person_is_back(page: Page) -> None:
    def come_in(tab: Page) -> None:
        cabinet.sign_in(tab, "customer@demo.example")
        tab.wait_for_url(lambda url: "/accounts/login/" not in url)

    come_in(page)
    page.goto("/cabinet/legal/readings/80-431930/sheet/")
    field = page.locator("input[data-factor]:enabled").first
    before, typed = field.input_value(), str(int(field.get_attribute("data-base") or 0) // 1000 + 241)
    page.context.clear_cookies()
    field.fill(typed)
    expect(page.get_by_text("Ви вийшли з кабінету, тому чернетку не збережено.")).to_be_visible()
    page.get_by_role("button", name="Зберегти", exact=True).click()
    expect(field).to_have_value(typed)

    tab = page.context.new_page()
    come_in(tab)
    tab.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text(re.compile(r"чернетку збережено \d\d:\d\d"))).to_be_visible()
    cabinet.press(page, "Зберегти")
    expect(page.get_by_role("heading", level=1)).to_have_text("Попередній розрахунок")
    # The sheet becomes what it was, for the other journeys.
    page.get_by_role("link", name="До відомості").click()
    field.fill(before)
    cabinet.press(page, "Відкласти чернеткою")
    expect(field).to_have_value(before)


def export_of(operator: Page, folder: Path) -> Path:
    """Export what waits in the account's month as CSV, at the desk, and download the batch."""
    operator.goto("/admin/")
    operator.get_by_role("link", name="Вивантаження показів", exact=True).click()
    operator.get_by_role("link", name="Вивантажити покази").first.click()
    waiting = operator.get_by_label("Структурна одиниця і місяць")
    expect(waiting).to_be_visible()
    fullest = max(waiting.locator("option").all_inner_texts(), key=lambda text: int(re.findall(r"(\d+) пок", text)[0]))
    waiting.select_option(label=fullest)
    operator.get_by_role("button", name="Вивантажити покази").click()
    with operator.expect_download() as download:
        operator.get_by_role("link", name="Завантажити файл (CSV)").click()
    path = folder / "readings.csv"
    download.value.save_as(path)
    return path


def answer_of_billing(exported: Path, answer: Path, refused: str) -> int:
    """Fill the verdicts into the exported file as 1C would: all of the account accepted but one meter's."""
    rows = list(csv.DictReader(io.StringIO(exported.read_bytes().decode("cp1251"), newline=""), delimiter=";"))
    own = [row for row in rows if row["OsobRah"] == ACCOUNT]
    for row in own:
        row |= {"Status": "відхилено", "Причина": REASON} if row["MeterNo"] == refused else {"Status": "прийнято"}
    with answer.open("w", encoding="cp1251", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(own)


def open_sheet(page: Page) -> None:
    """Sign in as the customer with five hundred points, and come to the sheet by its button."""
    cabinet.sign_in(page, "big@demo.example")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.get_by_role("main").get_by_role("link", name="Ввести покази").click()
    page.get_by_role("main").get_by_role("link", name="Відомість показів").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Відомість показів")
