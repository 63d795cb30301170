"""A day at the import desk: strange headings, a corrected file taken back, a statement, a push from 1C."""

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import randbelow
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.journeys import cabinet, desk
from tests.support.site import ServedSite
from website.demo.services import BANK_ACCOUNT

pytestmark = pytest.mark.browser

CUSTOMER = "customer@demo.example"
OPERATOR = "operator.vin@demo.example"
CENTRAL = "central@demo.example"
ARTICLE = "Плата за розподіл електроенергії"
# As no synonym knows them; the order is that of the mapping below.
STRANGE = ("Хто за цифрами", "Папірець", "Якого числа", "За що", "Гривень")
MAPPED = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")


@pytest.fixture
def serial() -> str:
    """What tells this run's documents and names from those of another."""
    return f"{randbelow(10**6):06}"


@pytest.fixture
def colleague(new_person: Callable[..., Page], served_demo: ServedSite) -> Iterator[Callable[..., Page]]:
    """Open a page for somebody who is signed in; none of these pages may meet an error of any kind."""
    misdeeds: list[str] = []

    def note_answer(response: Response) -> None:
        if response.status >= 400:
            misdeeds.append(f"{response.status} {response.url}")

    def note_console(said: ConsoleMessage) -> None:
        if said.type == "error":
            misdeeds.append(f"console: {said.text}")

    def open_page(email: str, *, javascript: bool = True) -> Page:
        page = new_person(served_demo.url, javascript=javascript)
        page.on("response", note_answer)
        page.on("console", note_console)
        cabinet.sign_in(page, email)
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page

    yield open_page
    assert misdeeds == []


def test_strange_headings_are_mapped_remembered_and_a_corrected_file_is_taken_back(
    colleague: Callable[..., Page], serial: str, tmp_path: Path
) -> None:
    operator, customer = colleague(OPERATOR), colleague(CUSTOMER)
    source = f"Каса {serial}"
    documents = [f"К-{serial}-{number}" for number in (1, 2, 3, 4)]

    first = [row_of(documents[0], "01.07.2019", "100,00"), row_of(documents[1], "02.07.2019", "200,00")]
    desk.upload(operator, "Платежі", write_strange(tmp_path / "реєстр.csv", *first))
    desk.state_is(operator, "Відмовлено")
    map_columns(operator, source)
    desk.state_is(operator, "Очікує підтвердження")
    assert desk.counts(operator)["Нових"] == "2"
    desk.apply_preview(operator)
    assert payments_of_july(customer) == ["100,00", "200,00"]

    corrected = [
        row_of(documents[0], "01.07.2019", "150,00"),
        first[1],
        row_of(documents[2], "32.07.2019", "300,00"),
        row_of(documents[3], "04.07.2019", "400,00"),
    ]
    # The source is chosen, so nobody is asked about the headings again.
    desk.check_file(operator, "Платежі", write_strange(tmp_path / "реєстр 2.csv", *corrected), source=source)
    assert desk.counts(operator) == {
        "Рядків": "4", "Нових": "1", "Змінених": "1", "Без змін": "1", "Відхилених": "1",
    }  # fmt: skip
    changed = operator.locator("#differences").get_by_role("row", name="змінений")
    assert cabinet.words(changed.locator("del").inner_text()) == "100,00"
    assert cabinet.words(changed.locator("ins").inner_text()) == "150,00"
    assert [row[:2] for row in desk.issues(operator)] == [["5", STRANGE[2]]]

    errors = download(operator, operator.get_by_role("link", name="Завантажити файл із помилками"))
    rows = list(csv.reader(io.StringIO(errors.decode("cp1251")), delimiter=";"))
    assert rows[1] == ["Помилка", *STRANGE]
    assert [row[1:] for row in rows[2:]] == [line.split(";") for line in corrected]
    assert [bool(row[0]) for row in rows[2:]] == [False, False, True, False]
    assert "32.07.2019" in rows[4][0]

    operator.get_by_label("Прийняти лише правильні рядки").check()
    desk.apply_preview(operator)
    expect(operator.get_by_role("heading", name="Звіт")).to_be_visible()
    assert payments_of_july(customer) == ["150,00", "200,00", "400,00"]

    operator.get_by_role("link", name="Скасувати імпорт").click()
    assert desk.counts(operator) == {
        "Буде вилучено рядків": "1", "Буде повернуто рядків": "1", "Буде залишено без змін": "0",
    }  # fmt: skip
    assert payments_of_july(customer) == ["150,00", "200,00", "400,00"]
    cabinet.press(operator, "Скасувати імпорт")
    expect(operator.get_by_text("Імпорт скасовано: повернуто 2 рядки.")).to_be_visible()
    assert payments_of_july(customer) == ["100,00", "200,00"]


