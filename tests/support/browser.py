"""A real Chromium, driven by Playwright, that speaks Ukrainian and may talk to this machine alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Route, sync_playwright

from tests.support.system import chromium_path

DESKTOP = (1280, 800)
PHONE = (360, 740)

# Without these Chromium looks up hosts of its maker at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass
class Complaints:
    """What no page of ours may do: fail in a script, break its own policy, ask a foreign host."""

    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Note the misdeeds of every page of a context, and stop requests to other machines."""
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("console", self._console)
        context.route("**/*", self._route)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.found.append(message.text)

    def _route(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in {"http", "https"} and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            self.found.append(f"request to another machine: {route.request.url}")
            route.abort()
        else:
            route.continue_()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium. Raises FileNotFoundError where there is none."""
    program = chromium_path()
    if program is None:
        raise FileNotFoundError("Chromium was not found; CHROMIUM may name it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def person(
    browser: Browser, base_url: str | None = None, size: tuple[int, int] = DESKTOP, javascript: bool = True
) -> Iterator[tuple[BrowserContext, Complaints]]:
    """Open a browser context of its own, with its own cookies: one person at one machine."""
    context = browser.new_context(
        base_url=base_url,
        locale="uk-UA",
        timezone_id="Europe/Kyiv",
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=javascript,
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    complaints = Complaints()
    complaints.watch(context)
    try:
        yield context, complaints
    finally:
        context.close()
