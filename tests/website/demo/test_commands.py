"""The demo stays where it belongs: in development."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from website.demo.logins import LOGINS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", ["demo", "serve_demo"])
@pytest.mark.parametrize("said", [False, None], ids=["switched off", "not mentioned"])
def test_the_demo_refuses_outside_development_settings(settings: Any, command: str, said: bool | None) -> None:
    if said is None:
        if hasattr(settings, "DEMO_ENABLED"):
            del settings.DEMO_ENABLED
    else:
        settings.DEMO_ENABLED = said
    with pytest.raises(CommandError, match="development settings only"):
        call_command(command)


def test_the_mail_page_is_absent_outside_development(settings: Any, client: Any) -> None:
    settings.DEMO_ENABLED = False
    assert client.get("/demo/mail/").status_code == 404


def test_the_contracts_eight_logins_are_announced() -> None:
    assert [login.email.partition("@")[0] for login in LOGINS] == [
        "customer",
        "big",
        "newcomer",
        "operator.vin",
        "operator.tro",
        "central",
        "editor",
        "admin",
    ]
