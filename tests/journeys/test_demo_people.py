"""Where the demo's logins land, and that the manual's account shows what the demo's files say, to the kopeck."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from cabinet_pages.clock import kyiv_today
from tests.journeys import cabinet
from tests.support.site import ServedSite
from website.demo import manual
from website.demo.records import World
from website.demo.world import build_world

pytestmark = pytest.mark.browser

LANDINGS = {
    "customer@demo.example": "/cabinet/legal/accounts/",
    "big@demo.example": "/cabinet/legal/accounts/",
    "newcomer@demo.example": "/cabinet/legal/",
    "operator.vin@demo.example": "/admin/imports/importbatch/",
    "operator.tro@demo.example": "/admin/imports/importbatch/",
    "central@demo.example": "/admin/imports/importbatch/",
    "editor@demo.example": "/admin/pages/",
    "admin@demo.example": "/admin/",
}


@pytest.fixture(scope="module")
def world() -> World:
    """The world that the served demo was made from."""
    return build_world(kyiv_today())


@pytest.mark.parametrize("email", LANDINGS)
def test_every_demo_login_lands_where_its_work_is(page: Page, email: str) -> None:
    cabinet.sign_in(page, email)
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    address = urlsplit(page.url).path
    expected = LANDINGS[email]
    assert address == expected or (expected == "/admin/pages/" and address.startswith(expected))


def test_the_payments_window_shows_the_manuals_17_rows_in_order(page: Page) -> None:
    open_manual_account(page)
    cabinet.open_window(page, "Отримання платежів")
    cabinet.show_payments(page, "2020-01-01", "2020-02-20")
    rows = [row[:3] for row in cabinet.body_rows(page)]
    assert rows == [[f"{day:%d.%m.%Y}", "10 000,00", article] for day, article in manual.PAYMENTS]
    expect(page.get_by_role("region", name="Підсумки за статтями")).to_contain_text("170 000,00".replace(" ", "\u00a0"))


def test_the_account_list_shows_the_manuals_two_rows(page: Page) -> None:
    cabinet.sign_in(page, "customer@demo.example")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    rows = {row[0]: row[1:6] for row in cabinet.body_rows(page)}
    assert rows == {
        "80-431930": [
            manual.NAME,
            "вул. Закарпатська 46, м. Вінниця, 27000",
            "30036471",
            "24.11.2011",
            "Платіжний лист",
        ],
        "80-36": [
            manual.NAME,
            "вул. Соборна 46, смт. Тростянець, Тростянецький район, Вінницька область, 24300",
            "30079288",
            "10.04.2008",
            "Платіжний лист",
        ],
    }


def test_personal_information_is_what_the_accounts_file_says(page: Page, world: World) -> None:
    account = next(account for account in world.accounts if account.number == manual.FIRST_NUMBER)
    open_manual_account(page)
    facts = cabinet.facts(page)
    expected = {
        "Особовий рахунок": account.number,
        "Замовник": account.name,
        "код ЄДРПОУ": account.code,
        "Фізична адреса": account.address,
        "Юридична адреса": account.address,
        "Контокорентний рахунок": "26000000431930",
        "Дата підписання договору": "24.11.2011",
        "Форма оплати": "Платіжний лист",
        "Електропостачальник": account.supplier,
    }
    assert {name: facts[name] for name in expected} == expected
    assert facts["Розрахунковий день"].startswith(f"{account.settlement_day}")


def test_balances_of_the_manuals_months_are_what_the_balances_file_says(page: Page, world: World) -> None:
    open_manual_account(page)
    cabinet.open_window(page, "Фінансова інформація")
    page.get_by_label("З місяця").select_option("2020-01")
    page.get_by_label("По місяць").select_option("2020-02")
    cabinet.press(page, "Показати")
    sums: dict[str, list[Decimal]] = {}
    for balance in world.balances:
        if balance.account == manual.FIRST_NUMBER and balance.period.year == 2020:
            row = sums.setdefault(balance.article, [balance.opening, Decimal(0), Decimal(0), Decimal(0)])
            row[1] += balance.charged
            row[2] += balance.paid
            row[3] = balance.closing
    # The articles without VAT stand apart, under a line of one cell.
    shown = {row[0]: row[1:] for row in cabinet.body_rows(page) if len(row) > 1}
    assert shown == {
        article: [stated(opening), money(charged), money(paid), "—", stated(closing)]
        for article, (opening, charged, paid, closing) in sums.items()
    }
    facts = cabinet.facts(page)
    assert facts["Сальдо на початок періоду"].startswith(money(sum(row[0] for row in sums.values())))
    assert facts["Сальдо на кінець періоду"].startswith(money(abs(sum(row[3] for row in sums.values()))))


def test_invoices_are_what_the_invoices_file_says(page: Page, world: World) -> None:
    open_manual_account(page)
    cabinet.open_window(page, "Рахунки")
    gross: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in world.invoices:
        if invoice.account == manual.FIRST_NUMBER:
            gross[invoice.number] += sum(line.gross for line in invoice.lines)
    shown: dict[str, str] = {}
    while True:
        shown |= {row[0]: row[3] for row in cabinet.body_rows(page)}
        following = page.get_by_role("main").get_by_role("link", name="Наступна")
        if not following.count():
            break
        following.click()
    assert shown == {number: f"{money(amount)} ₴" for number, amount in gross.items()}


def open_manual_account(page: Page) -> None:
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, manual.FIRST_NUMBER)


def money(amount: Decimal | int) -> str:
    """A sum as screens write it: 10 000,00."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def stated(amount: Decimal) -> str:
    """A balance in words."""
    side = "борг" if amount > 0 else "переплата" if amount < 0 else ""
    return f"{money(abs(amount))}{side}"


def test_both_accounts_of_two_branches_open_from_one_login(
    new_person: Callable[..., Page], served_demo: ServedSite
) -> None:
    page = new_person(served_demo.url)
    cabinet.sign_in(page, "customer@demo.example")
    for number in (manual.FIRST_NUMBER, manual.SECOND_NUMBER):
        cabinet.open_account(page, number)
        assert cabinet.facts(page)["Особовий рахунок"] == number
        page.get_by_role("link", name="Усі особові рахунки").click()
