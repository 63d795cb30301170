"""The PDF of an invoice beside a bare xhtml2pdf render of the same markup and WeasyPrint, and a month in processes.

Ours is everything from the stored invoice to the bytes: what was paid, the payment code, the template, the render. The
peers begin with the finished markup. A download is a whole answer of the site to somebody who is signed in.
"""

import argparse
import logging
import os
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from io import BytesIO
from statistics import median
from typing import Any

LINES = 8
ROUNDS = 9
SINGLE = 100
_MONTH = date(2026, 1, 1)
_IBAN = "UA213223130000026007233566001"
_ARTICLES = ("Активна електроенергія", "Плата за розподіл електроенергії")


def pdf(options: argparse.Namespace) -> dict[str, Any]:
    """Issue invoices; medians in seconds, and rates of one process and of many."""
    import weasyprint
    from django.template.loader import render_to_string
    from django.utils import translation
    from xhtml2pdf import pisa

    from cabinet_pages.billing.documents import document_of, owner_scope
    from cabinet_pages.billing.invoice_pdf import TEMPLATE, invoice_pdf
    from cabinet_pages.billing.models import Invoice
    from cabinet_pages.billing.rendering_pool import issue_all, issue_chunk
    from cabinet_pages.notifications.rendering import utility_of_default_site
    from cabinet_pages.printing.rendering import ASSETS, Xhtml2PdfRenderer

    logging.getLogger("weasyprint").setLevel(logging.ERROR)

    single = min(SINGLE, options.rows)
    ids = _invoices(options.rows + single + ROUNDS + 2)
    utility = utility_of_default_site()
    policy = Xhtml2PdfRenderer().policy

    def loaded(pk: int) -> Invoice:
        return Invoice.objects.select_related("account__customer", "account__branch").get(pk=pk)

    def ours() -> bytes:
        invoice = loaded(ids[0])
        return invoice_pdf(document_of(utility, owner_scope(invoice.account), invoice))

    first = loaded(ids[0])
    with translation.override("uk"):
        document = document_of(utility, owner_scope(first.account), first)
        markup = render_to_string(TEMPLATE, {"document": document})

    def bare() -> bytes:
        target = BytesIO()
        pisa.CreatePDF(
            markup, dest=target, path=str(ASSETS / "document.html"), encoding="utf-8", resource_policy=policy
        )
        return target.getvalue()

    def weasy() -> bytes:
        return bytes(weasyprint.HTML(string=markup, base_url=f"{ASSETS}/").write_pdf() or b"")

    told: dict[str, list[float]] = {}

    def timed(name: str, act: Callable[[], bytes]) -> None:
        start = time.perf_counter()
        content = act()
        seconds = time.perf_counter() - start
        if not content.startswith(b"%PDF"):
            raise SystemExit(f"{name} made no PDF")
        told.setdefault(name, []).append(seconds)

    download = _customer(ids[1 : ROUNDS + 2], first.account)
    for turn in range(ROUNDS + 1):
        for name, act in (("ours", ours), ("bare xhtml2pdf", bare), ("WeasyPrint", weasy)):
            timed(name, act)
        for name in ("first", "second"):
            timed(f"{name} download", partial(download, ids[turn + 1]))
        if not turn:
            # The first turn loads fonts and templates.
            told.clear()
    start = time.perf_counter()
    if any(one.failure for one in issue_chunk(ids[-single:])):
        raise SystemExit("some invoices have no document")
    alone = time.perf_counter() - start
    many = ids[ROUNDS + 2 : -single]
    workers = os.cpu_count() or 1
    start = time.perf_counter()
    made = sum(one.made for one in issue_all(many, workers=workers))
    together = time.perf_counter() - start
    if made != len(many):
        raise SystemExit(f"{made} of {len(many)} documents were made")
    medians = {name: median(seconds) for name, seconds in told.items()}
    return {
        "seconds": together + alone + sum(map(sum, told.values())),
        "medians": medians,
        "single": [single, alone],
        "together": [len(many), together],
        "workers": workers,
    }


def _customer(ids: list[int], account: Any) -> Callable[[int], bytes]:
    """Downloads of some invoices through the whole site, by somebody who sees the account that they are moved to."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]

    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from cabinet_pages.access.models import Access, Person, Role
    from cabinet_pages.billing.models import Invoice

    user = get_user_model().objects.create_user("pdf@bench.example", "bench")
    Person.objects.create(user=user, first_name="Є", last_name="Ґ", consent_version="1")
    Access.objects.create(user=user, account=account, role=Role.VIEWER)
    Invoice.objects.filter(pk__in=ids).update(account=account)
    addresses = {
        invoice.pk: reverse("cabinet_invoice_pdf", args=[invoice.uuid])
        for invoice in Invoice.objects.filter(pk__in=ids)
    }
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return lambda pk: bytes(client.get(addresses[pk]).content)


def _invoices(number: int) -> list[int]:
    """So many invoices of as many accounts as there are, with readings and two articles; their ids."""
    from wagtail.models import Site

    from cabinet_pages.accounts.models import Account
    from cabinet_pages.articles.models import Article
    from cabinet_pages.billing.models import Invoice, InvoiceLine
    from cabinet_pages.bulk import gather_statistics
    from cabinet_pages.quantities.folding import fold_name
    from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

    utility = UtilitySettings.for_site(Site.objects.get(is_default_site=True))
    utility.full_name, utility.short_name = "Акціонерне товариство «Вінницяобленерго»", "АТ «Вінницяобленерго»"
    utility.edrpou, utility.address, utility.bank_name = "00130694", "м. Вінниця", "АТ «Укрексімбанк»"
    utility.payee_accounts.add(PayeeAccount(iban=_IBAN))
    utility.save()
    articles = [
        Article.objects.get_or_create(key=fold_name(name), defaults={"name": name, "unit": "кВт·год"})[0]
        for name in _ARTICLES
    ]
    accounts = list(Account.objects.order_by("pk"))
    net, vat, gross = Decimal("176.49"), Decimal("35.30"), Decimal("211.79")
    invoices = Invoice.objects.bulk_create(
        [
            Invoice(
                account=accounts[place % len(accounts)],
                number=f"{place}/01-26",
                issued_on=date(2026, 2, 2),
                period=_MONTH,
                due_on=date(2026, 2, 20),
                net=net * LINES,
                vat=vat * LINES,
                gross=gross * LINES,
            )
            for place in range(number)
        ]
    )
    InvoiceLine.objects.bulk_create(
        [
            InvoiceLine(
                invoice=invoice,
                position=position,
                article=articles[position % 2],
                period=_MONTH,
                point_code=f"ТУ-{position}",
                meter_serial=f"1108340{position}",
                previous_value=Decimal(1000 * position),
                current_value=Decimal(1000 * position + 100),
                multiplier=Decimal(1),
                quantity=Decimal(100),
                unit="кВт·год",
                tariff=Decimal("1.76491"),
                net=net,
                vat=vat,
                gross=gross,
            )
            for invoice in invoices
            for position in range(1, LINES + 1)
        ],
        batch_size=500,
    )
    # As an import does.
    gather_statistics([Invoice, InvoiceLine], rows=number)
    return [invoice.pk for invoice in invoices]
