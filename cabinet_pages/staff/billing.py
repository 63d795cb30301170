"""Staff screens of invoices, balances and payments."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.models import Balance, Invoice, InvoiceKind, InvoiceState
from cabinet_pages.billing.turnover.figures import turnover_of
from cabinet_pages.payments.models import Payment, PaymentKind
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import InvoicePdfView
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter, yes_no_filter
from cabinet_pages.staff.inspecting import Cell, RelatedTable, related_table
from cabinet_pages.staff.scope import BranchScopedAdmin
from cabinet_pages.staff.search import ACCOUNT_SEARCH
from cabinet_pages.templatetags.cabinet import money


class OfAccountAdmin(BranchScopedAdmin):
    """Base of screens whose rows belong to an account."""

    branch_lookup = "account__branch"
    list_select_related: tuple[str, ...] = ("account__branch", "account__customer")
    search_fields: tuple[str, ...] = ACCOUNT_SEARCH

    account_number = column("account__number", gettext_lazy("account"))
    customer_name = column("account__customer__name", gettext_lazy("customer"))
    branch_name = column("account__branch__name", gettext_lazy("branch"))


class InvoiceAdmin(OfAccountAdmin):
    """Рахунки with their lines and the PDF that the customer gets."""

    model = Invoice
    menu_label = gettext_lazy("Invoices")
    menu_icon = "doc-full"
    list_display = (
        "number",
        "issued_day",
        "account_number",
        "customer_name",
        "period_shown",
        "kind",
        "gross_shown",
        "state",
    )
    list_display_add_buttons = "number"
    list_filter = (
        branch_filter("account__branch"),
        choice_filter("kind", gettext_lazy("kind"), InvoiceKind.choices),
        choice_filter("state", gettext_lazy("state"), InvoiceState.choices),
        date_filter("issued_on", gettext_lazy("date")),
        yes_no_filter("withdrawn", gettext_lazy("withdrawn")),
    )
    list_export = (
        "account_number",
        "customer_name",
        "number",
        "issued_on",
        "kind",
        "state",
        "period",
        "due_on",
        "net",
        "vat",
        "gross",
    )
    search_fields = (*ACCOUNT_SEARCH, "number__startswith")
    inspect_view_fields = [
        "number",
        "issued_on",
        "account_number",
        "customer_name",
        "branch_name",
        "kind",
        "state",
        "corrects_number",
        "period",
        "due_on",
        "net",
        "vat",
        "gross",
        "withdrawn",
    ]
    object_views = {"pdf": InvoicePdfView}

    issued_day = column("issued_on", gettext_lazy("date"))
    period_shown = column("period", gettext_lazy("period"))
    gross_shown = column("gross", gettext_lazy("sum with VAT"), numeric=True)

    def inspect_links(self, instance: Invoice, request: HttpRequest) -> list[tuple[str, str]]:
        """The invoice ready to print."""
        return [(self.url_helper.get_action_url("pdf", instance.pk), "PDF")]

    def inspect_tables(self, instance: Invoice, request: HttpRequest) -> Sequence[RelatedTable]:
        """The lines."""
        columns = [
            ("position", "№"),
            ("article__name", _("article")),
            ("period", _("period")),
            ("meter_serial", _("meter")),
            ("previous_value", _("previous reading")),
            ("current_value", _("current reading")),
            ("multiplier", _("multiplier")),
            ("quantity", _("quantity")),
            ("unit", _("unit")),
            ("tariff", _("tariff")),
            ("net", _("sum without VAT")),
            ("vat", _("VAT")),
            ("gross", _("sum with VAT")),
        ]
        lines = instance.lines.select_related("article").order_by("position")
        return [related_table(_("Lines"), columns, lines, _("No lines."))]


class PaymentAdmin(OfAccountAdmin):
    """Платежі as the ERP booked them."""

    model = Payment
    menu_label = gettext_lazy("Payments")
    menu_icon = "decimal"
    ordering = ("-paid_on", "-pk")
    list_display = (
        "paid_day",
        "account_number",
        "customer_name",
        "amount_shown",
        "article_name",
        "kind",
        "document_shown",
    )
    list_display_add_buttons = "paid_day"
    list_filter = (
        branch_filter("account__branch"),
        choice_filter("kind", gettext_lazy("kind"), PaymentKind.choices),
        date_filter("paid_on", gettext_lazy("payment date")),
        yes_no_filter("withdrawn", gettext_lazy("withdrawn")),
    )
    list_select_related = ("account__branch", "account__customer", "article")
    list_export = (
        "account_number",
        "customer_name",
        "paid_on",
        "amount",
        "article_name",
        "kind",
        "document_shown",
        "period",
        "payer",
        "order_number",
        "vat",
        "purpose",
    )
    search_fields = (*ACCOUNT_SEARCH, "document__startswith", "order_number__startswith")
    inspect_view_fields = [
        "paid_on",
        "amount",
        "account_number",
        "customer_name",
        "branch_name",
        "article_name",
        "kind",
        "document_shown",
        "period",
        "payer",
        "order_number",
        "vat",
        "purpose",
        "withdrawn",
    ]

    paid_day = column("paid_on", gettext_lazy("payment date"))
    amount_shown = column("amount", gettext_lazy("payment amount"), numeric=True)
    article_name = column("article__name", gettext_lazy("article"))

    def document_shown(self, obj: Payment) -> str:
        """The ERP's document; a key made of the amount is not one."""
        return "" if obj.document.startswith("=") else obj.document

    document_shown.short_description = gettext_lazy("document")  # type: ignore[attr-defined]


