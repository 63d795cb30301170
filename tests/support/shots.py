"""`make shots`: a picture of every screen of `screens.py` and the other `…_screens.py` in both sizes."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.support.archive_screens import ARCHIVE_SCREENS
from tests.support.browser import DESKTOP, PHONE, chromium, person
from tests.support.desk_screens import DESK_SCREENS
from tests.support.document_screens import DOCUMENT_SCREENS
from tests.support.payment_screens import PAYMENT_SCREENS
from tests.support.reading_screens import READING_SCREENS
from tests.support.screens import SCREENS, Screen
from tests.support.site import ROOT, ServedSite, demo_site

PASSWORD = "demo-Cabinet-2026"
LOGIN_PATH = "/accounts/login/"
SETTLE_MILLISECONDS = 150
# Chromium refuses pictures beyond; of hundreds of rows the first are enough.
MOST_PIXELS = 16_000


def log_in(page: Page, email: str) -> None:
    """Log in as one of the demo's people, through the login page. Raises Error when it does not lead inside."""
    page.goto(LOGIN_PATH)
    page.get_by_label("Логін").fill(email)
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Увійти").click()
    page.wait_for_url(lambda url: LOGIN_PATH not in url)


def picture(page: Page, screen: Screen, target: Path) -> list[str]:
    """Take one picture and return what is wrong with the screen."""
    wrong: list[str] = []
    response = page.goto(screen.path)
    if response is None or response.status != screen.status:
        wrong.append(f"answers {response and response.status} instead of {screen.status}")
    if screen.act:
        screen.act(page)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if beyond > 0:
        wrong.append(f"is {beyond} px wider than the window")
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_admin_page(page):
        shown = min(page.evaluate("document.documentElement.scrollHeight"), MOST_PIXELS)
        width = page.evaluate("document.documentElement.clientWidth")
        page.screenshot(path=target, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": shown})
    return wrong


@contextmanager
def whole_admin_page(page: Page) -> Iterator[None]:
    """Make the window as high as what is scrolled: the admin does so in a frame of its own, and the bar of the reading
    sheet would stand in the middle of the picture.
    """
    size = page.viewport_size
    inner = page.evaluate(
        "Math.ceil(document.querySelector('#main.content-wrapper .content')?.scrollHeight"
        " ?? (document.querySelector('.sheet-bar') ? document.documentElement.scrollHeight : 0))"
    )
    if size is not None and size["height"] < inner < MOST_PIXELS:
        page.set_viewport_size({"width": size["width"], "height": inner})
        page.wait_for_timeout(SETTLE_MILLISECONDS)
    yield
    if size is not None:
        page.set_viewport_size(size)


def take(browser: Browser, site: ServedSite, screens: list[Screen], folder: Path) -> list[str]:
    """Take every picture in both sizes and return all complaints."""
    wrong: list[str] = []
    for size in (DESKTOP, PHONE):
        for email in dict.fromkeys(screen.person for screen in screens):
            with person(browser, site.url, size) as (context, complaints):
                page = context.new_page()
                if email:
                    log_in(page, email)
                for screen in (screen for screen in screens if screen.person == email):
                    target = folder / f"{screen.name}-{size[0]}.png"
                    try:
                        found = picture(page, screen, target)
                    except Error as error:
                        found = [str(error).splitlines()[0]]
                    found += complaints.found
                    complaints.found.clear()
                    wrong += [f"{screen.name} at {size[0]} px: {text}" for text in found]
                    print(f"{'! ' if found else '  '}{target.relative_to(folder)}", flush=True)
    return wrong


def main(arguments: list[str]) -> int:
    """Take the pictures. Returns 1 when a screen answered wrongly, scrolls sideways or broke its policy."""
    parser = argparse.ArgumentParser(prog="make shots", description=__doc__)
    parser.add_argument("--only", default="", help="only the screens whose name contains this")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "shots")
    options = parser.parse_args(arguments)
    screens = [
        screen
        for screen in (*SCREENS, *READING_SCREENS, *ARCHIVE_SCREENS, *DOCUMENT_SCREENS, *PAYMENT_SCREENS, *DESK_SCREENS)
        if options.only in screen.name
    ]
    with tempfile.TemporaryDirectory(prefix="cabinet-shots-") as temporary:
        home = Path(temporary)
        url = f"sqlite:///{home / 'db.sqlite3'}"
        with demo_site(url, home) as site, chromium() as browser:
            wrong = take(browser, site, screens, options.folder.resolve())
    for text in wrong:
        print(text, file=sys.stderr)
    print(f"{len(screens) * 2} pictures in {options.folder}, {len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
