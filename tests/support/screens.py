"""Every screen that `make shots` pictures. A new screen is one line: a name, an address, and who looks at it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

CUSTOMER = "customer@demo.example"
BIG = "big@demo.example"
NEWCOMER = "newcomer@demo.example"
OPERATOR = "operator.vin@demo.example"
CENTRAL = "central@demo.example"
EDITOR = "editor@demo.example"
ADMIN = "admin@demo.example"
ACCOUNT = "80-431930"


@dataclass(frozen=True)
class Screen:
    """One picture.

    Attributes:
        name: `group/name`, the path of the picture under var/shots/.
        path: the address, from the slash.
        person: the demo login that looks, or nobody.
        status: the HTTP status the address answers with.
        act: what to do on the page before the picture, such as opening a list or sending a form.
    """

    name: str
    path: str
    person: str = ""
    status: int = 200
    act: Callable[[Page], object] | None = None


def press(label: str) -> Callable[[Page], object]:
    """Return an act that presses a button or follows a link by its label."""

    def act(page: Page) -> None:
        target = page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first
        target.click()
        page.wait_for_load_state()

    return act


SCREENS: tuple[Screen, ...] = (
    Screen("public/home", "/"),
    Screen("public/not-found", "/there-is-no-such-page/", status=404),
    Screen("access/login", "/accounts/login/"),
    Screen("access/registration", "/accounts/signup/"),
    Screen("access/password-reset", "/accounts/password/reset/"),
    Screen("access/profile", "/my/profile/", CUSTOMER),
    Screen("access/account", f"/my/access/{ACCOUNT}/", CUSTOMER),
    Screen("access/activation", "/my/activation/", NEWCOMER),
    Screen("demo/mails", "/demo/mail/"),
    Screen("cabinet/sections", "/cabinet/", CUSTOMER),
    Screen("cabinet/accounts", "/cabinet/legal/accounts/", CUSTOMER),
    Screen("cabinet/personal", f"/cabinet/legal/personal/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/finance", f"/cabinet/legal/finance/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/invoices", f"/cabinet/legal/invoices/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/readings", f"/cabinet/legal/readings/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/meters", f"/cabinet/legal/meters/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/documents", f"/cabinet/legal/documents/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/payments", f"/cabinet/legal/payments/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/foreign-account", "/cabinet/legal/personal/00-000000/", CUSTOMER, status=404),
    Screen("cabinet/accounts-big", "/cabinet/legal/accounts/", BIG),
    Screen("cabinet/request", "/cabinet/legal/", NEWCOMER),
    Screen("staff/home", "/admin/", OPERATOR),
    Screen("staff/registrations", "/admin/cabinet_pages/accessrequest/", OPERATOR),
    Screen("staff/accounts", "/admin/cabinet_pages/account/", OPERATOR),
    Screen("staff/customers", "/admin/cabinet_pages/customer/", OPERATOR),
    Screen("staff/points", "/admin/cabinet_pages/meteringpoint/", OPERATOR),
    Screen("staff/meters", "/admin/cabinet_pages/meter/", OPERATOR),
    Screen("staff/readings", "/admin/cabinet_pages/reading/", OPERATOR),
    Screen("staff/invoices", "/admin/cabinet_pages/invoice/", OPERATOR),
    Screen("staff/payments", "/admin/cabinet_pages/payment/", OPERATOR),
    Screen("staff/balances", "/admin/cabinet_pages/balance/", OPERATOR),
    Screen("staff/documents", "/admin/cabinet_pages/signeddocument/", OPERATOR),
    Screen("staff/branches", "/admin/cabinet_pages/branch/", CENTRAL),
    Screen("staff/articles", "/admin/cabinet_pages/article/", CENTRAL),
    Screen("staff/operators", "/admin/cabinet_pages/branchoperator/", CENTRAL),
    Screen("staff/new-operator", "/admin/cabinet_pages/branchoperator/create/", CENTRAL),
    Screen("staff/import-desk", "/admin/imports/importbatch/", OPERATOR),
    Screen("staff/import-upload", "/admin/imports/importbatch/create/", OPERATOR),
    Screen("staff/editor-pages", "/admin/pages/", EDITOR),
    Screen("staff/admin-home", "/admin/", ADMIN),
)
