"""What people do in the cabinet, by the words that they read on the screen."""

import re
import time

from playwright.sync_api import Page, expect

from tests.support.mail import MailSink, text_of

DEMO_PASSWORD = "demo-Cabinet-2026"
LEGAL = "/cabinet/legal"
FIRST_ACCOUNT = "80-431930"

WINDOWS = (
    "Персональна інформація",
    "Фінансова інформація",
    "Рахунки",
    "Введення показів лічильника",
    "Перегляд приладів обліку",
    "Отримання документів з ЕЦП",
    "Отримання платежів",
)


def sign_in(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in from the home page."""
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Увійти").click()
    fill_login(page, email, password)


def fill_login(page: Page, email: str, password: str) -> None:
    """Fill and send the panel «Замовник послуги»."""
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Замовник послуги")).to_be_visible()
    main.get_by_label("Логін").fill(email)
    main.get_by_label("Пароль", exact=True).fill(password)
    main.get_by_role("button", name="Увійти").click()


def sign_out(page: Page) -> None:
    """Press «Вийти» in the header."""
    page.get_by_role("banner").get_by_role("button", name="Вийти").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Увійти")).to_be_visible()


def open_account(page: Page, number: str) -> None:
    """From the account list through «Перегляд»."""
    page.get_by_role("row", name=number).get_by_role("link", name="Перегляд").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Персональна інформація")


def open_window(page: Page, title: str) -> None:
    """Through the bar of windows."""
    page.get_by_role("navigation", name="Вікна особового рахунку").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def press(page: Page, button: str) -> None:
    """Press a button of the page's main part and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button).click()


def show_payments(page: Page, first: str, last: str) -> None:
    """Fill both dates (YYYY-MM-DD) of the payments window and press «Показати платежі»."""
    page.get_by_label("З дати").fill(first)
    page.get_by_label("По дату").fill(last)
    press(page, "Показати платежі")


def body_rows(page: Page, number: int = 0) -> list[list[str]]:
    """The body of a table of the page's main part, a list of cells a row, with plain spaces."""
    page.wait_for_load_state()
    rows = page.get_by_role("main").locator("table").nth(number).locator("tbody tr").all()
    return [[words(cell) for cell in row.locator("th, td").all_text_contents()] for row in rows]


def words(text: str) -> str:
    """A text with every run of spaces, no-break ones among them, as one plain space."""
    return " ".join(text.split())


def main_text(page: Page) -> str:
    """The words of the page's main part."""
    page.wait_for_load_state()
    return words(page.get_by_role("main").inner_text())


def facts(page: Page) -> dict[str, str]:
    """The page's pairs of label and value."""
    page.wait_for_load_state()
    pairs = page.get_by_role("main").locator("dl > div").all()
    return {words(pair.locator("dt").inner_text()): words(pair.locator("dd").inner_text()) for pair in pairs}


def found_in_mail(mails: MailSink, address: str, pattern: str, seconds: float = 30) -> str:
    """Wait for a mail to a person in which a pattern is found, and return what was found in the newest."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for mail in reversed(mails.to(address)):
            if found := re.search(pattern, text_of(mail)):
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"{address} got no {pattern}: {[text_of(mail) for mail in mails.to(address)]}")