def test_a_receipt_that_nobody_knows_is_assigned_and_the_customer_sees_it_being_credited(
    colleague: Callable[..., Page], serial: str, tmp_path: Path
) -> None:
    operator, customer = colleague(OPERATOR), colleague(CUSTOMER)
    amount = f"1{serial[:3]},{serial[3:5]}"
    path = write_statement(tmp_path / "виписка.txt", serial, amount.replace(",", "."))
    assert being_credited(customer) == []

    desk.check_file(operator, "Платежі", path)
    expect(operator.get_by_role("main")).to_contain_text("У чергу нерознесених: 1")
    desk.apply_preview(operator)
    assert being_credited(customer) == []

    operator.get_by_role("link", name="Нерознесені надходження").click()
    row = operator.get_by_role("row", name=f"ТОВ Незнайомець {serial}")
    assert amount in row.inner_text().replace("\u00a0", "").replace(" ", "")
    row.get_by_role("link").first.click()
    operator.get_by_label("Номер особового рахунку").fill(cabinet.FIRST_ACCOUNT)
    operator.get_by_label("Стаття реалізації").select_option(label=ARTICLE)
    cabinet.press(operator, "Рознести")
    expect(operator.get_by_role("row", name=f"ТОВ Незнайомець {serial}")).to_have_count(0)

    assert [[words[0], words[1].replace(" ", "")] for words in being_credited(customer)] == [["05.08.2019", amount]]
    # 1C books the branch's payments, so the receipt enters no sum.
    assert cabinet.body_rows(customer) == [["05.08.2019", *being_credited(customer)[0][1:]]]


def test_1c_sends_a_file_with_a_token_that_was_shown_once(
    colleague: Callable[..., Page], served_demo: ServedSite, serial: str
) -> None:
    central, operator = colleague(CENTRAL), colleague(OPERATOR)
    name = f"1С Бухгалтерія {serial}"
    central.get_by_role("link", name="Передавання з 1С").click()
    central.get_by_role("link", name="Новий токен передавання").click()
    central.get_by_label("Назва").fill(name)
    central.get_by_label("Структурна одиниця").select_option(value="VIN")
    cabinet.press(central, "Створити токен")
    secret = central.get_by_label(f"Токен «{name}»").input_value()
    assert len(secret) >= 32
    central.get_by_role("link", name="Скопійовано").click()
    central.get_by_role("row", name=name).get_by_role("link").first.click()
    assert secret not in central.content()

    heading = ";".join(MAPPED)
    rows = f"{heading}\r\n{cabinet.FIRST_ACCOUNT};П-{serial};01.09.2019;{ARTICLE};5,00\r\n".encode("cp1251")
    file_name = f"оплати-{serial}.csv"
    url = f"{served_demo.url}/api/imports/payments/?name={quote(file_name)}"
    headings = {
        "Authorization": f"Bearer {secret}",
        "Idempotency-Key": serial,
        "Content-Type": "application/octet-stream",
    }
    with urlopen(Request(url, data=rows, headers=headings, method="POST"), timeout=30) as answer:  # noqa: S310
        assert answer.status == 202
        given = json.load(answer)
    assert given["state"] == "received"

    operator.goto("/admin/imports/importbatch/")
    operator.get_by_role("row", name=file_name).get_by_role("link").first.click()
    desk.state_is(operator, "Очікує підтвердження")
    assert desk.counts(operator)["Нових"] == "1"
    central.goto("/admin/imports/pushtoken/")
    expect(central.get_by_role("row", name=name)).to_contain_text(re.compile(r"\d\d:\d\d.*\d\d:\d\d", re.S))


