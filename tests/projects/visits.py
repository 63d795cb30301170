"""Walks through a foreign host's site with Django's test client, and prints what was met as JSON.

Run as a program of the host, its settings named by DJANGO_SETTINGS_MODULE: `python visits.py newcomer customer …`.
"""

import json
import logging
import re
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from io import StringIO
from typing import Any

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core import mail  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402

from cabinet_pages.access.models import Access, Person  # noqa: E402
from cabinet_pages.access.queries import scope_of  # noqa: E402
from cabinet_pages.access.services import add_operator  # noqa: E402
from cabinet_pages.accounts.models import Account  # noqa: E402
from cabinet_pages.metering.submitted import submitted_registers  # noqa: E402
from cabinet_pages.notifications.choices import choose  # noqa: E402
from cabinet_pages.notifications.delivery import deliver_due  # noqa: E402
from cabinet_pages.notifications.services import Notice, post_notices  # noqa: E402
from cabinet_pages.payments.uses import payment_uses  # noqa: E402
from cabinet_pages.templatetags.cabinet import day, moment  # noqa: E402
from cabinet_pages.windows.addresses import invoice_addresses  # noqa: E402
from cabinet_pages.windows.pages import ConsumerSectionPage, WindowMixin  # noqa: E402
from tests.factories import make_account, make_branch, make_invoice, make_payment  # noqa: E402

PASSWORD = "a-Town-of-its-own-7"
NEWCOMER = "newcomer@town.example"
OPERATOR = "operator@town.example"
ACCOUNT = "80-1001"


def client_of(email: str) -> Client:
    """A browser in which a person has signed in through the cabinet's login."""
    client = Client()
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    if answer.status_code != 302:
        raise SystemExit(f"{email} cannot sign in: {answer.status_code} {answer.content.decode()[:3000]}")
    return client


def seen(client: Client, url: str) -> dict[str, Any]:
    """The status, the place a redirect leads to, and the text of an answer."""
    answer = client.get(url)
    kind = answer.headers.get("Content-Type", "")
    text = b"".join(answer).decode(errors="replace") if not kind.startswith("application/pdf") else ""
    return {"status": answer.status_code, "to": answer.headers.get("Location", ""), "type": kind, "text": text}


def newcomer() -> dict[str, Any]:
    """Somebody registers, follows the link of the mail and signs in."""
    client = Client()
    answer = client.post(
        reverse("account_signup"),
        {
            "first_name": "Ada",
            "last_name": "Newcomer",
            "email": NEWCOMER,
            "password1": PASSWORD,
            "password2": PASSWORD,
            "consent": "on",
        },
    )
    deliver_due()
    message = mail.outbox[-1]
    link = next(iter(re.findall(r"https://town\.example(/accounts/confirm-email/\S+)", str(message.body))))
    confirmed = client.post(link)
    user = get_user_model().objects.get(email=NEWCOMER)
    landing = client_of(NEWCOMER).get(reverse("cabinet_landing"), follow=True)
    return {
        "registered": answer.status_code,
        "subject": message.subject,
        "confirmed": confirmed.status_code,
        "verified": EmailAddress.objects.filter(user=user, verified=True).exists(),
        "person": str(user.cabinet_person),
        "landing": landing.status_code,
        "landing_text": landing.content.decode(),
    }


def customer() -> dict[str, Any]:
    """The newcomer with an account that was imported: every window of it, a foreign account, nobody."""
    user = get_user_model().objects.get(email=NEWCOMER)
    account = Account.objects.get(number=ACCOUNT)
    Access.objects.get_or_create(user=user, account=account)
    make_account("80-9999", branch=account.branch) if not Account.objects.filter(number="80-9999").exists() else None
    client = client_of(NEWCOMER)
    section = ConsumerSectionPage.objects.get()
    windows = {}
    for page in section.get_children().live().specific():
        if isinstance(page, WindowMixin):
            url = page.get_url()
            windows[page.slug] = {
                "own": seen(client, f"{url}{ACCOUNT}/"),
                "foreign": seen(client, f"{url}80-9999/")["status"],
                "absent": seen(client, f"{url}80-0000/")["status"],
                "anonymous": seen(Client(), f"{url}{ACCOUNT}/")["to"],
            }
    # One of this visit: the PDF of an invoice stays as it was issued, whoever renders the next ones.
    invoice = make_invoice(account, f"PDF-{account.invoices.count() + 1}", date(2026, 1, 31))
    pdf = client.get(reverse("cabinet_invoice_pdf", args=[invoice.uuid]))
    return {
        "landing": seen(client, reverse("cabinet_landing"))["to"],
        "sections": seen(client, section.get_parent().get_url()),
        "list": seen(client, f"{section.get_url()}accounts/"),
        "windows": windows,
        "profile": seen(client, reverse("cabinet_profile")),
        "pdf": {"status": pdf.status_code, "bytes": b"".join(pdf).decode("latin-1")[:4000]},
    }


