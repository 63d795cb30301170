"""Screens of payments for `make shots`: the filter of the window, and paying online up to the branch’s view."""

from playwright.sync_api import Page

from tests.support.screens import ACCOUNT, CUSTOMER, OPERATOR, PAYMENTS, Screen

INVOICES = f"/cabinet/legal/invoices/{ACCOUNT}/"


def open_invoice(page: Page) -> None:
    """Open the newest invoice of the list."""
    page.locator("main tbody a").first.click()
    page.get_by_role("heading", level=1, name="Рахунок").wait_for()


def order(page: Page) -> None:
    """Order its payment; in the second size find what was ordered and paid in the first."""
    open_invoice(page)
    button = page.get_by_role("button", name="Сплатити онлайн")
    (button if button.count() else page.locator("#online ~ * tbody a").first).click()
    page.get_by_role("heading", level=1, name="Онлайн-оплата").wait_for()


def bank(page: Page) -> None:
    """Go to the bank, if there is still something to pay."""
    order(page)
    link = page.get_by_role("link", name="Перейти на сторінку оплати")
    if link.count():
        link.click()
        page.get_by_role("heading", level=1, name="Банк демонстрації").wait_for()


def pay(page: Page) -> None:
    """Pay there and come back."""
    bank(page)
    button = page.get_by_role("button", name="Сплатити", exact=True)
    if button.count():
        button.click()
        page.get_by_role("heading", level=1, name="Онлайн-оплата").wait_for()


PAYMENT_SCREENS: tuple[Screen, ...] = (
    Screen("cabinet/payments-none", f"{PAYMENTS}?from_date=2021-01-01&to_date=2021-02-01", CUSTOMER),
    Screen(
        "cabinet/payments-filtered", f"{PAYMENTS}?from_date=2020-01-01&to_date=2020-02-20&from_amount=100000", CUSTOMER
    ),
    Screen(
        "cabinet/payments-refused",
        f"{PAYMENTS}?from_date=2020-01-01&to_date=2020-02-20&from_amount=багато&to_amount=1.234",
        CUSTOMER,
    ),
    Screen("cabinet/online-offer", INVOICES, CUSTOMER, act=open_invoice),
    Screen("cabinet/online-order", INVOICES, CUSTOMER, act=order),
    Screen("cabinet/online-bank", INVOICES, CUSTOMER, act=bank),
    Screen("cabinet/online-paid", INVOICES, CUSTOMER, act=pay),
    Screen("cabinet/online-invoice", INVOICES, CUSTOMER, act=open_invoice),
    Screen("staff/online-payments", "/admin/cabinet_pages/onlinepayment/", OPERATOR),
    Screen(
        "staff/online-payment",
        "/admin/cabinet_pages/onlinepayment/",
        OPERATOR,
        act=lambda page: page.locator("#result_list tbody a, main tbody a").first.click(),
    ),
)