def test_a_file_is_mapped_and_applied_without_scripts(
    colleague: Callable[..., Page], serial: str, tmp_path: Path
) -> None:
    operator = colleague(OPERATOR, javascript=False)
    row = row_of(f"Б-{serial}", "01.10.2019", "10,00")
    # Wagtail draws its menu by a script; an operator lands at the desk without it.
    operator.get_by_role("link", name="Імпортувати файл").first.click()
    desk.give(operator, "Платежі", write_strange(tmp_path / "реєстр.csv", row))
    follow_the_worker(operator, "Відмовлено")
    map_columns(operator, "")
    follow_the_worker(operator, "Очікує підтвердження")
    assert desk.counts(operator)["Нових"] == "1"
    operator.get_by_role("button", name="Застосувати").click()
    follow_the_worker(operator, "Застосовано")
    assert desk.counts(operator)["Нових"] == "1"


def row_of(document: str, day: str, amount: str) -> str:
    return f"{cabinet.FIRST_ACCOUNT};{document};{day};{ARTICLE};{amount}"


def write_strange(path: Path, *rows: str) -> Path:
    """A register whose headings no synonym knows."""
    text = "\r\n".join(("Реєстр оплат за липень", ";".join(STRANGE), *rows, ""))
    path.write_bytes(text.encode("cp1251"))
    return path


def write_statement(path: Path, serial: str, amount: str) -> Path:
    """A client-bank exchange text with one receipt, of somebody who names no account."""
    day = "05.08.2019"
    lines = (
        *("1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"ДатаНачала={day}", f"ДатаКонца={day}"),
        *(f"РасчСчет={BANK_ACCOUNT}", "СекцияДокумент=Платежное поручение", f"Номер={serial}", f"Дата={day}"),
        *(f"Сумма={amount}", f"ДокументИД={serial}", f"ПолучательСчет={BANK_ACCOUNT}"),
        *("ПлательщикСчет=UA903052992990004149123456789", f"Плательщик=ТОВ Незнайомець {serial}"),
        *(f"ДатаПоступило={day}", "НазначениеПлатежа=за електроенергію", "КонецДокумента", "КонецФайла", ""),
    )
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    return path


def map_columns(page: Page, source: str) -> None:
    """Say on the mapping screen what each strange heading is, and have the file checked so."""
    page.get_by_role("link", name="Зіставити колонки").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Зіставлення колонок")
    for heading, column in zip(STRANGE, MAPPED, strict=True):
        choice = page.get_by_label(heading, exact=True)
        label = choice.locator("option").filter(has_text=re.compile(rf"^{column}( \*)?$")).inner_text()
        choice.select_option(label=label)
    page.get_by_label("Запам’ятати як джерело").fill(source)
    cabinet.press(page, "Перевірити файл із цими колонками")


def follow_the_worker(page: Page, state: str) -> None:
    """Press «Оновити» until the worker has come to a state."""
    deadline = time.monotonic() + desk.WORKER_MILLISECONDS / 1000
    while page.locator(".staff-state strong").inner_text() != state:
        assert time.monotonic() < deadline, page.locator(".staff-state").inner_text()
        page.wait_for_timeout(250)
        refresh = page.get_by_role("link", name="Оновити")
        if refresh.count():
            refresh.click()
        else:
            page.reload()


def download(page: Page, link: Locator) -> bytes:
    with page.expect_download() as told:
        link.click()
    return Path(told.value.path()).read_bytes()


def payments_of_july(page: Page) -> list[str]:
    """Sums of the customer's payments of July 2019, which the demo leaves empty."""
    page.goto(f"{cabinet.LEGAL}/payments/{cabinet.FIRST_ACCOUNT}/")
    cabinet.show_payments(page, "2019-07-01", "2019-07-31")
    return [row[1] for row in cabinet.body_rows(page)]


def being_credited(page: Page) -> list[list[str]]:
    """The customer's rows of «Зараховується» of August 2019."""
    page.goto(f"{cabinet.LEGAL}/payments/{cabinet.FIRST_ACCOUNT}/")
    cabinet.show_payments(page, "2019-08-01", "2019-08-31")
    rows = page.get_by_role("region", name="Зараховується").locator("tbody tr").all()
    return [[cabinet.words(cell) for cell in row.locator("td").all_text_contents()] for row in rows]
