"""The branch's list of online payments; the page of one gives money back, or says where it is booked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.billing.documents import owner_scope
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import STATE_WORDS, OnlinePayment, RefundState
from cabinet_pages.billing.online_payments.rules import HELD
from cabinet_pages.billing.online_payments.services import close_problem, mark_booked, refund_payment
from cabinet_pages.billing.online_payments.services.refunding import refundable
from cabinet_pages.quantities.fields import FixedPointFormField
from cabinet_pages.staff.billing import OfAccountAdmin
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter, yes_no_filter
from cabinet_pages.staff.inspecting import RelatedTable, related_table
from cabinet_pages.staff.scope import ScopedInspectView
from cabinet_pages.staff.search import ACCOUNT_SEARCH


class RefundForm(forms.Form):
    """How much is given back, and why; `token` makes a repeated click the same refund."""

    token = forms.UUIDField()
    amount = FixedPointFormField(
        scale=2, min_value=Decimal("0.01"), error_messages={"required": gettext_lazy("Enter the amount.")}
    )
    reason = forms.CharField(max_length=255, error_messages={"required": gettext_lazy("Enter the reason.")})


class BookedForm(forms.Form):
    """Where the payment is booked."""

    note = forms.CharField(
        max_length=255, error_messages={"required": gettext_lazy("Enter where the payment is booked.")}
    )


class ClarifiedForm(forms.Form):
    """What came of a report that contradicts the order."""

    answer = forms.CharField(max_length=255, error_messages={"required": gettext_lazy("Enter what came of it.")})


class OnlinePaymentView(ScopedInspectView):
    """One online payment. Every answer to a good form is a redirect to the page itself."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/online_payment.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def may_decide(self) -> bool:
        """Whether the employee gives money back; viewing takes less."""
        return bool(self.request.user.has_perm("cabinet_pages.change_onlinepayment"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give back, repeat what was not answered, or say where the payment is booked."""
        if not self.may_decide():
            messages.error(request, _("You may not decide about online payments."))
            return self._again()
        if request.POST.get("action") == "book":
            return self._book(request)
        if request.POST.get("action") == "clarify":
            return self._clarify(request)
        return self._refund(request)

    def _refund(self, request: HttpRequest) -> HttpResponse:
        form = RefundForm(request.POST)
        if not form.is_valid():
            return self._with(refund_form=form)
        try:
            refund_payment(by=request.user, order=self.instance, **form.cleaned_data)
        except OnlineRefused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The money is given back: the customer is told of it."))
        return self._again()

    def _book(self, request: HttpRequest) -> HttpResponse:
        form = BookedForm(request.POST)
        if not form.is_valid():
            return self._with(booked_form=form)
        try:
            mark_booked(by=request.user, order=self.instance, **form.cleaned_data)
        except OnlineRefused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The payment is counted no longer: it is in the books."))
        return self._again()

    def _clarify(self, request: HttpRequest) -> HttpResponse:
        form = ClarifiedForm(request.POST)
        if not form.is_valid():
            return self._with(clarified_form=form)
        try:
            close_problem(by=request.user, order=self.instance, note=form.cleaned_data["answer"])
        except OnlineRefused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The payment is clarified; the history keeps what came of it."))
        return self._again()

    def _again(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))

    def _with(self, **forms: forms.Form) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(**forms), status=422)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The order, whether the ERP has booked it, and the forms for what may be done."""
        order: OnlinePayment = self.instance
        is_held = order.state in HELD
        is_booked = order.booked_at is not None or (
            is_held and ledger_for(owner_scope(order.account)).is_online_booked(order.pk)
        )
        most = refundable(order)
        context = {
            "order": order,
            "is_held": is_held,
            "is_booked": is_booked,
            "may_decide": self.may_decide(),
            "most": most,
            "token": uuid4(),
            "unanswered": order.refunds.filter(state=RefundState.ASKED).order_by("pk"),
            "may_book": is_held and not is_booked and self.may_decide(),
        }
        return super().get_context_data(**{**context, **kwargs})


class OnlinePaymentAdmin(OfAccountAdmin):
    """Онлайн-оплати of the employee's branches, the newest first."""

    model = OnlinePayment
    menu_label = gettext_lazy("Online payments")
    menu_icon = "link-external"
    inspect_view_class = OnlinePaymentView
    history_view_enabled = True
    list_display = (
        "created_shown",
        "reference",
        "account_number",
        "customer_name",
        "invoice_number",
        "amount_shown",
        "state",
        "problem_shown",
    )
    list_display_add_buttons = "created_shown"
    list_filter = (
        branch_filter("account__branch"),
        choice_filter("state", gettext_lazy("state"), [(state.value, words) for state, words in STATE_WORDS.items()]),
        yes_no_filter("disputed", gettext_lazy("to be clarified"), ~Q(problem="")),
        date_filter("paid_on", gettext_lazy("payment date")),
    )
    list_select_related = ("account__branch", "account__customer", "person", "booked_by")
    list_export = (
        "created_at",
        "reference",
        "account_number",
        "customer_name",
        "invoice_number",
        "invoice_issued_on",
        "iban",
        "amount",
        "refunded",
        "state",
        "problem",
        "provider",
        "provider_payment",
        "paid_at",
        "person",
        "booked_at",
        "booked_note",
    )
    search_fields = (*ACCOUNT_SEARCH, "reference__startswith", "provider_payment__startswith")

    created_shown = column("created_at", gettext_lazy("ordered"))
    amount_shown = column("amount", gettext_lazy("amount"), numeric=True)
    problem_shown = column("problem", gettext_lazy("to be clarified"))

    def inspect_tables(self, instance: OnlinePayment, request: HttpRequest) -> Sequence[RelatedTable]:
        """What was paid by article, what the provider reported, and what was given back."""
        parts = [("article__name", _("article")), ("amount", _("amount"))]
        reports = [
            ("received_at", _("received")),
            ("happened_at", _("happened")),
            ("status", _("report")),
            ("amount", _("amount")),
            ("currency", _("currency")),
            ("outcome", _("what became of it")),
        ]
        refunds = [
            ("asked_at", _("asked for on")),
            ("asked_by", _("who asked")),
            ("amount", _("amount")),
            ("reason", _("reason")),
            ("state", _("state")),
            ("refusal", _("why it is refused")),
        ]
        return [
            related_table(_("Articles"), parts, instance.parts.select_related("article"), _("None.")),
            related_table(_("Reports of the provider"), reports, instance.reports.order_by("pk"), _("None.")),
            related_table(_("Refunds"), refunds, instance.refunds.select_related("asked_by"), _("None.")),
        ]
