"""An accountant takes the invoices of a year home in one file, and every sum in it is that of the page."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cabinet_pages.archives.zips import opened
from tests.journeys import cabinet
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

PATIENCE = 120_000


def test_the_invoices_of_a_year_are_downloaded_as_a_zip(page: Page) -> None:
    list_of_a_year(page)
    shown = page_sums(page)
    numbers = {row[0] for row in cabinet.body_rows(page)}
    page.get_by_role("button", name="Завантажити ZIP").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Архів")
    # The page asks how far it is and loads itself anew.
    download = page.get_by_role("main").get_by_role("link", name=re.compile("^Завантажити"))
    expect(download).to_be_visible(timeout=PATIENCE)
    archive_says(page, download, shown, numbers)


def test_the_progress_needs_no_scripts(new_person: Callable[..., Page], served_demo: ServedSite) -> None:
    page = new_person(served_demo.url, javascript=False)
    list_of_a_year(page)
    shown, numbers = page_sums(page), {row[0] for row in cabinet.body_rows(page)}
    cabinet.press(page, "Завантажити ZIP")
    download = page.get_by_role("main").get_by_role("link", name=re.compile("^Завантажити"))
    for _look in range(PATIENCE // 500):
        if download.count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Оновити").click()
    archive_says(page, download, shown, numbers)


def list_of_a_year(page: Page) -> None:
    """The invoices of the newest full year."""
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, cabinet.FIRST_ACCOUNT)
    cabinet.open_window(page, "Рахунки")
    years = [option for option in page.get_by_label("Рік").locator("option").all_text_contents() if option.isdigit()]
    page.get_by_label("Рік").select_option(years[1] if len(years) > 1 else years[0])
    cabinet.press(page, "Показати")


def page_sums(page: Page) -> list[Decimal]:
    """Sum with VAT, VAT, left to pay and paid, from the foot of the list."""
    foot = cabinet.words(page.get_by_role("main").locator("tfoot").inner_text())
    return [Decimal(text.replace(" ", "").replace(",", ".")) for text in re.findall(r"(\d[\d ]*,\d\d) ₴", foot)]


def archive_says(page: Page, download: Locator, shown: list[Decimal], numbers: set[str]) -> None:
    """The downloaded file lists every invoice of the page, its PDFs are those of the registry, and the sums agree."""
    with page.expect_download() as waiting:
        download.click()
    assert waiting.value.suggested_filename.startswith("Рахунки, о-р 80-431930, ")
    found = opened(waiting.value.path().read_bytes())
    assert {str(row["№ рахунку"]) for row in found.rows} == numbers
    assert all(content.startswith(b"%PDF") for content in found.files.values())
    sums = [found.totals[name] for name in ("Сума з ПДВ", "ПДВ", "Залишилось сплатити", "Оплачено")]
    assert [Decimal(str(value)) for value in sums] == shown
    assert sum((Decimal(str(row["Сума з ПДВ"] or 0)) for row in found.rows), Decimal(0)) == shown[0]
