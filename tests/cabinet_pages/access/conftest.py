"""A cabinet with the page tree, and the steps that its tests share."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cabinet_pages.access.models import AccessRequest
from cabinet_pages.access.services import confirm_request, submit_request
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.windows.pages import ConsumerSectionPage
from tests import factories

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@pytest.fixture
def section(db: None) -> ConsumerSectionPage:
    """«Юридичний споживач» of an installed cabinet."""
    factories.make_site()
    return ConsumerSectionPage.objects.get()


@pytest.fixture
def newcomer(section: ConsumerSectionPage) -> Any:
    """A registered person without accounts."""
    return factories.make_user("newcomer@example.com")


@pytest.fixture
def as_newcomer(client: Client, newcomer: Any) -> Client:
    """The newcomer's browser."""
    client.force_login(newcomer)
    return client


def ask(user: Any, branch: str = "VIN", **fields: Any) -> AccessRequest:
    """A submitted request."""
    fields.setdefault("customer_code", "30036471")
    fields.setdefault("account_numbers", ["80-431930"])
    fields.setdefault("position", "бухгалтер")
    return submit_request(user=user, token=uuid4(), branch=factories.make_branch(branch), **fields)


def confirm(request: AccessRequest, *accounts: Any) -> str:
    """Confirm a request and return the code from the mail that tells it."""
    operator = factories.make_operator(f"operator.{request.branch.code}.{request.pk}@example.com", request.branch)
    code = confirm_request(by=operator, request=request, account_ids=[account.pk for account in accounts])
    return mailed_code(code.pk)


def mailed_code(pk: int) -> str:
    """The code that a mail tells in clear."""
    mail = OutgoingMail.objects.get(event_key=f"activation-code:{pk}")
    found = CODE.search(mail.text)
    assert found is not None
    return found.group()
