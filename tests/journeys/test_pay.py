"""An accountant pays an invoice: by the code on its page, then online; and the ERP books the payment."""

import io
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.cabinet_pages.billing.payment_codes.official import Read, read
from tests.journeys import cabinet
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

AWAITED = "сплачено онлайн, очікує зарахування"


def test_an_invoice_is_paid_once_by_the_code_or_online_and_then_booked(
    page: Page, served_demo: ServedSite, tmp_path: Path
) -> None:
    address = newest_unpaid_invoice(page)
    due = to_pay(page)
    parts = sums_by_article(page)
    assert sum(parts.values()) == due
    code_says_what_the_page_says(page, due)

    reference = paid_online(page)
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text(AWAITED)
    assert to_pay(page) == Decimal("0.00")
    expect(page.get_by_role("button", name="Сплатити онлайн")).to_have_count(0)
    expect(page.get_by_role("heading", name="Сплатити за QR")).to_have_count(0)

    booked(served_demo, tmp_path, reference, parts)
    page.goto(address)
    expect(page.get_by_role("main")).not_to_contain_text("очікує зарахування")
    expect(page.get_by_role("main")).to_contain_text("сплачено онлайн, зараховано")
    assert to_pay(page) == Decimal("0.00")
    number = page.get_by_role("heading", level=1).inner_text().split("№")[1].strip()
    cabinet.open_window(page, "Рахунки")
    [row] = [row for row in cabinet.body_rows(page) if number in " ".join(row)]
    assert "сплачено" in " ".join(row)
    cabinet.open_window(page, "Отримання платежів")
    assert paid_on_the_last_day(page) == due


def newest_unpaid_invoice(page: Page) -> str:
    """Open the newest invoice of the first account; nothing of it is paid yet."""
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, cabinet.FIRST_ACCOUNT)
    cabinet.open_window(page, "Рахунки")
    page.get_by_role("main").locator("table tbody tr").first.locator("a").first.click()
    expect(page.get_by_role("heading", name="Сплатити за QR")).to_be_visible()
    return page.url


def money(text: str) -> Decimal:
    """A sum as screens write it."""
    return Decimal(re.sub(r"[^\d,−-]", "", text).replace(",", ".").replace("−", "-"))


def to_pay(page: Page) -> Decimal:
    """The answer that the page is opened for."""
    return money(page.locator("dl.totals .number").first.inner_text())


def sums_by_article(page: Page) -> dict[str, Decimal]:
    """The sums of the lines of the invoice."""
    sums: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for row in page.get_by_role("main").locator("table").first.locator("tbody tr").all():
        article = row.locator("th").evaluate("cell => cell.childNodes[0].textContent.trim()")
        sums[article] += money(row.locator("td").last.inner_text())
    return dict(sums)


def code_says_what_the_page_says(page: Page, due: Decimal) -> None:
    """The picture, read by an independent reader, the link, the text to copy and the sum are one payment."""
    payment = page.locator(".payment").first
    # As a camera that comes near sees it.
    payment.locator(".payment__code").evaluate("code => { code.style.width = '800px' }")
    picture = Image.open(io.BytesIO(payment.locator(".payment__code svg").screenshot()))
    [found] = zxingcpp.read_barcodes(picture.convert("L"))
    assert payment.locator(".payment__code a").get_attribute("href") == found.text
    code: Read = read(found.text)
    assert Decimal(code.amount.removeprefix("UAH")) == due
    text = payment.locator(".payment__text").inner_text()
    expected = (
        f"Отримувач: {code.recipient}",
        f"Код отримувача: {code.fields['code']}",
        f"IBAN: {code.iban}",
        f"Сума: {due:.2f} грн".replace(".", ","),
        f"Призначення платежу: {code.purpose}",
    )
    assert [part for part in expected if part not in text] == []
    assert code.iban in payment.inner_text()
    assert f"о/р {cabinet.FIRST_ACCOUNT}" in code.purpose


def paid_online(page: Page) -> str:
    """Through the bank of the demo, which reports at once; return the number of the payment."""
    cabinet.press(page, "Сплатити онлайн")
    expect(page.get_by_role("heading", level=1)).to_have_text("Онлайн-оплата")
    reference = cabinet.facts(page)["Номер оплати"]
    page.get_by_role("link", name="Перейти на сторінку оплати").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Банк демонстрації")
    assert reference in cabinet.facts(page)["Призначення платежу"]
    page.get_by_role("main").get_by_role("button", name="Сплатити", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Онлайн-оплата")
    expect(page.get_by_role("main")).to_contain_text(AWAITED)
    return reference


def booked(site: ServedSite, folder: Path, reference: str, parts: dict[str, Decimal]) -> None:
    """Import the payment as 1C books it, article by article, with the number of the online payment in the purpose."""
    lines = ["Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу;Призначення"]
    today = site.manage("shell", "-v", "0", "-c", "from cabinet_pages.clock import kyiv_today; print(kyiv_today())")
    day = ".".join(reversed(today.stdout.strip().split("-")))
    lines += [
        f"{cabinet.FIRST_ACCOUNT};EQ-{place};{day};{article};{amount};{reference}; еквайринг"
        for place, (article, amount) in enumerate(parts.items())
    ]
    path = folder / "payments.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    done = site.manage("import_file", "payments", str(path), "--branch", "VIN", "--json")
    assert done.returncode == 0, done.stdout + done.stderr


def paid_on_the_last_day(page: Page) -> Decimal:
    """What the window of payments shows of the day of its last payment, which is today."""
    rows = cabinet.body_rows(page)
    return sum((money(row[1]) for row in rows if row[0] == rows[-1][0]), Decimal("0.00"))
