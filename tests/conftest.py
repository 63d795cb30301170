"""Fixtures shared by all tests; the people and pages they work with are made in `tests/factories.py`."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.cache import cache
from django.db import connections
from django.utils import translation
from hypothesis import settings as search_settings
from playwright.sync_api import Browser, Page

from tests.support.browser import DESKTOP, Complaints, chromium, person
from tests.support.databases import leave_vacuum_to_the_tests, scratch_database, vacuum
from tests.support.mail import MailSink, mail_sink
from tests.support.scale import SEED, TRUST
from tests.support.site import ServedSite, demo_site
from tests.support.system import chromium_path, required

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
PICTURES = ROOT / "var" / "failures"
# Seconds after which a test of the short form hangs rather than works: it fails, and tells where it stood.
STANDSTILL = 600
DATABASE_IS_THERE = pytest.StashKey[bool]()


# A machine that is busy makes no example wrong; speed is measured in bench/.
search_settings.register_profile("project", deadline=None)
search_settings.load_profile("project")


# --- the run --------------------------------------------------------------------------------------------------------


def pytest_report_header() -> str:
    """Name the seed, so that a failure of a random search can be repeated."""
    return f"form: {'long' if TRUST else 'short'}, TRUST_SEED={SEED}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs absent sample files, and keep the two workers' browsers apart in time."""
    if not SAMPLES.is_dir():
        absent = [item for item in items if item.get_closest_marker("samples")]
        if absent:
            config.hook.pytest_deselected(items=absent)
            items[:] = [item for item in items if not item.get_closest_marker("samples")]
    if getattr(config, "workerinput", {}).get("workerid") == "postgresql":
        # The other worker runs what no database can change.
        items[:] = [item for item in items if _asks_a_database(item)]
    for item in items:
        _restore_migrated_rows(item)
        if not TRUST:
            item.add_marker(pytest.mark.timeout(STANDSTILL))
    # Both databases are tested at once on two cores: one begins with the served demo, the other ends with it.
    last = os.environ.get("TEST_DATABASE") == "postgresql"
    items.sort(key=lambda item: ("served_demo" in getattr(item, "fixturenames", ())) == last)


def _asks_a_database(item: pytest.Item) -> bool:
    """Whether a test may reach the database: pytest-django refuses it to all others."""
    served = {"db", "transactional_db", "live_server", "served_demo"} & set(getattr(item, "fixturenames", ()))
    return bool(served) or item.get_closest_marker("django_db") is not None


def _restore_migrated_rows(item: pytest.Item) -> None:
    """Let a test that really commits begin with what the migrations wrote, such as Wagtail's root page.

    It ends with a flush of every table, so the next one of its kind would otherwise find nothing.
    """
    marker = item.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    if commits or (marker and marker.kwargs.get("transaction")):
        options = {**(marker.kwargs if marker else {}), "transaction": True, "serialized_rollback": True}
        item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration a skipped test is a failed one; a failed browser test leaves its pictures."""
    report = yield
    if report.skipped and required() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which continuous integration does not allow: {report.longrepr}"
    if report.failed and call.when == "call" and isinstance(item, pytest.Function):
        pages: Any = item.funcargs.get("opened_pages", [])
        for number, opened in enumerate(pages):
            PICTURES.mkdir(parents=True, exist_ok=True)
            name = item.nodeid.replace("/", ".").replace("::", "-")[-120:]
            opened.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of private files, media and databases of this process."""
    if project_settings.configured and (folder := getattr(project_settings, "TEMP_ROOT", None)):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _as_a_new_visitor() -> Iterator[None]:
    """Every test starts in Ukrainian and with no attempts counted against anybody."""
    cache.clear()
    with translation.override(project_settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, in which no process of the server works beside the tests."""
    with django_db_blocker.unblock():
        leave_vacuum_to_the_tests()
    request.config.stash[DATABASE_IS_THERE] = True


@pytest.fixture(scope="module", autouse=True)
def _no_rows_of_earlier_files(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The tests of a file leave no dead rows to those of the next."""
    yield
    if request.config.stash.get(DATABASE_IS_THERE, False):
        with django_db_blocker.unblock():
            vacuum()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real exchange files; for tests marked `samples` only."""
    return SAMPLES


# --- mail, databases, processes -------------------------------------------------------------------------------------


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailSink]:
    """A mail server that Django's mail goes to through SMTP; it keeps everything."""
    with mail_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = sink.host
        settings.EMAIL_PORT = sink.port
        yield sink


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the vendor under test, for commands in processes of their own."""
    with scratch_database(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def served_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    """The demo, prepared and served with its worker as `make run` does it; shared by the tests of a session."""
    folder = tmp_path_factory.mktemp("demo")
    with scratch_database(folder) as url, demo_site(url, folder) as site:
        yield site


# --- the browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """One Chromium for the session."""
    if chromium_path() is None:
        pytest.skip("Chromium is not installed.")
    # Playwright's event loop stays open in this thread, and Django takes that for asynchronous code: it would refuse
    # queries, and keep database connections of its own for it, which know nothing of the test's.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    ours = {alias: connections[alias] for alias in connections}
    with chromium() as program:
        for alias, connection in ours.items():
            connections[alias] = connection
        yield program
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def opened_pages() -> list[Page]:
    """The pages that a browser test has open, pictured when it fails."""
    return []


@pytest.fixture
def new_person(browser: Browser, opened_pages: list[Page]) -> Iterator[Callable[..., Page]]:
    """Open pages for several people, each with cookies of their own: `new_person(url, size=PHONE)`.

    At the end no page may have failed in a script, broken its policy or asked another machine.
    """
    complaints: list[Complaints] = []
    with ExitStack() as stack:

        def open_page(base_url: str, size: tuple[int, int] = DESKTOP, javascript: bool = True) -> Page:
            context, found = stack.enter_context(person(browser, base_url, size, javascript))
            complaints.append(found)
            page = context.new_page()
            opened_pages.append(page)
            return page

        yield open_page
        assert [text for found in complaints for text in found.found] == []


@pytest.fixture
def page(new_person: Callable[..., Page], served_demo: ServedSite) -> Page:
    """A page of one person at the served demo."""
    return new_person(served_demo.url)
