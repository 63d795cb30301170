"""A branch employee with files that are not right: what is wrong is named, and nothing changes before consent."""

from collections.abc import Callable
from pathlib import Path
from secrets import randbelow

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import cabinet, desk
from tests.support.site import ServedSite

pytestmark = pytest.mark.browser

PAYMENTS = "Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу"
ARTICLE = "Плата за розподіл електроенергії"


@pytest.fixture
def operator(page: Page) -> Page:
    cabinet.sign_in(page, "operator.vin@demo.example")
    expect(page.get_by_role("link", name="Імпортувати файл").first).to_be_visible()
    return page


def test_bad_rows_are_named_nothing_changes_and_the_good_rows_are_taken_on_consent(
    operator: Page, new_person: Callable[..., Page], served_demo: ServedSite, tmp_path: Path
) -> None:
    serial = f"{randbelow(10**6):06}"
    path = desk.write_export(
        tmp_path / "платежі.csv",
        PAYMENTS,
        f"80-431930;Д-{serial}-1;01.06.2019;{ARTICLE};100,00",
        f"80-431930;Д-{serial}-2;31.06.2019;{ARTICLE};200,00",
        f"80-431930;Д-{serial}-3;03.06.2019;{ARTICLE};триста",
        f"80-999999;Д-{serial}-4;04.06.2019;{ARTICLE};400,00",
    )
    desk.check_file(operator, "Платежі", path)
    assert desk.counts(operator)["Відхилених"] == "3"
    found = [row[:3] for row in desk.issues(operator)]
    assert found == [
        ["5", "Дата платежу", "31.06.2019"],
        ["6", "Сума платежу", "триста"],
        ["7", "Особовий рахунок", "80-999999"],
    ]
    assert "не знайдено у структурній одиниці VIN" in desk.issues(operator)[2][3]

    customer = new_person(served_demo.url)
    cabinet.sign_in(customer, "customer@demo.example")
    before = payments_of_june(customer)

    operator.get_by_role("button", name="Застосувати").click()
    expect(operator.get_by_label("Прийняти лише правильні рядки")).to_be_visible()
    assert payments_of_june(customer) == before

    operator.get_by_label("Прийняти лише правильні рядки").check()
    desk.apply_preview(operator)
    assert payments_of_june(customer) == [*before, ["01.06.2019", "100,00", ARTICLE]]


def test_a_file_of_another_branch_is_refused_row_by_row(operator: Page, tmp_path: Path) -> None:
    path = desk.write_export(
        tmp_path / "тростянець.csv",
        PAYMENTS,
        f"80-36;Т-1;01.06.2019;{ARTICLE};100,00",
        f"80-36;Т-2;02.06.2019;{ARTICLE};200,00",
    )
    desk.check_file(operator, "Платежі", path)
    assert [row[0] for row in desk.issues(operator)] == ["4", "5"]
    assert {row[3] for row in desk.issues(operator)} == {"Рахунок 80-36 не знайдено у структурній одиниці VIN"}
    expect(operator.get_by_text("Усі рядки файлу мають помилки, тож застосовувати нічого.")).to_be_visible()
    expect(operator.get_by_role("button", name="Застосувати")).to_have_count(0)


def test_the_same_file_again_changes_nothing(operator: Page, tmp_path: Path) -> None:
    document = f"Однаковий-{randbelow(10**6)}"
    path = desk.write_export(tmp_path / "платежі.csv", PAYMENTS, f"80-431930;{document};01.05.2019;{ARTICLE};1,00")
    desk.check_file(operator, "Платежі", path)
    desk.apply_preview(operator)
    desk.check_file(operator, "Платежі", path)
    assert desk.counts(operator) == {"Рядків": "1", "Нових": "0", "Змінених": "0", "Без змін": "1", "Відхилених": "0"}
    operator.get_by_role("button", name="Закрити без змін").click()
    desk.state_is(operator, "Без змін")


def payments_of_june(page: Page) -> list[list[str]]:
    """The customer's payments of June 2019, which the demo leaves empty."""
    page.goto(f"{cabinet.LEGAL}/payments/{cabinet.FIRST_ACCOUNT}/")
    cabinet.show_payments(page, "2019-06-01", "2019-06-30")
    return [row[:3] for row in cabinet.body_rows(page)]
