"""A window and a section of the stranger's own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.windows.pages import CabinetBasePage, SectionMixin, WindowMixin
from cabinet_pages.windows.queries import RowAction


class ContractWindowPage(WindowMixin, CabinetBasePage):
    """A window that shows the contract of an account, and its number alone on a route of its own."""

    template = "stranger/contract_window_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    @classmethod
    def account_list_action(cls, scope: Scope) -> RowAction | None:
        """A button in the account's row of the account list."""
        return RowAction(label="Contract")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """What the template shows beside the shell."""
        return {"contract": scope.account.contract_number}

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the editor's preview shows: never a customer's data."""
        return {"contract": "SAMPLE-1"}

    @path("<str:number>/number/")
    def contract_number(self, request: HttpRequest, number: str) -> HttpResponse:
        """Any further route asks for the scope first: a foreign account is an absent one."""
        scope = self.scope_or_404(request, number)
        return HttpResponse(scope.account.contract_number, content_type="text/plain")


class HouseholdSectionPage(SectionMixin, CabinetBasePage):
    """Another kind of customer beside «Юридичний споживач»."""

    template = "stranger/household_section_page.html"
    parent_page_types = ["cabinet_pages.CabinetPage"]

    @path("")
    def section(self, request: HttpRequest) -> HttpResponse:
        """The section's own way in."""
        return TemplateResponse(request, self.template, self.get_context(request))
