"""The account list and the window «Персональна інформація» (manual 4 and 4.3)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.queries import Scope, accesses_for, scope_of
from cabinet_pages.overview.queries import found_accesses, open_requests
from cabinet_pages.windows.pages import AccountListMixin, CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of
from cabinet_pages.windows.queries import RowAction, all_accounts_actions, row_actions, window_addresses
from cabinet_pages.windows.samples import sample_scope

# From this many accounts on, the list has a search.
SEARCH_FROM = 6
# How a settlement day says «the last day of the month».
LAST_DAY_OF_MONTH = (0, 31)
# The route of the section page at which a person asks for accounts.
REQUEST_ROUTE = "request/"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of the list and the buttons of its row."""

    scope: Scope
    actions: list[RowAction]


class AccountListPage(AccountListMixin, CabinetBasePage):
    """The list of a person's accounts, the way into the windows."""

    template = "cabinet_pages/overview/account_list_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Account list")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a person without accounts to the section, which asks for the activation code or a request."""
        if request.user.is_authenticated and not accesses_for(request.user).exists():
            response: HttpResponse = redirect(self.get_parent().get_url(request))
            response["Cache-Control"] = "private, no-store"
            return response
        return super().serve(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One page of the accounts that the search finds, with the buttons that the windows offer."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        words = request.GET.get("q", "").strip()
        section = self.get_parent()
        page = page_of(found_accesses(request.user, words), request)
        windows = window_addresses(section, WindowMixin, request)
        scopes = [scope_of(access) for access in page]
        context.update(
            words=words,
            rows=[AccountRow(scope=scope, actions=row_actions(windows, scope)) for scope in scopes],
            accounts=page,
            all_actions=all_accounts_actions(windows, scopes),
            has_search=bool(words) or page.paginator.count >= SEARCH_FROM,
            personal_codes_only=bool(scopes) and all(scope.account.customer.has_personal_code for scope in scopes),
            add_url=f"{section.get_url(request)}{REQUEST_ROUTE}",
            waiting=open_requests(request.user),
        )
        return context

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show an editor a list of one made-up account."""
        context: dict[str, Any] = super().get_context(request)
        context["rows"] = [AccountRow(scope=sample_scope(), actions=[])]
        return TemplateResponse(request, self.get_template(request), context)


class PersonalInformationPage(WindowMixin, CabinetBasePage):
    """«Персональна інформація» of an account."""

    manual_section = "4.3"
    template = "cabinet_pages/overview/personal_information_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: personal information")

    @classmethod
    def account_list_action(cls, scope: Scope) -> RowAction | None:
        """«Перегляд»."""
        return RowAction(label=_("View"))

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The account's own fields come with the shell; added is what the settlement day means."""
        return {"ends_with_month": scope.account.settlement_day in LAST_DAY_OF_MONTH}

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """A made-up account that is settled on the last day of the month."""
        return {"ends_with_month": True}


__all__ = ["AccountListPage", "AccountRow", "PersonalInformationPage"]
