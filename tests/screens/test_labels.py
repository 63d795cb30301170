"""Every label, column and message of the manual stands on its screen; `labels.txt` is the list that is read."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Site

from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.utility.models import UtilitySettings
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

LIST = Path(__file__).with_name("labels.txt")
LEGAL = "/cabinet/legal"
# What a reader sees apart from running text.
SHOWN_ATTRIBUTES = {"placeholder", "title", "alt", "aria-label", "data-label"}


def read_list() -> dict[str, list[str]]:
    screens: dict[str, list[str]] = {}
    labels: list[str] = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            labels = screens.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            labels.append(line)
    return screens


class Seen(HTMLParser):
    """Collects the text and the attributes that people meet."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.hidden += 1
        told = dict(attrs)
        self.parts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        if tag == "input" and told.get("type") == "submit":
            self.parts.append(told.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def seen(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    parser = Seen()
    parser.feed(response.content.decode())
    # Typesetting may differ: any quotation marks, apostrophes and spaces are the same to a reader.
    return folded(" ".join(parser.parts))


def folded(text: str) -> str:
    text = unescape(text).translate(str.maketrans("«»“”„’ʼ", '"""""\'\''))
    return " ".join(text.split())


@pytest.fixture
def world() -> dict[str, Any]:
    """The manual's two accounts with something on every window, and the utility's own details."""
    factories.make_site()
    utility = UtilitySettings.for_site(Site.objects.get(is_default_site=True))
    utility.cabinet_title = 'Особистий кабінет споживача АТ "Вінницяобленерго"'
    utility.call_centre_phones = "0 (800) 217-217\n(0432) 65-95-95"
    utility.email = "kanc@example.com"
    utility.address = "м. Вінниця"
    utility.consent_page = Site.objects.get(is_default_site=True).root_page
    utility.save()
    user = factories.make_user("customer@example.com")
    vin = factories.make_branch("VIN", readings_always_open=True)
    first = factories.make_account("80-431930", vin)
    second = factories.make_account(
        "80-36",
        factories.make_branch("TRO"),
        customer=factories.make_customer(code="30079288"),
        physical_address="вул. Соборна 46, смт. Тростянець, Тростянецький район, Вінницька область, 24300",
        contract_date=date(2008, 4, 10),
    )
    for account in (first, second):
        factories.grant(user, account)
    today = kyiv_today()
    month = today.replace(day=1)
    register = factories.make_register(first, "ТУ-1", multiplier="200")
    factories.make_payment(first, today, "10000.00")
    factories.make_invoice(first, "1", today)
    factories.make_balance(first, (month - timedelta(days=1)).replace(day=1), "5.00", "7.00")
    return {"user": user, "register": register, "first": first, "month": month}


def customer(world: dict[str, Any]) -> Client:
    client = Client()
    client.force_login(world["user"])
    return client


def sole_proprietor() -> Client:
    user = factories.make_user("fop@example.com")
    one = factories.make_customer("ФОП Іваненко Ганна", code="2999999999")
    factories.grant(user, factories.make_account("80-77", customer=one))
    client = Client()
    client.force_login(user)
    return client


def newcomer() -> Client:
    client = Client()
    client.force_login(factories.make_user("newcomer@example.com"))
    return client


def login_before_activation(world: dict[str, Any]) -> Any:
    user = get_user_model().objects.create_user("unproved@example.com", PASSWORD)
    EmailAddress.objects.filter(user=user).update(verified=False)
    return Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)


def new_password(world: dict[str, Any]) -> Any:
    client = Client()
    client.post("/accounts/password/reset/", {"email": world["user"].email})
    mail = OutgoingMail.objects.filter(to=world["user"].email).order_by("-pk").first()
    assert mail is not None
    found = re.search(r"https?://[^/\s]+(/\S*password\S+)", mail.text)
    assert found is not None
    return client.get(found.group(1), follow=True)


def entry(world: dict[str, Any]) -> str:
    return f"{LEGAL}/readings/80-431930/points/{world['register'].meter.point_id}/"


def volumes(world: dict[str, Any]) -> Any:
    data = {
        "step": "calculate",
        "read_on": kyiv_today().isoformat(),
        f"value_{world['register'].pk}": "34,5",
    }
    return customer(world).post(entry(world), data)


def window(slug: str) -> Callable[[dict[str, Any]], Any]:
    return lambda world: customer(world).get(f"{LEGAL}/{slug}/80-431930/")


SCREENS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "shell": window("personal"),
    "anonymous shell": lambda world: Client().get("/accounts/login/"),
    "registration": lambda world: Client().get("/accounts/signup/"),
    "login": lambda world: Client().get("/accounts/login/"),
    "login before activation": login_before_activation,
    "password request": lambda world: Client().get("/accounts/password/reset/"),
    "new password": new_password,
    "sections": lambda world: customer(world).get("/cabinet/"),
    "request": lambda world: newcomer().get(f"{LEGAL}/"),
    "accounts": lambda world: customer(world).get(f"{LEGAL}/accounts/"),
    "sole proprietor's accounts": lambda world: sole_proprietor().get(f"{LEGAL}/accounts/"),
    "window bar": window("payments"),
    "readings: points": lambda world: customer(world).get(f"{LEGAL}/readings/80-431930/points/"),
    "readings: entry": lambda world: customer(world).get(entry(world)),
    "readings: volumes": volumes,
    "invoices": window("invoices"),
    "personal information": window("personal"),
    "finance": window("finance"),
    "meters": window("meters"),
    "documents": window("documents"),
    "payments": window("payments"),
    "help": lambda world: Client().get(f"{LEGAL}/help/"),
}


def test_every_screen_of_the_list_is_opened_here() -> None:
    assert set(read_list()) == set(SCREENS)


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_a_screen_shows_every_word_of_the_manual(world: dict[str, Any], screen: str) -> None:
    text = seen(SCREENS[screen](world))
    missing = [label for label in read_list()[screen] if folded(label) not in text]
    assert not missing, f"{missing} not in: {text}"
