"""The whole way of a newcomer: from the branch's files and the registration to stored readings, mails included."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys import cabinet, desk
from tests.support.mail import MailSink
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

NAME = 'ТОВ "Ґанок і їжа Європи"'
CODE = "30036471"
FIRST_PASSWORD = "перший-Пароль-61"
SECOND_PASSWORD = "другий-Пароль-62"
# What people's keyboards put in place of the code's Latin letters.
TWINS = str.maketrans("ABCEHIKMOPTXY", "АВСЕНІКМОРТХУ")
THANKS = (
    "Дякуємо за реєстрацію! Реєстрація потребує перевірки. Зайдіть на свою поштову скриньку, яку вказали при "
    "реєстрації. На вказану Вами адресу електронної пошти буде надіслано електронне повідомлення з посиланням на "
    "активацію вашого профілю. (Якщо не отримано листа з активацією, будь ласка, перевірте в Вашій електронній пошті "
    "папку Спам)."
)


@dataclass
class Newcomer:
    """Somebody who starts from nothing: an account that no file has named yet and a new address."""

    number: str
    email: str
    page: Page
    mails: MailSink


@pytest.fixture
def newcomer(new_person: Callable[..., Page], served_demo: ServedSite) -> Newcomer:
    serial = f"{randbelow(10**6):06}"
    return Newcomer(f"80-9{serial}", f"novak.{serial}@example.com", new_person(served_demo.url), served_demo.mails)


def test_a_newcomer_gets_from_the_branchs_files_and_a_registration_to_stored_readings(
    newcomer: Newcomer, new_person: Callable[..., Page], served_demo: ServedSite, tmp_path: Path
) -> None:
    operator = new_person(served_demo.url)
    import_the_account(operator, newcomer.number, tmp_path)
    register(newcomer)
    activate_the_profile(newcomer)
    apply_to_the_branch(newcomer)
    confirm_the_request(operator, newcomer)
    enter_the_code(newcomer)
    read_payments(newcomer)
    download_an_invoice(newcomer)
    send_readings(newcomer)
    recover_the_password(newcomer)


def import_the_account(page: Page, number: str, folder: Path) -> None:
    cabinet.sign_in(page, "operator.vin@demo.example")
    expect(page.get_by_role("link", name="Імпортувати файл").first).to_be_visible()

    path = desk.write_export(
        folder / "рахунки.csv",
        "Особовий рахунок;Замовник;код ЄДРПОУ;Фізична адреса;№ договору;Дата підписання договору;Форма оплати",
        f"{number};{NAME};{CODE};вул. Ґонти 7, м. Вінниця;{number[3:]};24.11.2011;Платіжний лист",
    )
    desk.check_file(page, "Особові рахунки", path)
    assert desk.counts(page) == {"Рядків": "1", "Нових": "1", "Змінених": "0", "Без змін": "0", "Відхилених": "0"}
    assert NAME in page.locator("#differences").inner_text()
    desk.apply_preview(page)

    points = desk.write_export(
        folder / "точки.csv",
        "Особовий рахунок;Код ТУ;Точка обліку;№ лічильника;Енергія;Зона;Значність;Розрахунковий коефіцієнт;"
        "Коефіцієнт діє з;Дата встановлення;Початкові покази",
        f"{number};{number}-1;Цех;{number[3:]}1;A+;0;4;40;01.01.2020;01.01.2020;9998",
        f"{number};{number}-2;Склад;{number[3:]}2;A+;0;6;1;01.01.2020;01.01.2020;100",
    )
    invoices = desk.write_export(
        folder / "рахунки на оплату.csv",
        "Особовий рахунок;№ рахунку;Дата рахунку;Період;Строк оплати;Стаття реалізації;Кількість;Одиниця;Тариф;"
        "Сума без ПДВ;ПДВ;Сума з ПДВ",
        f"{number};{number}/1;31.01.2026;01.2026;20.02.2026;Плата за розподіл електроенергії;1000;кВт·год;1,764910;"
        "1764,91;352,98;2117,89",
        f"{number};{number}/1;31.01.2026;01.2026;20.02.2026;Пеня;1;грн;12,11;12,11;0,00;12,11",
    )
    payments = desk.write_export(
        folder / "платежі.csv",
        "Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу",
        f"{number};П-{number}-1;05.02.2026;Плата за розподіл електроенергії;2 117,89",
        f"{number};П-{number}-2;06.02.2026;Пеня;12,11",
        "Разом;;;;2 130,00",
    )
    for kind, file, rows in (
        ("Точки обліку та лічильники", points, "2"),
        ("Рахунки", invoices, "2"),
        ("Платежі", payments, "2"),
    ):
        desk.check_file(page, kind, file)
        assert desk.counts(page)["Нових"] == rows
        desk.apply_preview(page)


def register(newcomer: Newcomer) -> None:
    page = newcomer.page
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Увійти").click()
    page.get_by_role("main").get_by_role("link", name="Реєстрація").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Реєстрація у особистому кабінеті")
    page.get_by_label("Ім'я").fill("Юрій")
    page.get_by_label("Прізвище").fill("Новак")
    page.get_by_label("Логін").fill(newcomer.email)
    page.get_by_label("Мобільний телефон").fill("067 123-45-67")
    page.get_by_label("Пароль", exact=True).fill(FIRST_PASSWORD)
    page.get_by_label("Підтвердіть пароль").fill(FIRST_PASSWORD)
    page.get_by_label("Підтвердіть згоду").check()
    page.get_by_role("main").get_by_role("button", name="Реєстрація").click()
    expect(page.get_by_role("main")).to_contain_text(THANKS)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text(THANKS)


def activate_the_profile(newcomer: Newcomer) -> None:
    page = newcomer.page
    cabinet.sign_in(page, newcomer.email, FIRST_PASSWORD)
    expect(page.get_by_role("main")).to_contain_text(THANKS)
    expect(page.get_by_role("button", name="Надіслати посилання ще раз")).to_be_visible()
    page.goto(cabinet.found_in_mail(newcomer.mails, newcomer.email, r"http://\S*/confirm-email/\S*"))
    page.get_by_role("button", name="Активувати профіль").click()
    if "/accounts/login/" in page.url:
        cabinet.fill_login(page, newcomer.email, FIRST_PASSWORD)
    expect(page.get_by_role("banner").get_by_role("button", name="Вийти")).to_be_visible()


def apply_to_the_branch(newcomer: Newcomer) -> None:
    page = newcomer.page
    page.goto("/cabinet/")
    page.get_by_role("main").get_by_role("link", name="Юридичний споживач").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Юридичний споживач")
    page.get_by_label("Структурна одиниця").select_option(label="Вінницькі міські ЕМ")
    page.get_by_label("Код ЄДРПОУ/РНОКПП").fill(CODE)
    page.get_by_label("Особові рахунки").fill(newcomer.number)
    page.get_by_label("Посада").fill("Головний бухгалтер")
    page.get_by_label("керівник").check()
    page.get_by_role("button", name="Надіслати заяву").click()
    expect(page.get_by_role("row", name=newcomer.number)).to_contain_text("очікує")


def confirm_the_request(page: Page, newcomer: Newcomer) -> None:
    page.goto("/admin/")
    page.get_by_role("button", name="Кабінет").click()
    page.get_by_role("link", name="Реєстрації").click()
    page.get_by_role("row", name=newcomer.number).get_by_role("link").first.click()
    found = page.get_by_role("region", name="Знайдені особові рахунки структурної одиниці")
    row = found.get_by_role("row", name=newcomer.number)
    expect(row).to_contain_text(CODE)
    expect(row).to_contain_text(NAME)
    expect(row).to_contain_text("24.11.2011")
    expect(row.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Підтвердити й надіслати код").click()
    expect(page.get_by_text("Підтверджено. Код активації надіслано особі електронною поштою.")).to_be_visible()


def enter_the_code(newcomer: Newcomer) -> None:
    page = newcomer.page
    code = cabinet.found_in_mail(newcomer.mails, newcomer.email, r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
    page.reload()
    page.get_by_role("textbox", name="Код активації").fill(f" {code.translate(TWINS).lower().replace('-', ' ')} ")
    page.get_by_role("button", name="Активувати").click()
    expect(page.get_by_role("row", name=newcomer.number)).to_contain_text(NAME)


def read_payments(newcomer: Newcomer) -> None:
    page = newcomer.page
    cabinet.open_account(page, newcomer.number)
    facts = cabinet.facts(page)
    assert facts["Замовник"] == NAME
    assert facts["Фізична адреса"] == "вул. Ґонти 7, м. Вінниця"
    cabinet.open_window(page, "Отримання платежів")
    cabinet.show_payments(page, "2026-02-01", "2026-02-28")
    assert [row[:3] for row in cabinet.body_rows(page)] == [
        ["05.02.2026", "2 117,89", "Плата за розподіл електроенергії"],
        ["06.02.2026", "12,11", "Пеня"],
    ]


def download_an_invoice(newcomer: Newcomer) -> None:
    page = newcomer.page
    cabinet.open_window(page, "Рахунки")
    row = page.get_by_role("row", name=f"{newcomer.number}/1")
    expect(row).to_contain_text("2 130,00")
    with page.expect_download() as waiting:
        row.get_by_role("link", name="PDF").click()
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(waiting.value.path().read_bytes())).pages)
    for part in ("Рахунок", "№", f"{newcomer.number}/1", "Ґанок і їжа Європи", "₴"):
        assert part in text, text


def send_readings(newcomer: Newcomer) -> None:
    page = newcomer.page
    page.get_by_role("link", name="Усі особові рахунки").click()
    page.get_by_role("row", name=newcomer.number).get_by_role("link", name="Ввести покази").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Введення показів лічильника")
    submitted_by_customer = page.get_by_role("region", name="Історія показів").get_by_role("row", name="Цех")
    before = submitted_by_customer.count()

    # 9998 → 12 on four digits is 14 units past zero, times the coefficient.
    type_reading(page, "Цех", "12")
    assert "560 кВт·год" in cabinet.main_text(page)
    page.get_by_role("link", name="Повернутися, не подаючи").click()
    cabinet.open_window(page, "Введення показів лічильника")
    assert submitted_by_customer.count() == before

    type_reading(page, "Цех", "12")
    confirm_reading(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Квитанція про подання показів")
    page.go_back()
    confirm_reading(page)
    expect(page.get_by_role("main")).to_contain_text("Ці покази вже подано; нічого не змінилося.")
    cabinet.open_window(page, "Введення показів лічильника")
    assert submitted_by_customer.count() == before + 1


def type_reading(page: Page, point: str, value: str) -> None:
    """Choose the point, type the value, press the first «Зберегти»."""
    page.get_by_role("link", name="Внести покази").click()
    page.get_by_role("row", name=point).get_by_role("link", name="Обрати").click()
    page.get_by_role("row", name="уся доба").get_by_role("textbox").fill(value)
    page.get_by_role("button", name="Зберегти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Попередній розрахунок")


def confirm_reading(page: Page) -> None:
    """The second «Зберегти», after the reason that a reading past zero asks for."""
    page.get_by_label("Лічильник дійшов до кінця шкали й почав з нуля").check()
    page.get_by_label("Покази перевірено, вони правильні").check()
    page.get_by_label("Причина").fill("Лічильник перейшов через нуль")
    page.get_by_role("button", name="Зберегти").click()


def recover_the_password(newcomer: Newcomer) -> None:
    page = newcomer.page
    cabinet.sign_out(page)
    page.get_by_role("banner").get_by_role("link", name="Увійти").click()
    page.get_by_role("link", name="Забули пароль?").click()
    page.get_by_label("Логін").fill(newcomer.email)
    page.get_by_role("button", name="Запит на зміну пароля").click()
    page.goto(cabinet.found_in_mail(newcomer.mails, newcomer.email, r"http://\S*/password/reset/key/\S*"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Скинути пароль")
    page.get_by_label("Новий пароль:").fill(SECOND_PASSWORD)
    page.get_by_label("Повторити пароль:").fill(SECOND_PASSWORD)
    page.get_by_role("button", name="Запит на зміну пароля").click()
    cabinet.sign_in(page, newcomer.email, SECOND_PASSWORD)
    expect(page.get_by_role("row", name=newcomer.number)).to_be_visible()
    cabinet.sign_out(page)
