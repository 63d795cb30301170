"""Every route of the cabinet, and what its address needs of somebody's belongings."""

from collections.abc import Callable, Iterator
from typing import Any

from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import get_page_models

from cabinet_pages.windows.pages import Guard

Ids = dict[str, Any]


def number(ids: Ids) -> Ids:
    return {"number": ids["number"]}


def nested(name: str, key: str) -> Callable[[Ids], Ids]:
    return lambda ids: {"number": ids["number"], key: ids[name]}


def nothing(ids: Ids) -> Ids:
    return {}


# Page type and route → what the address needs. Only routes about an account name one.
PAGE_ROUTES: dict[tuple[str, str], Callable[[Ids], Ids]] = {
    ("CabinetPage", "serve"): nothing,
    ("ConsumerSectionPage", "section"): nothing,
    ("ConsumerSectionPage", "requests"): nothing,
    ("ConsumerSectionPage", "withdraw"): lambda ids: {"uuid": ids["request"]},
    ("ConsumerSectionPage", "code"): nothing,
    ("AccountListPage", "serve"): nothing,
    ("ReadingsPage", "workbook_of_all"): nothing,
    ("ReadingsPage", "workbook_upload_of_all"): nothing,
    ("ReadingsPage", "workbook_verdict_of_all"): lambda ids: {"digest": "0" * 64},
    ("ReadingsPage", "workbook_errors_of_all"): lambda ids: {"digest": "0" * 64},
    ("ReadingsPage", "workbook"): number,
    ("ReadingsPage", "workbook_upload"): number,
    ("ReadingsPage", "workbook_verdict"): lambda ids: {"number": ids["number"], "digest": "0" * 64},
    ("ReadingsPage", "workbook_errors"): lambda ids: {"number": ids["number"], "digest": "0" * 64},
    ("ReadingsPage", "points"): number,
    ("ReadingsPage", "entry"): nested("point", "point_id"),
    ("ReadingsPage", "point_history"): nested("point", "point_id"),
    ("ReadingsPage", "sheet"): number,
    ("ReadingsPage", "sheet_draft"): number,
    ("ReadingsPage", "sheet_sent"): nested("sheet", "token"),
    ("ReadingsPage", "sheet_of_all"): nothing,
    ("ReadingsPage", "sheet_draft_of_all"): nothing,
    ("ReadingsPage", "sheet_sent_of_all"): lambda ids: {"token": ids["sheet"]},
    ("ReadingsPage", "account_history"): number,
    ("ReadingsPage", "history_file"): lambda ids: {"number": ids["number"], "file_format": "csv"},
    ("ReadingsPage", "overview"): number,
    ("ReadingsPage", "receipts"): number,
    ("ReadingsPage", "receipt"): nested("submission", "uuid"),
    ("ReadingsPage", "receipt_pdf"): nested("submission", "uuid"),
    ("MetersPage", "verification"): nothing,
    ("MetersPage", "verification_file"): nothing,
    ("FinancePage", "act"): number,
    ("FinancePage", "act_file"): lambda ids: {"number": ids["number"], "file_format": "xlsx"},
    ("FinancePage", "appeal"): number,
    ("FinancePage", "appeals"): number,
    ("PaymentsPage", "payments_file"): lambda ids: {"number": ids["number"], "file_format": "xlsx"},
    ("InvoicesPage", "invoices_of_all"): nothing,
    # A GET leads to the list; what a POST orders is in tests/cabinet_pages/archives/.
    ("InvoicesPage", "archive_of_all"): nothing,
    ("InvoicesPage", "archive"): number,
    ("InvoicesPage", "invoice"): nested("invoice", "uuid"),
    ("InvoicesPage", "pay_online"): nested("invoice", "uuid"),
    ("InvoicesPage", "online_payment"): lambda ids: {
        "number": ids["number"],
        "uuid": ids["invoice"],
        "order": ids["order"],
    },
    ("DocumentsPage", "archive"): number,
    ("DocumentsPage", "document"): nested("document", "uuid"),
    ("DocumentsPage", "document_file"): nested("document", "uuid"),
    ("DocumentsPage", "document_signature"): nested("document", "uuid"),
    ("DocumentsPage", "signed_file"): lambda ids: {"number": ids["number"], "uuid": ids["document"], "version": 1},
}
for _page in (
    "PersonalInformationPage",
    "FinancePage",
    "InvoicesPage",
    "ReadingsPage",
    "MetersPage",
    "DocumentsPage",
    "PaymentsPage",
):
    PAGE_ROUTES[_page, "choose_account"] = nothing
    PAGE_ROUTES[_page, "window"] = number

# Plain addresses of cabinet_pages.urls that name an account; the others show nothing but the person's own.
PLAIN_ROUTES: dict[str, Callable[[Ids], Ids]] = {
    "cabinet_access": number,
    "cabinet_invoice_pdf": lambda ids: {"uuid": ids["invoice"]},
}
OWN_ROUTES = {
    "cabinet_staff_gate",
    "cabinet_page_login",
    "cabinet_landing",
    "cabinet_activation",
    "cabinet_profile",
    "cabinet_set_language",
    "cabinet_resend_verification",
    # A person's own, and of accounts that are open to them (tests/cabinet_pages/archives/).
    "cabinet_archives",
    "cabinet_archive",
    "cabinet_archive_status",
    "cabinet_archive_file",
    # Leads to a route of the readings window, and says the same 404 for a foreign and an absent receipt.
    "cabinet_receipt",
    "cabinet_calendar_page",
    # Opened by a secret token (tests/cabinet_pages/readings/reminders/).
    "cabinet_calendar",
    # The payment provider's, opened by a signature (tests/cabinet_pages/billing/online_payments/).
    "cabinet_payment_report",
    # Public: shows a number, a time and the validity (tests/cabinet_pages/readings/receipts/).
    "cabinet_reading_check",
    # Leads to the same pages as Wagtail's own address does, for account numbers that it does not let through.
    "cabinet_account_address",
}
# Routes that only act, and lead whoever comes by a link to the list.
LEAD_TO_A_LIST = {"archive"}
# Only a POST withdraws or activates.
POST_ONLY = {
    ("ConsumerSectionPage", "withdraw"),
    ("InvoicesPage", "pay_online"),
    ("ReadingsPage", "sheet_draft"),
    ("ReadingsPage", "sheet_draft_of_all"),
}


def cabinet_page_types() -> list[type[Any]]:
    return [model for model in get_page_models() if issubclass(model, Guard)]


def walked_routes() -> Iterator[tuple[str, str]]:
    for model in cabinet_page_types():
        if issubclass(model, RoutablePageMixin):
            for pattern in model.get_subpage_urls():
                # The mixin's own index stands behind the route that every cabinet page gives for the same address.
                if pattern.name != "index_route":
                    yield model.__name__, str(pattern.name)
        else:
            yield model.__name__, "serve"


ACCOUNT_ROUTES = [
    route
    for route, needs in PAGE_ROUTES.items()
    if "number"
    in needs(dict.fromkeys(("number", "invoice", "point", "submission", "document", "request", "sheet", "order"), 1))
]
SHOWN_ROUTES = [route for route in ACCOUNT_ROUTES if route not in POST_ONLY]
