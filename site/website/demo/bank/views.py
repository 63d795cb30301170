"""The page of the demo's bank: a tester pays or declines, and decides when the cabinet hears of it."""

import urllib.error
import urllib.request
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cabinet_pages.billing.online_payments.contract import ProviderStatus, payment_provider
from website.demo.bank import book
from website.demo.bank.book import BankPayment
from website.demo.bank.provider import DemoBank, notice_of

SECONDS = 10
#: What the page's buttons do: the status reported, what is added to the sum, and whether the report goes at once.
ACTIONS = {
    "pay": (ProviderStatus.PAID, Decimal(0), True),
    "pay_later": (ProviderStatus.PAID, Decimal(0), False),
    "pay_other": (ProviderStatus.PAID, Decimal(1), True),
    "decline": (ProviderStatus.FAILED, Decimal(0), True),
}


@never_cache
def payment_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One payment: what is to be paid, the choices, and the reports that were written."""
    bank, payment = _bank_and_payment(reference)
    if request.method == "POST":
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None or payment.state == "paid":
            return redirect("demo_bank_payment", reference)
        status, more, at_once = action
        payment.state = "paid" if status is ProviderStatus.PAID else "declined"
        payment.notices.append(notice_of(payment, status, Decimal(payment.amount) + more))
        book.keep(payment)
        if at_once:
            send(bank, payment, payment.notices[-1])
        return redirect(payment.return_url)
    return render(request, "demo/bank.html", {"payment": payment, "amount": Decimal(payment.amount)})


@never_cache
def send_notice(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Send a report, for the first time or again."""
    bank, payment = _bank_and_payment(reference)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if number >= len(payment.notices):
        raise Http404
    answer = send(bank, payment, payment.notices[number])
    messages.info(request, _("The cabinet answered: %(answer)s") % {"answer": answer})
    return redirect("demo_bank_payment", reference)


def send(bank: DemoBank, payment: BankPayment, notice: dict[str, str]) -> str:
    """Report to the shop; return what it answers, or why it did not."""
    body, headers = bank.signed(notice)
    wanted = urllib.request.Request(payment.webhook_url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(wanted, timeout=SECONDS) as answer:  # noqa: S310
            return f"{answer.status} {answer.read(200).decode('utf-8', 'replace')}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.reason}"
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        return str(error)


def _bank_and_payment(reference: str) -> tuple[DemoBank, BankPayment]:
    bank = payment_provider() if getattr(settings, "DEMO_ENABLED", False) else None
    payment = book.find(reference)
    if not isinstance(bank, DemoBank) or payment is None:
        raise Http404
    return bank, payment
