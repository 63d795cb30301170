"""Staff screens of accounts and customers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.accounts.models import Account, Customer, DistributionPayer
from cabinet_pages.staff.account_access import AccessView
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter, choice_filter, yes_no_filter
from cabinet_pages.staff.inspecting import Cell, RelatedTable, cells
from cabinet_pages.staff.readings.entry import AccountEntryView
from cabinet_pages.staff.scope import BranchScopedAdmin, in_branches, own_branch_ids

#: Accounts shown on the page of a customer; the whole list is one search away.
ACCOUNTS_OF_CUSTOMER = 50


class AccountAdmin(BranchScopedAdmin):
    """Особові рахунки: changed by imports, opened to people here."""

    model = Account
    branch_lookup = "branch"
    menu_label = gettext_lazy("Accounts")
    menu_icon = "clipboard-list"
    list_display = ("number", "customer_name", "customer_code", "physical_address", "contract_day", "branch_name")
    list_display_add_buttons = "number"
    list_filter = (
        branch_filter("branch"),
        choice_filter("distribution_payer", gettext_lazy("who pays for distribution"), DistributionPayer.choices),
        yes_no_filter("terminated", gettext_lazy("contract terminated"), Q(terminated_on__isnull=False)),
    )
    list_select_related = ("customer", "branch")
    list_export = (
        "number",
        "customer_name",
        "customer_code",
        "physical_address",
        "legal_address",
        "contract_number",
        "contract_date",
        "terminated_on",
        "payment_form",
        "bank_account",
        "settlement_day",
        "branch_name",
        "area",
        "supplier",
        "distribution_payer",
        "email",
        "phone",
    )
    search_fields = ("number__startswith", "customer__search_text__contains", "customer__code__startswith")
    inspect_view_fields = [
        "number",
        "customer_name",
        "customer_code",
        "customer_vat_number",
        "branch_name",
        "physical_address",
        "legal_address",
        "contract_number",
        "contract_date",
        "terminated_on",
        "owned_since",
        "payment_form",
        "bank_account",
        "settlement_day",
        "prepayment_schedule",
        "area",
        "supplier",
        "distribution_payer",
        "email",
        "phone",
    ]
    history_view_enabled = True
    object_views = {"access": AccessView, "enter": AccountEntryView}

    customer_name = column("customer__name", gettext_lazy("customer"))
    customer_code = column("customer__code", gettext_lazy("ЄДРПОУ or РНОКПП"))
    customer_vat_number = column("customer__vat_number", gettext_lazy("VAT number"))
    branch_name = column("branch__name", gettext_lazy("branch"))
    contract_day = column("contract_date", gettext_lazy("date of the contract"))

    def inspect_links(self, instance: Account, request: HttpRequest) -> list[tuple[str, str]]:
        """The account's rows on the other screens, and who has access."""
        links = []
        if request.user.has_perm("cabinet_pages.view_access"):
            links.append((self.url_helper.get_action_url("access", instance.pk), _("Who has access")))
        if request.user.has_perm("cabinet_pages.add_readingsubmission"):
            links.append((self.url_helper.get_action_url("enter", instance.pk), _("Enter readings for the customer")))
        for name, label in (
            ("meteringpoint", _("Metering points")),
            ("meter", _("Meters")),
            ("reading", _("Readings")),
            ("invoice", _("Invoices")),
            ("payment", _("Payments")),
            ("balance", _("Balances")),
            ("signeddocument", _("Signed documents")),
        ):
            if request.user.has_perm(f"cabinet_pages.view_{name}"):
                links.append((f"{reverse(f'cabinet_pages_{name}_modeladmin_index')}?q={instance.number}", label))
        return links


class CustomerAdmin(BranchScopedAdmin):
    """Замовники: an employee sees those who have an account with a branch of theirs."""

    model = Customer
    branch_lookup = "accounts__branch"
    menu_label = gettext_lazy("Customers")
    menu_icon = "group"
    list_display = ("name", "code", "vat_number", "account_numbers")
    list_filter = (yes_no_filter("sole_proprietor", gettext_lazy("code of ten digits"), Q(code__regex=r"^.{10}$")),)
    list_export = ("name", "code", "erp_code", "vat_number")
    search_fields = ("search_text__contains", "code__startswith", "accounts__number__startswith")
    inspect_view_fields = ["name", "code", "vat_number", "erp_code"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Customer]":
        """Customers with an account in the employee's branches, each once, with these accounts alone."""
        rows = Customer.objects.all()
        own_accounts = in_branches(Account.objects.select_related("branch"), "branch", request.user)
        if own_branch_ids(request.user) is not None:
            rows = rows.filter(pk__in=own_accounts.order_by().values("customer"))
        return rows.prefetch_related(Prefetch("accounts", queryset=own_accounts, to_attr="own_accounts"))

    def get_extra_search_kwargs(self, request: HttpRequest, search_term: str) -> dict[str, Any]:
        """A customer is found by the numbers of accounts in the employee's branches alone."""
        return {"own": {"accounts": in_branches(Account.objects.all(), "branch", request.user)}}

    def is_own(self, user: Any, obj: Model) -> bool:
        """A customer is of a branch through any account."""
        ids = own_branch_ids(user)
        if ids is None:
            return True
        known = getattr(obj, "own_accounts", None)
        accounts = obj.accounts.all() if known is None else known  # type: ignore[attr-defined]
        return any(account.branch_id in ids for account in accounts)

    def account_numbers(self, obj: Any) -> str:
        """The first accounts of the customer that the employee may see."""
        numbers = [account.number for account in obj.own_accounts]
        rest = _("and %(count)d more") % {"count": len(numbers) - 3} if len(numbers) > 3 else ""
        return ", ".join([*numbers[:3], rest]) if rest else ", ".join(numbers)

    account_numbers.short_description = gettext_lazy("accounts")  # type: ignore[attr-defined]

    def inspect_tables(self, instance: Any, request: HttpRequest) -> Sequence[RelatedTable]:
        """The customer's accounts."""
        rows = []
        for account in instance.own_accounts[:ACCOUNTS_OF_CUSTOMER]:
            number, *rest = cells(account, ["number", "branch__name", "physical_address", "contract_date"])
            url = reverse("cabinet_pages_account_modeladmin_inspect", args=[account.pk])
            rows.append([Cell(number.text, url=url), *rest])
        headings = [_("account"), _("branch"), _("physical address"), _("date of the contract")]
        return [RelatedTable(_("Accounts"), headings, rows, _("No accounts."))]
