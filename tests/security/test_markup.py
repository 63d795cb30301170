"""Mark-up in imported or typed texts is shown as text on every screen, in every mail and in the history."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from cabinet_pages.access.models import Access
from cabinet_pages.access.services import confirm_request, refuse_request, revoke_access
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories as make
from tests.cabinet_pages.access.test_every_route import PAGE_ROUTES, address
from tests.cabinet_pages.access.test_every_route import World as CabinetWorld
from tests.cabinet_pages.access.test_every_route import world as cabinet_world  # noqa: F401
from tests.cabinet_pages.staff.test_every_route import CASES, url_of
from tests.cabinet_pages.staff.world import StaffWorld, body_of

pytestmark = pytest.mark.django_db

HOSTILE = "\"'><img src=x onerror=alert(7391)>{{7*7}}{% now %}"


def poison(record: Any) -> None:
    """Put mark-up into every free text of a record."""
    for field in record._meta.fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
        if is_text and not field.choices and not field.unique and field.name not in UNTOUCHED:
            setattr(record, field.name, HOSTILE[: field.max_length or 500])
    record.save()


# Keys by which records are found, and codes that only an import writes after its own check.
UNTOUCHED = {"number", "key", "channel", "zone", "sha256", "language", "account_numbers", "password", "email", "code"}


def assert_shown_as_text(body: bytes, path: str) -> bool:
    text = body.decode("utf-8", errors="replace")
    assert "<img src=x" not in text, path
    assert "49{" not in text, path
    return "<img src=x" in unescape(text)


def test_staff_screens_show_it_as_text(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    person = world.vin.person.cabinet_person
    branch_of_request = [world.vin.request, person, *world.vin.records.values()]
    for record in branch_of_request:
        poison(record)
    make.grant(world.vin.person, world.vin.account)
    client = as_user(world.central)
    shown = 0
    for model, actions in CASES.items():
        for action in actions:
            response = client.get(url_of(model, action, world.vin.records[model]), follow=True)
            body = body_of(response)
            if response["Content-Type"].startswith("text/html"):
                shown += assert_shown_as_text(body, f"{model} {action}")
    assert shown > 15
    confirm_request(by=world.central, request=world.vin.request, account_ids=[world.vin.account.pk])
    refuse_request(by=world.central, request=world.tro.request, reason=HOSTILE)
    revoke_access(by=world.central, access=Access.objects.get(), reason=HOSTILE)
    for path in (
        url_of("accessrequest", "inspect", world.vin.request),
        url_of("accessrequest", "history", world.tro.request),
        url_of("accessrequest", "inspect", world.tro.request),
        url_of("account", "history", world.vin.account),
        url_of("account", "access", world.vin.account),
        reverse("wagtailadmin_reports:site_history"),
        reverse("wagtailadmin_home"),
    ):
        assert_shown_as_text(client.get(path).content, path)
    mails = list(OutgoingMail.objects.all())
    assert len(mails) == 3
    for mail in mails:
        assert_shown_as_text(mail.html.encode(), mail.event_key)
        assert "\n" not in mail.subject


def test_windows_of_the_cabinet_show_it_as_text(cabinet_world: CabinetWorld) -> None:  # noqa: F811
    cabinet, account = cabinet_world, cabinet_world.mine.account
    for record in (account, account.customer, account.branch, cabinet.people["owner"].cabinet_person):
        poison(record)
    for rows in (account.payments, account.invoices, account.signed_documents, account.metering_points):
        for record in rows.all():
            poison(record)
    client = cabinet.client("owner")
    shown = 0
    for route in PAGE_ROUTES:
        response = client.get(address(cabinet, route, cabinet.mine.ids), follow=True)
        body = body_of(response)
        if response["Content-Type"].startswith("text/html"):
            shown += assert_shown_as_text(body, "-".join(route))
    for path in ("/my/profile/", f"/my/access/{account.number}/", "/"):
        shown += assert_shown_as_text(client.get(path).content, path)
    assert shown > 8
