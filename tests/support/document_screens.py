"""Screens of documents for `make shots`: what is to be signed, what was sent, and what the branch sees of it."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page

from tests.support.kep import M163, KepSigner
from tests.support.screens import ACCOUNT, CUSTOMER, OPERATOR, STAFF, Screen, both, follow

ROOM = f"/cabinet/legal/documents/{ACCOUNT}/"
TO_SIGN = "main tbody tr:first-child a.button"
WORKER_LOOKS = 60
SIGNER = KepSigner("Ґалаґан Олена Михайлівна", edrpou="30036471", group=M163, seed=61)


def send(name: str, make: Callable[[bytes], bytes]) -> Callable[[Page], object]:
    """Return an act that opens the newest document and sends a file made of its bytes."""

    def act(page: Page) -> None:
        page.locator(TO_SIGN).first.click()
        with page.expect_download() as waiting:
            page.get_by_role("main").get_by_role("link", name="Завантажити", exact=True).click()
        content = make(waiting.value.path().read_bytes())
        file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        page.locator("input[type=file]").set_input_files([file])
        page.get_by_role("button", name="Надіслати підписаний файл").click()
        page.wait_for_load_state()

    return act


def wait_for_verdict(page: Page) -> None:
    """Open the page again until the worker has checked what was sent."""
    for _look in range(WORKER_LOOKS):
        if not page.get_by_text("Підпис перевіряється.").count():
            return
        page.wait_for_timeout(500)
        page.reload()


DOCUMENT_SCREENS: tuple[Screen, ...] = (
    Screen("cabinet/room", ROOM, CUSTOMER),
    Screen("cabinet/room-to-sign", f"{ROOM}?state=to_sign", CUSTOMER),
    Screen("cabinet/room-none", f"{ROOM}?text=немає", CUSTOMER),
    Screen("cabinet/room-document", ROOM, CUSTOMER, act=follow(TO_SIGN)),
    Screen("cabinet/room-refused", ROOM, CUSTOMER, act=send("акт.pdf", lambda content: content)),
    Screen(
        "cabinet/room-other",
        ROOM,
        CUSTOMER,
        act=both(send("інше.p7s", lambda _content: SIGNER.cms(b"?")), wait_for_verdict),
    ),
    Screen("cabinet/room-signed", ROOM, CUSTOMER, act=both(send("акт.pdf.p7s", SIGNER.cms), wait_for_verdict)),
    Screen("staff/room-documents", f"{STAFF}/signeddocument/?countersigned=1", OPERATOR),
    Screen("staff/room-document", f"{STAFF}/signeddocument/?countersigned=1", OPERATOR, act=follow("main tbody a")),
    Screen("staff/room-signed", f"{STAFF}/countersignature/", OPERATOR),
    Screen("staff/room-decision", f"{STAFF}/countersignature/?state=waiting", OPERATOR, act=follow("main tbody a")),
)
