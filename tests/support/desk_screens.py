"""The import desk's screens for `make shots`: what is seen between the upload of a file and its undo."""

import re
from collections.abc import Callable
from itertools import count
from secrets import randbelow

from playwright.sync_api import Page, expect

from tests.support.screens import ACCOUNT, CENTRAL, OPERATOR, STRANGE, UPLOAD, Screen, both, press, upload

DESK = "/admin/imports/importbatch/"
TOKENS = "/admin/imports/pushtoken/"
SOURCES = "/admin/imports/importprofile/"
ARTICLE = "Плата за розподіл електроенергії"
WORKER_MILLISECONDS = 30_000
#: Enough rows for the worker to be busy while the picture is taken.
MANY_ROWS = 60_000
LONG_NAME = "Каса відділення № 12 «Вінниця-Центральна» (реєстри до об’єднання)"
_serials = count(randbelow(10**6) * 100)


def payments(serial: int, *amounts: str) -> str:
    """A file of payments; the same serial names the same documents."""
    rows = (
        f"{ACCOUNT};П-{serial}-{number};{number:02}.03.2018;{ARTICLE};{sum_}" for number, sum_ in enumerate(amounts, 1)
    )
    return "\n".join(("Особовий рахунок;Документ;Дата платежу;Стаття реалізації;Сума платежу", *rows, ""))


def with_controls(page: Page) -> None:
    """Upload a file that is not what was said of it and has a wrong row: a stop and a tick stand at the decision."""
    page.locator("#id_expect_amount").fill("1 000,00")
    page.locator("#id_expect_rows").fill("7")
    upload(payments(next(_serials), "100,00", "двісті", "300,00"))(page)


def at_work(page: Page) -> None:
    """Upload a large file and look while the worker reads it."""
    upload(payments(next(_serials), *["1,00"] * 28) * (MANY_ROWS // 28), wait=False)(page)
    expect(page.locator("progress")).to_have_attribute("value", re.compile("[1-9]"), timeout=WORKER_MILLISECONDS)


def apply(text: str) -> Callable[[Page], object]:
    """Return an act that uploads a file, confirms it and waits for the report."""

    def act(page: Page) -> None:
        page.goto(UPLOAD)
        upload(text)(page)
        page.get_by_role("button", name="Застосувати").click()
        expect(page.locator(".staff-state strong")).to_have_text("Застосовано", timeout=WORKER_MILLISECONDS)

    return act


def result(page: Page) -> None:
    """Apply a file."""
    apply(payments(next(_serials), "100,00", "200,00"))(page)


def undone_with_conflicts(page: Page) -> None:
    """Take back a file of which a later one has changed a row."""
    serial = next(_serials)
    apply(payments(serial, "100,00", "200,00"))(page)
    address = page.url
    apply(payments(serial, "150,00", "200,00"))(page)
    page.goto(address)
    both(press("Скасувати імпорт"), press("Скасувати імпорт"))(page)


def save_source(page: Page) -> None:
    """Map the columns of a strange file and remember them."""
    both(upload(STRANGE), press("Зіставити колонки"))(page)
    for number, label in enumerate(
        ("Особовий рахунок *", "Дата платежу *", "Стаття реалізації *", "Сума платежу *"), 1
    ):
        page.locator(f"#id_column-{number}").select_option(label=label)
    page.locator("#id_source").fill(LONG_NAME)
    press("Перевірити файл із цими колонками")(page)
    for _ in range(40):
        if not page.locator("[data-import-status]").count():
            break
        page.wait_for_timeout(500)
        page.reload()


def make_token(page: Page) -> None:
    """Make a token with a long name."""
    page.locator("#id_name").fill(f"BAS Бухгалтерія, сервер обміну {next(_serials)}, відділення Вінниця-Центральна")
    page.locator("#id_branch").select_option("VIN")
    press("Створити токен")(page)


def first_row(page: Page) -> None:
    """Open the first row of a list."""
    page.locator("main tbody a").first.click()
    page.wait_for_load_state()


DESK_SCREENS: tuple[Screen, ...] = (
    Screen("desk/upload-wrong", UPLOAD, OPERATOR, act=press("Перевірити файл")),
    Screen("desk/stops", UPLOAD, OPERATOR, act=with_controls),
    Screen("desk/stops-not-ticked", UPLOAD, OPERATOR, act=both(with_controls, press("Застосувати"))),
    Screen("desk/progress", UPLOAD, OPERATOR, act=at_work),
    Screen("desk/result", UPLOAD, OPERATOR, act=result),
    Screen("desk/undo", UPLOAD, OPERATOR, act=both(result, press("Скасувати імпорт"))),
    Screen("desk/undone", UPLOAD, OPERATOR, act=undone_with_conflicts),
    Screen("desk/undone-batch", UPLOAD, OPERATOR, act=both(undone_with_conflicts, press("Повернутися до імпорту"))),
    Screen("desk/journal-of-undo", UPLOAD, OPERATOR, act=both(undone_with_conflicts, press("Скасування в журналі"))),
    Screen("desk/history", f"{DESK}?state=undone", OPERATOR, act=both(first_row, press("Історія"))),
    Screen("desk/list-empty", f"{DESK}?q=немає-такого", OPERATOR),
    Screen("desk/mapped", UPLOAD, OPERATOR, act=save_source),
    Screen("desk/sources", SOURCES, OPERATOR),
    Screen("desk/source", SOURCES, OPERATOR, act=first_row),
    Screen("desk/tokens-empty", f"{TOKENS}?q=немає-такого", CENTRAL),
    Screen("desk/token-new", f"{TOKENS}create/", CENTRAL),
    Screen("desk/token-shown", f"{TOKENS}create/", CENTRAL, act=make_token),
    Screen("desk/tokens", TOKENS, CENTRAL),
    Screen("desk/token", TOKENS, CENTRAL, act=first_row),
    Screen("desk/token-revoke", TOKENS, CENTRAL, act=both(first_row, press("Відкликати"))),
)
