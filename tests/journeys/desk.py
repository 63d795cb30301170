"""What a branch employee does at the import desk, and the files that the branch exports."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.cabinet import words

WORKER_MILLISECONDS = 30_000


def write_export(path: Path, *lines: str) -> Path:
    """Write a CSV as 1C does: cp1251, semicolons, two lines about the export above the heading."""
    text = "\r\n".join(('АТ "Вінницяобленерго"', "Вигрузка з БАС ERP", *lines, ""))
    path.write_bytes(text.encode("cp1251"))
    return path


def upload(page: Page, kind: str, path: Path, *, source: str = "") -> None:
    """Upload a file at the desk, read as the files of a remembered source where one is named."""
    page.goto("/admin/")
    page.get_by_role("link", name="Імпорт", exact=True).click()
    page.get_by_role("link", name="Імпортувати файл").first.click()
    give(page, kind, path, source=source)


def give(page: Page, kind: str, path: Path, *, source: str = "") -> None:
    """Fill and send the form of the upload."""
    page.get_by_label("Що у файлі").select_option(label=kind)
    page.get_by_label("Файл", exact=True).set_input_files(path)
    if source:
        page.get_by_label("Джерело").select_option(value=source)
    page.get_by_role("button", name="Перевірити файл").click()


def check_file(page: Page, kind: str, path: Path, *, source: str = "") -> None:
    """Upload a file and wait for its preview."""
    upload(page, kind, path, source=source)
    state_is(page, "Очікує підтвердження")


def apply_preview(page: Page) -> None:
    """Confirm the preview on the screen and wait until it is applied."""
    page.get_by_role("button", name="Застосувати").click()
    state_is(page, "Застосовано")


def state_is(page: Page, state: str) -> None:
    """Wait until the batch is in a state; the page follows the worker by itself."""
    expect(page.locator(".staff-state strong")).to_have_text(state, timeout=WORKER_MILLISECONDS)


def counts(page: Page) -> dict[str, str]:
    """The numbers of a preview or report."""
    page.wait_for_load_state()
    pairs = page.locator("dl.staff-counts > div").all()
    return {words(pair.locator("dt").inner_text()): words(pair.locator("dd").inner_text()) for pair in pairs}


def issues(page: Page) -> list[list[str]]:
    """Row, column, value, sentence and level of every issue shown."""
    page.wait_for_load_state()
    rows = page.get_by_role("region", name="Помилки й попередження").locator("tbody tr").all()
    return [[words(cell) for cell in row.locator("td").all_text_contents()] for row in rows]
