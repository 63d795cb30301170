"""Two branches with one record of every kind each, marked by canaries; and the people who work for them."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from cabinet_pages.access.models import AccessRequest, BranchOperator
from cabinet_pages.access.services import submit_request
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.install import install_groups
from cabinet_pages.readings.models import Reading, ReadingExport, WindowReopening
from tests import factories as make

PDF = b"%PDF-1.4 scan"


@dataclass
class BranchWorld:
    """A branch with its operator and one record of each kind, by the name of the model."""

    branch: Branch
    canary: str
    operator: Any
    account: Account
    request: AccessRequest
    person: Any
    records: dict[str, Any] = field(default_factory=dict)


@dataclass
class StaffWorld:
    """Both branches and the central office."""

    vin: BranchWorld
    tro: BranchWorld
    central: Any


def make_world() -> StaffWorld:
    """Make both branches; groups have their permissions."""
    install_groups()
    vin = _branch("VIN", "80-431930", "Канарейка-Вінниця", "30036471")
    tro = _branch("TRO", "80-36", "Канарейка-Тростянець", "30079288")
    return StaffWorld(vin, tro, make.make_operator("central@example.com", None))


def _branch(code: str, number: str, canary: str, customer_code: str) -> BranchWorld:
    branch = make.make_branch(code)
    operator = make.make_operator(f"operator.{code.lower()}@example.com", branch)
    customer = make.make_customer(f'ТОВ "{canary}"', code=customer_code)
    account = make.make_account(number, branch, customer=customer, contract_number=f"12/{code}")
    person = make.make_user(f"person.{code.lower()}@example.com", first_name="Олена", last_name=canary)
    request = submit_request(
        user=person,
        token=uuid4(),
        branch=branch,
        customer_code=customer_code,
        account_numbers=[number],
        position="Директор",
        scan=ContentFile(PDF, name="довіреність.pdf"),
    )
    register = make.make_register(account)
    reading = Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal("1234.5")
    )
    document = SignedDocument.objects.create(
        account=account,
        kind="Акт",
        number="1",
        dated=date(2026, 1, 31),
        title=canary,
        file=ContentFile(b"document of " + code.encode(), name="act.pdf"),
        file_name="акт.pdf",
        signature=ContentFile(b"signature of " + code.encode(), name="act.p7s"),
        signature_name="акт.p7s",
        sha256="0" * 64,
    )
    invoice = make.make_invoice(account, f"R-{code}")
    records = {
        "accessrequest": request,
        "account": account,
        "customer": customer,
        "meteringpoint": register.meter.point,
        "meter": register.meter,
        "reading": reading,
        "readingexport": make_export(branch, canary),
        "windowreopening": WindowReopening.objects.create(
            account=account, period=date(2026, 1, 1), open_until=date(2026, 2, 10), reason=canary
        ),
        "invoice": invoice,
        "onlinepayment": make.make_online_payment(account, invoice, purpose=canary),
        "payment": make.make_payment(account, date(2026, 1, 15), "100.00"),
        "bankcredit": make.make_bank_credit(branch, payer=canary, purpose=canary),
        "balance": make.make_balance(account, date(2026, 1, 1), "5.00", "7.00"),
        "appeal": make.make_appeal(account, line_text=f"Рахунок {canary}"),
        "signeddocument": document,
        "countersignature": make.make_counter_signature(document, file_name=f"{canary}.p7s"),
        "branch": branch,
        "article": make.make_article(),
        "branchoperator": BranchOperator.objects.get(user=operator),
    }
    return BranchWorld(branch, canary, operator, account, request, person, records)


def make_export(branch: Branch, canary: str) -> ReadingExport:
    """A batch of readings of a branch with a file."""
    return ReadingExport.objects.create(
        branch=branch,
        number=1,
        period=date(2025, 12, 1),
        format="csv",
        rows=1,
        file=ContentFile(f"readings of {canary}".encode(), name="readings.csv"),
    )


def staff_routes(app_label: str) -> set[tuple[str, str]]:
    """Every (model, action) that modeladmin serves for an app, found by walking the site's addresses."""
    found = set()
    for name in _names(get_resolver().url_patterns):
        if "_modeladmin_" in name and name.startswith(f"{app_label}_"):
            base, action = name.removeprefix(f"{app_label}_").split("_modeladmin_")
            found.add((base, action))
    return found


def plain_admin_urls() -> set[str]:
    """Every address of the admin that takes no argument, Wagtail's own among them, but for logging out."""
    found = set()
    for name in _names(get_resolver().url_patterns):
        with suppress(NoReverseMatch):
            found.add(reverse(name))
    # The failwhale is Wagtail's own test of its error page.
    return {
        url for url in found if url.startswith("/admin/") and "logout" not in url and not url.endswith("/failwhale/")
    }


def _names(patterns: list[URLPattern | URLResolver], space: str = "") -> list[str]:
    names: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            names += _names(pattern.url_patterns, inner)
        elif pattern.name:
            names.append(f"{space}{pattern.name}")
    return names


def body_of(response: Any) -> bytes:
    """The whole body, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content
