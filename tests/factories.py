"""Records for tests, by business words; every function fills what the caller leaves out."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db.models import Count, Max, Min
from django.utils import timezone
from wagtail.models import Page, Site

from cabinet_pages.access.groups import CENTRAL_GROUP, OPERATORS_GROUP
from cabinet_pages.access.models import Access, BranchOperator, Person, Role
from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.accounts.rules import customer_key
from cabinet_pages.articles.models import Article
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine
from cabinet_pages.billing.online_payments.models import OnlinePayment
from cabinet_pages.billing.reconciliation.models import Appeal
from cabinet_pages.documents.models import CounterSignature, SignedDocument
from cabinet_pages.install import install_groups, install_pages
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.quantities.folding import fold_name, fold_search
from cabinet_pages.windows.pages import CabinetPage
from tests.support.remembering import Remembered

PASSWORD = "demo-Cabinet-2026"
_numbers = count(1)


def make_site() -> CabinetPage:
    """The default site with a cabinet, its section and every window; groups included."""
    _site.restore()
    page: CabinetPage = CabinetPage.objects.get()
    return page


def _build_site() -> None:
    root = Page.objects.get(depth=1)
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        home = root.get_children().first() or root.add_child(instance=Page(title="Головна", slug="home-page"))
        site = Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="Тест")
    install_groups()
    install_pages(parent=site.root_page)


def _standing() -> Any:
    """Pages, sites, groups, and what permissions and types of pages are called by."""
    types = ContentType.objects.filter(app_label="cabinet_pages", model="cabinetpage").values_list("pk")
    tables = (
        Page.objects.values_list("pk", "path", "numchild"),
        Site.objects.values_list(),
        Group.objects.values_list(),
    )
    return *map(tuple, tables), *types, *Permission.objects.aggregate(Min("pk"), Max("pk"), Count("pk")).values()


_site = Remembered(_build_site, _standing)


def make_branch(code: str = "VIN", **fields: Any) -> Branch:
    """A branch, the same one for the same code."""
    names = {"VIN": "Вінницькі міські ЕМ", "TRO": "Тростянецькі ЕМ"}
    fields.setdefault("name", names.get(code, f"ЕМ {code}"))
    return Branch.objects.get_or_create(code=code, defaults=fields)[0]


def make_customer(name: str = 'Товариство з обмеженою відповідальністю "Агробуд-В"', **fields: Any) -> Customer:
    """A customer under the key of its code and name."""
    code = fields.setdefault("code", "30036471")
    fields.setdefault("search_text", fold_search(f"{name} {code}"))
    key = customer_key(
        erp_code=fields.get("erp_code", ""), code=code, name=name, account_number=f"test-{next(_numbers)}"
    )
    return Customer.objects.get_or_create(key=key, defaults={"name": name, **fields})[0]


def make_account(number: str | None = None, branch: Branch | None = None, **fields: Any) -> Account:
    """An account of a branch (VIN by default)."""
    number = number or f"80-{1000 + next(_numbers)}"
    customer = fields.pop("customer", None) or make_customer()
    fields.setdefault("physical_address", "вул. Закарпатська 46, м. Вінниця, 27000")
    fields.setdefault("legal_address", "вул. Соборна 1, м. Вінниця, 21050")
    fields.setdefault("contract_date", date(2011, 11, 24))
    fields.setdefault("payment_form", "Платіжний лист")
    fields.setdefault("settlement_day", 31)
    fields.setdefault("search_text", fold_search(f"{number} {customer.name}"))
    return Account.objects.create(number=number, branch=branch or make_branch(), customer=customer, **fields)


def make_user(email: str | None = None, *, first_name: str = "Олена", last_name: str = "Ґалаґан", **fields: Any) -> Any:
    """A person with a verified address and the password PASSWORD."""
    email = email or f"person{next(_numbers)}@example.com"
    user = get_user_model().objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    Person.objects.create(user=user, first_name=first_name, last_name=last_name, consent_version="1")
    return user


def grant(user: Any, account: Account, role: Role = Role.OWNER, **fields: Any) -> Access:
    """Open an account to a person."""
    return Access.objects.create(user=user, account=account, role=role, **fields)


def make_operator(email: str, branch: Branch | None) -> Any:
    """An employee of a branch, or of the central office when there is none."""
    user = make_user(email)
    BranchOperator.objects.create(user=user, branch=branch)
    group, _ = Group.objects.get_or_create(name=CENTRAL_GROUP if branch is None else OPERATORS_GROUP)
    user.groups.add(group)
    return user


def make_article(name: str = "Активна електроенергія", **fields: Any) -> Article:
    """An article, the same one for the same name."""
    return Article.objects.get_or_create(key=fold_name(name), defaults={"name": name, **fields})[0]


def make_bank_credit(branch: Branch | None, amount: str = "100.00", **fields: Any) -> BankCredit:
    """Money that came by a statement; it waits in the queue unless an account and an article are given."""
    fields.setdefault("own_account", "UA213223130000026007233566001")
    fields.setdefault("key", f"test-{next(_numbers)}")
    fields.setdefault("received_on", date(2026, 1, 15))
    return BankCredit.objects.create(branch=branch, amount=Decimal(amount), **fields)


def make_payment(
    account: Account, paid_on: date, amount: str, article: Article | None = None, **fields: Any
) -> Payment:
    """A booked payment; equal ones get the next ordinal by themselves."""
    article = article or make_article()
    fields.setdefault("document", f"={Decimal(amount) * 100:.0f}")
    same = Payment.objects.filter(account=account, document=fields["document"], paid_on=paid_on, article=article)
    fields.setdefault("ordinal", same.count() + 1)
    return Payment.objects.create(account=account, paid_on=paid_on, article=article, amount=Decimal(amount), **fields)


def make_invoice(account: Account, number: str = "1", issued_on: date = date(2026, 1, 31), **fields: Any) -> Invoice:
    """An invoice with one line of 120,00 with VAT unless `lines` (gross texts) say otherwise."""
    grosses = [Decimal(text) for text in fields.pop("lines", ["120.00"])]
    article = fields.pop("article", None) or make_article()
    vats = [(gross / 6).quantize(Decimal("0.01")) for gross in grosses]
    fields.setdefault("period", issued_on.replace(day=1))
    invoice = Invoice.objects.create(
        account=account,
        number=number,
        issued_on=issued_on,
        gross=sum(grosses, Decimal(0)),
        vat=sum(vats, Decimal(0)),
        net=sum(grosses, Decimal(0)) - sum(vats, Decimal(0)),
        **fields,
    )
    for position, (gross, vat) in enumerate(zip(grosses, vats, strict=True), start=1):
        InvoiceLine.objects.create(
            invoice=invoice, position=position, article=article, gross=gross, vat=vat, net=gross - vat, unit="кВт·год"
        )
    return invoice


def make_balance(account: Account, period: date, opening: str, closing: str, **fields: Any) -> Balance:
    """A month's balance of the whole account, or of an article."""
    article = fields.pop("article", None)
    return Balance.objects.create(
        account=account,
        period=period,
        article=article,
        article_key=article.key if article else "",
        opening=Decimal(opening),
        closing=Decimal(closing),
        **fields,
    )


