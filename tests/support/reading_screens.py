"""The screens of readings for `make shots` beyond the plain ones: empty, mistaken, hundreds of rows, sent, exported."""

import re
import time

from playwright.sync_api import Page

from tests.support.screens import (
    ACCOUNT,
    BIG,
    CUSTOMER,
    STAFF,
    Screen,
    both,
    fill_sheet,
    follow,
    press,
    upload_workbook,
)

READINGS = "/cabinet/legal/readings"
BIG_SHEET = f"{READINGS}/80-500500/sheet/"
EXPORTS = f"{STAFF}/readingexport/"
#: What is exported cannot be sent again, so the batches are those of the branch that no other screen sends to.
TRO = "operator.tro@demo.example"
#: What a customer types into the first rows: far too much, less than before, nothing used, no number.
UNUSUAL = ("+9000", "-5", "+0", "багато")


def previous_of(page: Page) -> list[int]:
    """The previous reading of every open row of a sheet, whole; 0 where it is not known."""
    shown = page.locator("input[name^=value_]:not([disabled])").evaluate_all(
        "fields => fields.map(field => Number(field.dataset.base || 0) / 1000)"
    )
    return [int(value) for value in shown]


def type_rows(page: Page, *added: str, last: str = "+120") -> None:
    """Type readings as differences from the previous ones; the rows beyond those named get `last`, or nothing."""
    fields = page.locator("input[name^=value_]:not([disabled])")
    values: list[str] = []
    for number, previous in enumerate(previous_of(page)):
        one = added[number] if number < len(added) else last
        values.append(str(previous + int(one)) if re.fullmatch(r"[+-]\d+", one) else one)
    fields.evaluate_all(
        "(fields, values) => fields.forEach((field, row) => {"
        "field.value = values[row]; field.dispatchEvent(new Event('input', {bubbles: true}))})",
        values,
    )


def fill_unusual(page: Page) -> None:
    """Type readings that are unusual or wrong, as drafts, and look at the sheet again."""
    type_rows(page, *UNUSUAL, last="")
    press("Відкласти чернеткою")(page)


def fill_all(page: Page) -> None:
    """Type a reading of every row; from one hour to the next they grow."""
    type_rows(page, last=f"+{100 + int(time.time()) % 3600}")


def confirm(page: Page) -> None:
    """Press the second «Зберегти», with a reason where one is asked for."""
    for reason in page.locator("main #reason").all():
        reason.fill("Перевірено на лічильнику")
    for tick in page.locator("main form input[type=checkbox]").all():
        tick.check()
    page.locator("main form button[value=submit]").click()
    page.wait_for_load_state()


def send_all(page: Page) -> None:
    """Fill in the sheet and send it; ends on the page that names the receipts."""
    fill_all(page)
    press("Зберегти")(page)
    confirm(page)


def correct_first(page: Page) -> None:
    """Send the sheet, then its first row once more; ends on the receipt before, which is replaced in part."""
    address = page.url
    send_all(page)
    page.goto(address)
    field = page.locator("input[name^=value_]:not([disabled])").first
    field.fill(str(int(float(field.input_value().replace(",", "."))) + 1))
    press("Зберегти")(page)
    confirm(page)
    older_receipt(page)


def correct_all(page: Page) -> None:
    """Send the sheet twice with other readings; ends on the first receipt, which the second one replaces."""
    address = page.url
    send_all(page)
    page.goto(address)
    send_all(page)
    older_receipt(page)


def older_receipt(page: Page) -> None:
    """Open the receipt before the newest one."""
    page.goto(f"{READINGS}/{ACCOUNT}/receipts/")
    page.locator("main tbody tr").nth(1).locator("a").first.click()
    page.wait_for_load_state()


def compare_hash(page: Page) -> None:
    """Open the public page of the first receipt and compare a hash that is not its own."""
    both(follow("main tbody a"), press("Перевірити квитанцію"))(page)
    page.locator("#id_hash").fill("0123456789abcdef")
    press("Порівняти")(page)


def at_the_bar(page: Page) -> None:
    """Type as far down as the bar at the bottom of the window is met."""
    for field in page.locator("input[name^=value_]:not([disabled])").all()[:9]:
        field.press("Enter")


def export(page: Page) -> None:
    """Make the next batch, where anything waits for one, and look at it; else at the newest, if there is any."""
    if page.locator("#id_what, input[name=what]").count():
        page.locator("main form button[type=submit]").last.click()
    elif page.goto(EXPORTS) and (batches := page.locator("#listing-results tbody a, .staff-list tbody a")).count():
        batches.first.click()
    page.wait_for_load_state()


READING_SCREENS: tuple[Screen, ...] = (
    Screen("readings/receipts-empty", f"{READINGS}/80-36/receipts/", CUSTOMER),
    Screen("readings/sheet-closed", f"{READINGS}/80-36/sheet/", CUSTOMER),
    Screen("readings/sheet-nothing-found", f"{READINGS}/{ACCOUNT}/sheet/?q=жираф", CUSTOMER),
    Screen("readings/sheet-warnings", f"{READINGS}/{ACCOUNT}/sheet/", CUSTOMER, act=fill_unusual),
    Screen(
        "readings/sheet-warnings-volumes",
        f"{READINGS}/{ACCOUNT}/sheet/",
        CUSTOMER,
        act=both(fill_unusual, press("Зберегти")),
    ),
    Screen(
        "readings/sheet-not-confirmed",
        f"{READINGS}/{ACCOUNT}/sheet/",
        CUSTOMER,
        act=both(fill_sheet, press("Зберегти"), press("Зберегти")),
    ),
    Screen("readings/sheet-sent", f"{READINGS}/{ACCOUNT}/sheet/", CUSTOMER, act=send_all),
    Screen("readings/sheet-after", f"{READINGS}/{ACCOUNT}/sheet/", CUSTOMER),
    Screen(
        "readings/history-register", f"{READINGS}/{ACCOUNT}/", CUSTOMER, act=follow("#history ~ .table-region tbody a")
    ),
    Screen("readings/receipt-partly", f"{READINGS}/{ACCOUNT}/sheet/", CUSTOMER, act=correct_first),
    Screen("readings/receipt-superseded", f"{READINGS}/{ACCOUNT}/sheet/", CUSTOMER, act=correct_all),
    Screen("readings/check-wrong-hash", f"{READINGS}/{ACCOUNT}/receipts/", CUSTOMER, act=compare_hash),
    Screen("readings/workbook-verdict-all", f"{READINGS}/all/sheet/workbook/upload/", CUSTOMER, act=upload_workbook),
    Screen("readings/overview-flat", f"{READINGS}/{ACCOUNT}/overview/?show=flat", CUSTOMER),
    Screen("readings/overview-zero", f"{READINGS}/{ACCOUNT}/overview/?show=zero", CUSTOMER),
    Screen("readings/sheet-bar", f"{BIG_SHEET}?site=Об'єкт 02", BIG, act=at_the_bar),
    Screen("readings/sheet-500", BIG_SHEET, BIG, act=fill_all),
    Screen("readings/sheet-500-sent", BIG_SHEET, BIG, act=send_all),
    Screen("readings/receipt-500", f"{READINGS}/80-500500/receipts/", BIG, act=follow("main tbody a")),
    Screen("readings/exports", EXPORTS, TRO),
    Screen("readings/export-new", f"{EXPORTS}create/", TRO),
    Screen("readings/export", f"{EXPORTS}create/", TRO, act=export),
    Screen("readings/export-none", f"{EXPORTS}?q=999999", TRO),
)
