"""A customer signs a document that the branch asks to sign; the branch checks the verdict and accepts it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys import cabinet
from tests.support.kep import KepSigner
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

#: The code of the customer of the first account in the manual.
SIGNER = KepSigner("Ґалаґан Олена", edrpou="30036471", seed=51)
COMMENT = "Підпис перевірено, примірник передано до справи."
MANY_LOOKS = 60


def test_a_document_is_signed_sent_checked_and_accepted(
    page: Page, new_person: Callable[..., Page], served_demo: ServedSite
) -> None:
    cabinet.sign_in(page, "customer@demo.example")
    cabinet.open_account(page, cabinet.FIRST_ACCOUNT)
    cabinet.open_window(page, "Отримання документів з ЕЦП")
    page.get_by_label("Стан документа").select_option(label="потребують вашого підпису")
    cabinet.press(page, "Показати")
    (row,) = cabinet.body_rows(page)
    assert "нове" in row[0]
    assert "потребує вашого підпису" in row[4]
    page.get_by_role("link", name="Підписати").click()
    expect(page.get_by_role("heading", level=2, name="Ваш підпис")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name="Завантажити", exact=True).click()
    document = download.value.path().read_bytes()

    send(page, "акт.pdf", document)
    expect(page.get_by_role("alert")).to_contain_text("без вашого підпису")
    send(page, "акт.p7s", "Підписано. Ґалаґан".encode())
    expect(page.get_by_role("alert")).to_contain_text("Цей файл не підписано")
    send(page, "акт.pdf.p7s", SIGNER.cms(document))
    expect(page.get_by_text("Підписаний файл передано структурній одиниці.")).to_be_visible()
    sent = page.get_by_role("region", name="Підписаний файл 1")
    expect(sent).to_contain_text("очікує на рішення")
    wait_for(page, "підпис математично правильний")
    expect(sent).to_contain_text("Ґалаґан Олена")
    expect(sent).to_contain_text("чинність сертифіката не перевірялась")

    branch_accepts(new_person(served_demo.url), row[1])
    address = cabinet.found_in_mail(
        served_demo.mails, "customer@demo.example", r"https?://\S+/documents/80-431930/[0-9a-f-]{36}/"
    )
    page.goto(address.partition("/cabinet/")[1] + address.partition("/cabinet/")[2])
    expect(sent).to_contain_text("прийнято")
    expect(sent).to_contain_text(COMMENT)
    expect(page.get_by_role("button", name="Надіслати підписаний файл")).to_have_count(0)


def send(page: Page, name: str, content: bytes) -> None:
    """Choose a file and send it."""
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Підписаний файл", exact=True).set_input_files([file])
    cabinet.press(page, "Надіслати підписаний файл")


def wait_for(page: Page, words: str) -> None:
    """Open the page again, as it asks, until the worker has checked the file."""
    sent = page.get_by_role("region", name="Підписаний файл 1")
    for _look in range(MANY_LOOKS):
        if words in sent.inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(sent.inner_text())


def branch_accepts(operator: Page, number: str) -> None:
    """Through the list of what consumers have signed."""
    cabinet.sign_in(operator, "operator.vin@demo.example")
    expect(operator.get_by_role("link", name="Імпортувати файл").first).to_be_visible()
    operator.goto("/admin/cabinet_pages/countersignature/?state=waiting")
    row = operator.get_by_role("row", name=re.compile(re.escape(number)))
    expect(row).to_contain_text("підпис математично правильний")
    expect(row).to_contain_text("Ґалаґан Олена, 30036471")
    row.get_by_role("link").first.click()
    operator.get_by_label("Коментар, споживач його прочитає").fill(COMMENT)
    operator.get_by_role("button", name="Прийняти").click()
    expect(operator.get_by_text("Рішення збережено, споживача повідомлено.")).to_be_visible()
    expect(operator.get_by_text(COMMENT)).to_be_visible()
