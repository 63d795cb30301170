"""Loads the demo: the public site, the branches, the files through the import engine, the people."""

import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files import File
from django.db import transaction

from cabinet_pages.access.models import AccessRequest, Person
from cabinet_pages.access.services import activate, add_operator, confirm_request, submit_request
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.clock import kyiv_now
from cabinet_pages.install import install_groups, install_pages
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings
from imports.conf import import_settings
from imports.engine import run_import
from imports.models import BatchState
from imports.queries import report
from website.demo import manual
from website.demo.files import write_exchange_files, write_statement
from website.demo.logins import PASSWORD
from website.demo.papers import write_document_archives
from website.demo.world import BIG_NUMBER, build_world
from website.home.services import build_public_site

Say = Callable[[str], Any]

BRANCHES: dict[str, dict[str, Any]] = {
    "VIN": {
        "name": "Вінницькі міські ЕМ",
        "address": "м. Вінниця, вул. Магістратська, 2",
        "phones": "(0432) 65-95-95",
        "email": "vin@demo.example",
        "working_hours": "пн–чт 8:00–17:00, пт 8:00–15:45",
        "readings_always_open": True,
    },
    "TRO": {
        "name": "Тростянецькі ЕМ",
        "address": "смт. Тростянець, вул. Соборна, 12",
        "phones": "(04343) 2-12-34",
        "email": "tro@demo.example",
        "working_hours": "пн–чт 8:00–17:00, пт 8:00–15:45",
    },
    "ZHM": {
        "name": "Жмеринські ЕМ",
        "address": "м. Жмеринка, вул. Центральна, 7",
        "phones": "(04332) 5-11-22",
        "email": "zhm@demo.example",
        "working_hours": "пн–чт 8:00–17:00, пт 8:00–15:45",
    },
}

# The utility's account in its bank; development settings list it, so that statements of it are taken.
BANK_ACCOUNT = "UA213223130000026007233566001"
# The last user that is made: who finds it finds the whole demo.
MARK = "admin@demo.example"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class DemoFailedError(RuntimeError):
    """A file of the demo was refused by the engine, which is a defect of one of the two."""


def is_loaded() -> bool:
    """Whether the database holds the whole demo."""
    return get_user_model().objects.filter(email=MARK).exists()


def load_demo(*, today: date, port: int, say: Say) -> None:
    """Load the demo as it stands on a day (Kyiv date); safe to run again after an interruption.

    Args:
        port: the port at which the site is served, for the addresses in mails.
        say: told of every step.

    Raises:
        DemoFailedError: a file was not applied.
    """
    say("Building the public site…")
    site = build_public_site(hostname="127.0.0.1", port=port)
    install_pages(parent=site.home)
    install_groups()
    _describe_utility(site.site)
    for code, fields in BRANCHES.items():
        Branch.objects.update_or_create(code=code, defaults=fields)
    with tempfile.TemporaryDirectory(prefix="cabinet-demo-") as folder:
        _import_files(Path(folder), today, say)
    _describe_payees(site.site)
    say("Registering the people…")
    _register_staff()
    _register_customers()
    _user(MARK, "Адміністратор", "Демо", is_staff=True, is_superuser=True)


def _import_files(folder: Path, today: date, say: Say) -> None:
    world = build_world(today)
    files = write_exchange_files(world, folder)
    files.extend(("documents", branch, path) for branch, path in write_document_archives(world, folder))
    if BANK_ACCOUNT in import_settings.BANK_ACCOUNTS:
        files.append(("payments", "VIN", write_statement(world, folder, own=BANK_ACCOUNT, today=today)))
    for kind, branch, path in files:
        say(f"Importing {path.name}…")
        with path.open("rb") as stream:
            batch = run_import(
                kind=kind, branch=Branch.objects.get(code=branch), file=File(stream, name=path.name), name=path.name
            )
        if batch.state not in (BatchState.APPLIED, BatchState.UNCHANGED):
            told = report(batch)["issues"]
            raise DemoFailedError(f"{path.name}: {told[0]['message'] if told else batch.state}")