def make_online_payment(account: Account, invoice: Invoice, amount: str = "120.00", **fields: Any) -> OnlinePayment:
    """An order to pay an invoice online that the provider has taken."""
    fields.setdefault("reference", f"OP{next(_numbers):010d}")
    fields.setdefault("state", "started")
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=1))
    return OnlinePayment.objects.create(
        account=account,
        invoice_number=invoice.number,
        invoice_issued_on=invoice.issued_on,
        iban="UA213223130000026007233566001",
        amount=Decimal(amount),
        provider="test",
        **fields,
    )


def make_appeal(account: Account, **fields: Any) -> Appeal:
    """An open appeal against a made-up line of January 2026."""
    fields.setdefault("line_key", f"payment:{next(_numbers)}")
    fields.setdefault("line_day", date(2026, 1, 15))
    fields.setdefault("line_text", "Оплата, Активна електроенергія")
    fields.setdefault("credit", Decimal("100.00"))
    fields.setdefault("words", "За нашими даними оплачено більше.")
    return Appeal.objects.create(account=account, first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), **fields)


def make_counter_signature(document: SignedDocument, content: bytes = b"signed", **fields: Any) -> CounterSignature:
    """A file with which the consumer has signed a document; it waits for the branch."""
    fields.setdefault("version", document.counter_signatures.count() + 1)
    fields.setdefault("file_name", "signed.p7s")
    return CounterSignature.objects.create(
        document=document,
        document_sha256=document.sha256,
        document_file=str(document.file),
        form="cms",
        file=ContentFile(content, name="signed"),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        **fields,
    )


def make_register(account: Account, point_code: str = "ТУ-1", **fields: Any) -> Register:
    """A register of a meter at a point of an account; point and meter are made or reused by their keys."""
    point_fields = fields.pop("point", {})
    meter_fields = fields.pop("meter", {})
    serial = fields.pop("serial", f"S-{point_code}")
    multiplier = fields.pop("multiplier", "1")
    point, _ = MeteringPoint.objects.get_or_create(
        account=account, code=point_code, defaults={"name": f"Точка {point_code}", **point_fields}
    )
    meter, created = Meter.objects.get_or_create(
        point=point, serial=serial, defaults={"installed_on": date(2020, 1, 1), **meter_fields}
    )
    if created:
        MeterRatio.objects.create(meter=meter, valid_from=date(2020, 1, 1), multiplier=Decimal(multiplier))
    fields.setdefault("channel", "A+")
    fields.setdefault("initial_value", Decimal(0))
    return Register.objects.create(meter=meter, **fields)
