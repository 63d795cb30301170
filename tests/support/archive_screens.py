"""Screens of archives for `make shots`: the order, how far it is, the file."""

import re

from playwright.sync_api import Page

from tests.support.screens import ACCOUNT, BIG, CUSTOMER, Screen

WORKER_MILLISECONDS = 60_000


def order(page: Page) -> None:
    """Press «Завантажити ZIP» above a list."""
    page.get_by_role("button", name="Завантажити ZIP").click()
    page.get_by_role("heading", level=1, name="Архів").wait_for()


def order_and_wait(page: Page) -> None:
    """Order and wait until the file can be downloaded; the page loads itself anew."""
    order(page)
    ready = page.get_by_role("main").get_by_role("link", name=re.compile("^Завантажити"))
    ready.wait_for(timeout=WORKER_MILLISECONDS)


ARCHIVE_SCREENS: tuple[Screen, ...] = (
    Screen("cabinet/archive-progress", "/cabinet/legal/invoices/all/", BIG, act=order),
    Screen("cabinet/archive-ready", f"/cabinet/legal/invoices/{ACCOUNT}/?month=1", CUSTOMER, act=order_and_wait),
    Screen("cabinet/archives", "/my/archives/", CUSTOMER),
    Screen("cabinet/archive-list", f"/cabinet/legal/invoices/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/archive-all", "/cabinet/legal/invoices/all/", CUSTOMER),
)