def _describe_utility(site: Any) -> None:
    utility = UtilitySettings.for_site(site)
    fields = {
        "full_name": 'Акціонерне товариство "Вінницяобленерго"',
        "short_name": "АТ «Вінницяобленерго»",
        "cabinet_title": 'Особистий кабінет споживача АТ "Вінницяобленерго"',
        "cabinet_version": "2.0",
        "founded_year": 2019,
        "call_centre_phones": "0 (800) 217-217\n(0432) 65-95-95",
        "email": "kanc@voe.example",
        "postal_code": "21050",
        "address": "м. Вінниця, вул. Магістратська, 2",
        "edrpou": "00130694",
        "vat_number": "001306902280",
        "bank_name": "АТ «Укрексімбанк»",
        "signatory_position": "Начальник відділу розрахунків",
        "signatory_name": "Г. Є. Щербань",
    }
    for name, value in fields.items():
        if not getattr(utility, name):
            setattr(utility, name, value)
    utility.save()


def _describe_payees(site: Any) -> None:
    utility = UtilitySettings.for_site(site)
    if not utility.payee_accounts.exists():
        PayeeAccount.objects.create(utility=utility, iban=BANK_ACCOUNT, bank_name="АТ «Укрексімбанк»")


def _register_staff() -> None:
    for email, code, name in (
        ("operator.vin@demo.example", "VIN", ("Оксана", "Ґудзенко")),
        ("operator.tro@demo.example", "TRO", ("Петро", "Яценюк")),
        ("central@demo.example", None, ("Ірина", "Щасна")),
    ):
        _user(email, *name)
        add_operator(email=email, branch=Branch.objects.get(code=code) if code else None)
    editor = _user("editor@demo.example", "Єва", "Редька")
    editor.groups.add(*Group.objects.filter(name__in=["Editors", "Moderators"]))


def _register_customers() -> None:
    customer = _user("customer@demo.example", "Андрій", "Будько")
    _open_account(customer, manual.FIRST_NUMBER)
    _open_account(customer, manual.SECOND_NUMBER)
    _open_account(_user("big@demo.example", "Наталія", "Поділля"), BIG_NUMBER)
    newcomer = _user("newcomer@demo.example", "Юрій", "Новак")
    account = Account.objects.select_related("customer", "branch").exclude(number__in=[manual.FIRST_NUMBER, BIG_NUMBER])
    wanted = account.filter(branch__code="VIN").order_by("number").first()
    if wanted is not None and not AccessRequest.objects.filter(user=newcomer).exists():
        _request(newcomer, wanted)


def _user(email: str, first_name: str, last_name: str, **fields: Any) -> Any:
    """A demo user with a verified address; the same one when it is there."""
    with transaction.atomic():
        user = get_user_model().objects.filter(email=email).first()
        if user is None:
            user = get_user_model().objects.create_user(email=email, password=PASSWORD, **fields)
        EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        Person.objects.get_or_create(
            user=user,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "consent_version": "1",
                "consent_at": kyiv_now(),
            },
        )
    return user


def _request(user: Any, account: Account) -> AccessRequest:
    return submit_request(
        user=user,
        token=uuid4(),
        branch=account.branch,
        customer_code=account.customer.code,
        account_numbers=[account.number],
        contract_number=account.contract_number,
        position="Головний бухгалтер",
    )


def _open_account(user: Any, number: str) -> None:
    """Go the way of every customer: request, confirmation by the branch, code from the mail."""
    account = Account.objects.select_related("customer", "branch").get(number=number)
    if user.cabinet_accesses.filter(account=account).exists():
        return
    request = _request(user, account)
    operator = get_user_model().objects.get(email="central@demo.example")
    confirm_request(by=operator, request=request, account_ids=[account.pk])
    mail = OutgoingMail.objects.filter(to=user.email).order_by("-pk").first()
    found = CODE.search(mail.text) if mail else None
    if found is None:
        raise DemoFailedError(f"No activation code was mailed to {user.email}.")
    activate(user=user, code=found.group())
