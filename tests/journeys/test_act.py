"""An accountant reconciles a period, does not agree with a line, and reads what the branch answers."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys import cabinet
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

WORDS = "За нашим платіжним дорученням сплачено 10 500,00 грн."
ANSWER = "Решту 500,00 грн зараховано за іншою статтею 09.01.2020."


def test_a_disagreement_with_a_line_of_the_act_is_answered_by_the_branch(
    page: Page, new_person: Callable[..., Page], served_demo: ServedSite
) -> None:
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, cabinet.FIRST_ACCOUNT)
    cabinet.open_window(page, "Фінансова інформація")
    page.get_by_label("З місяця").select_option("2020-01")
    page.get_by_label("По місяць").select_option("2020-02")
    cabinet.press(page, "Показати")
    page.get_by_role("link", name="Акт звіряння розрахунків").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Акт звіряння розрахунків")
    expect(page.get_by_text("за період з 01.01.2020 по 29.02.2020", exact=True)).to_be_visible()
    rows = cabinet.body_rows(page)
    act_is_downloaded(page, rows[-1])
    first_payment = next(row for row in rows if "Оплата" in row[2])

    page.get_by_role("link", name=f"Не погоджуюсь — рядок {first_payment[0]}", exact=True).click()
    page.get_by_label("З чим ви не погоджуєтесь?").fill(WORDS)
    cabinet.press(page, "Надіслати звернення")
    expect(page.get_by_text("Звернення передано структурній одиниці.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("очікує відповіді")

    branch_answers(new_person(served_demo.url))
    address = cabinet.found_in_mail(
        served_demo.mails, "customer@demo.example", r"https?://\S+/finance/80-431930/appeals/"
    )
    page.goto(address.partition("/cabinet/")[1] + address.partition("/cabinet/")[2])
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    expect(page.get_by_role("main")).to_contain_text("є відповідь")


def act_is_downloaded(page: Page, closing: list[str]) -> None:
    """The PDF has the words and the last row of the page, its balance."""
    with page.expect_download() as pdf:
        page.get_by_role("link", name="Завантажити акт (PDF)").click()
    text = " ".join(
        " ".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf.value.path().read_bytes())).pages).split()
    )
    assert closing[0] == "Сальдо на кінець 29.02.2020"
    assert " ".join([closing[0], *filter(None, closing[1:5])]) in text
    assert "Головний бухгалтер" in text


def branch_answers(operator: Page) -> None:
    """Through the list of appeals that wait."""
    cabinet.sign_in(operator, "operator.vin@demo.example")
    expect(operator.get_by_role("link", name="Імпортувати файл").first).to_be_visible()
    operator.goto("/admin/cabinet_pages/appeal/?state=open")
    operator.get_by_role("row", name="80-431930").first.get_by_role("link").first.click()
    expect(operator.get_by_text(WORDS)).to_be_visible()
    operator.get_by_label("Відповідь, споживач її прочитає").fill(ANSWER)
    operator.get_by_role("button", name="Надіслати відповідь").click()
    expect(operator.get_by_text("Відповідь надіслано: споживача повідомлено.")).to_be_visible()
    expect(operator.get_by_text(ANSWER)).to_be_visible()