class BalanceAdmin(OfAccountAdmin):
    """Сальдо by months; plus is the consumer's debt."""

    model = Balance
    menu_label = gettext_lazy("Balances")
    menu_icon = "table"
    ordering = ("-period", "account", "article_key")
    list_display = (
        "period_shown",
        "account_number",
        "customer_name",
        "article_name",
        "opening_shown",
        "charged_shown",
        "paid_shown",
        "corrected_shown",
        "closing_shown",
    )
    list_display_add_buttons = "period_shown"
    list_filter = (
        branch_filter("account__branch"),
        date_filter("period", gettext_lazy("period")),
        yes_no_filter("withdrawn", gettext_lazy("withdrawn")),
    )
    list_select_related = ("account__branch", "account__customer", "article")
    list_export = (
        "account_number",
        "customer_name",
        "period",
        "article_name",
        "opening",
        "charged",
        "paid",
        "corrected",
        "closing",
    )
    inspect_view_fields = [
        "period",
        "account_number",
        "customer_name",
        "branch_name",
        "article_name",
        "opening",
        "charged",
        "paid",
        "corrected",
        "closing",
        "withdrawn",
    ]

    def inspect_tables(self, instance: Balance, request: HttpRequest) -> Sequence[RelatedTable]:
        """By how much the balance misses the month before, its own movements, and the documents of the month."""
        scope = Scope(account=instance.account, role=Role.VIEWER, visible_from=instance.account.owned_since)
        sheet = turnover_of(ledger_for(scope), instance.period, instance.period)
        checks = (
            ("jump", _("Opening balance without the closing one of the month before")),
            ("gap", _("Closing balance without what the row comes to")),
            ("charged_gap", _("Charged without the invoices of the month (not allocated)")),
            ("paid_gap", _("Paid without the payments of the month (not allocated)")),
        )
        rows = [
            [Cell(words), Cell(money(getattr(row, name)), is_numeric=True)]
            for row in sheet.rows
            if row.article.pk == instance.article_id
            for name, words in checks
            if getattr(row, name)
        ]
        headings = [_("Check"), _("Difference")]
        return [
            RelatedTable(_("Differences"), headings, rows, _("The balance agrees with its month and its documents."))
        ]

    period_shown = column("period", gettext_lazy("period"))
    article_name = column("article__name", gettext_lazy("article"))
    opening_shown = column("opening", gettext_lazy("opening balance"), numeric=True)
    charged_shown = column("charged", gettext_lazy("charged"), numeric=True)
    paid_shown = column("paid", gettext_lazy("paid"), numeric=True)
    corrected_shown = column("corrected", gettext_lazy("corrections"), numeric=True)
    closing_shown = column("closing", gettext_lazy("closing balance"), numeric=True)