def operator() -> dict[str, Any]:
    """Somebody made an operator by `add_operator`: every screen of the staff menu."""
    client = _operator(OPERATOR)
    ends = ("_modeladmin_index", "_modeladmin_create")
    names = [name for name in get_resolver().reverse_dict if str(name).endswith(ends)]
    screens = {name: seen(client, reverse(name))["status"] for name in names}
    return {"landing": seen(client, reverse("cabinet_landing"))["to"], "screens": screens}


def _operator(email: str) -> Client:
    right, _ = add_operator(email=email, branch=make_branch())
    right.user.set_password(PASSWORD)
    right.user.save()
    return client_of(email)


def surroundings() -> dict[str, Any]:
    """What is the host's and what the cabinet's: no site of ours on the path, the host's zone, Kyiv's clock."""
    midnight = datetime(2026, 7, 1, tzinfo=UTC)
    return {
        "site": find_spec("website") is not None,
        "zone": settings.TIME_ZONE,
        "midnight_in_utc": moment(midnight),
        "last_hours_of_june": day(midnight - timedelta(hours=2)),
    }


def stranger() -> dict[str, Any]:
    """What an editor adds of the plug-in's page types, as its people meet it, and what its hooks and setting do."""
    from stranger.models import ContractWindowPage, HouseholdSectionPage

    from cabinet_pages.readings.checks import registered_checks

    section = ConsumerSectionPage.objects.get()
    if not ContractWindowPage.objects.exists():
        section.add_child(instance=ContractWindowPage(title="Contract", slug="contract"))
        section.get_parent().add_child(instance=HouseholdSectionPage(title="Households", slug="households"))
    household = HouseholdSectionPage.objects.get()
    client = client_of(NEWCOMER)
    found = customer()
    doctor = StringIO()
    call_command("cabinet_doctor", stdout=doctor, no_color=True)
    return {
        **found,
        "number": seen(client, f"{section.get_url()}contract/{ACCOUNT}/number/"),
        "foreign_number": seen(client, f"{section.get_url()}contract/80-9999/number/")["status"],
        "household": seen(client, household.get_url()),
        "household_anonymous": seen(Client(), household.get_url())["to"],
        "preview": ContractWindowPage.objects.get().make_preview_request().content.decode(),
        "invoice_addresses": invoice_addresses(
            RequestFactory().get("/", HTTP_HOST="testserver"),
            scope_of(Access.objects.get(user__email=NEWCOMER, account__number=ACCOUNT)),
            ["OLD-1", "NEW-1", ""],
        ),
        "paid_invoice": _paid_invoice(),
        "read_by_itself": [
            f"{one.point_code} {one.reading.volume if one.reading else None}"
            for one in submitted_registers(
                scope_of(Access.objects.get(user__email=NEWCOMER, account__number=ACCOUNT)),
                {"HEAT-1"},
                set(),
                {date(2026, 1, 1)},
            )
        ],
        "checks": [check.code for check in registered_checks()],
        "doctor": doctor.getvalue(),
        "profile": seen(client, reverse("cabinet_profile")),
        "paged": _paged(),
        "staff_landing": seen(_operator("operator.stranger@town.example"), reverse("cabinet_landing"))["to"],
    }


def _paid_invoice() -> list[str]:
    """Which invoice the stranger's hook says a payment has paid."""
    scope = scope_of(Access.objects.get(user__email=NEWCOMER, account__number=ACCOUNT))
    payment = make_payment(scope.account, date(2026, 1, 31), "5.00", document="LEDGER-7")
    uses = payment_uses(scope, [payment.pk])
    numbers = [part.number for part in uses[payment.pk].parts]
    payment.delete()
    return numbers


def _paged() -> list[str]:
    """What the stranger's channel sends of the stranger's event to somebody who wants it."""
    user = get_user_model().objects.get(email=NEWCOMER)
    Person.objects.filter(user=user).update(phone="+380501112233")
    choose(user=user, wanted={("power_is_back", "pager"): True})
    told = {"street": "Main Street"}
    post_notices(notices=[Notice("stranger:power", "power_is_back", "pager", user.pk, told)])
    lines: list[str] = []
    pager = logging.getLogger("stranger.pager")
    pager.setLevel(logging.INFO)
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    pager.addHandler(handler)
    deliver_due()
    return lines


if __name__ == "__main__":
    assert "testserver" in settings.ALLOWED_HOSTS or settings.ALLOWED_HOSTS == ["*"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    make_branch()
    sys.stdout.write(json.dumps({name: globals()[name]() for name in sys.argv[1:]}))
