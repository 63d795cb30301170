"""A stranger's Wagtail site that follows `docs/install.md`, and then adds a stranger's plug-in."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.support.hosts import ACCOUNTS, INSTALL, NO_DRIFT, PAYMENTS, Host

WINDOWS = {"personal", "finance", "invoices", "readings", "meters", "documents", "payments"}
TOWN_FILE = (
    "TOWNHEAT/1\n"
    "Особовий рахунок^Документ^Дата платежу^Стаття реалізації^Сума платежу\n"
    "80-1001^П-2^16.01.2026^Активна електроенергія^10,00\n"
)


@dataclass(frozen=True)
class Installed:
    """The town with an account and a payment, and what its commands printed."""

    host: Host
    check: str
    doctor: str
    doctor_again: str
    payments: dict[str, Any]


@pytest.fixture(scope="module")
def installed(town: Host) -> Installed:
    """Follow the steps of `docs/install.md` and import two files."""
    printed = town.manage(
        *INSTALL,
        ["check"],
        NO_DRIFT,
        ["cabinet_doctor"],
        ["cabinet_install"],
        ["cabinet_doctor"],
        town.import_file("accounts", "accounts.csv", ACCOUNTS),
        town.import_file("payments", "payments.csv", PAYMENTS),
    )
    check, _, doctor, _, again, _, payments = printed[len(INSTALL) :]
    return Installed(town, check, doctor, again, json.loads(payments))


@pytest.fixture(scope="module")
def visited(installed: Installed) -> dict[str, Any]:
    """What a newcomer, a customer and an operator met."""
    return installed.host.visit("newcomer", "customer", "operator", "surroundings")


def test_a_strangers_site_passes_its_checks_and_the_doctor(installed: Installed) -> None:
    assert "no issues" in installed.check
    assert "Nothing is wrong." in installed.doctor


def test_installing_again_changes_nothing(installed: Installed) -> None:
    assert installed.doctor_again == installed.doctor


def test_an_import_is_applied(installed: Installed) -> None:
    assert installed.payments["state"] == "applied"
    assert installed.payments["totals"]["amount"] == "1234.56"


def test_people_of_djangos_own_user_register_and_see_their_account(visited: dict[str, Any]) -> None:
    newcomer = visited["newcomer"]
    assert newcomer["subject"] == "Activation of your profile"
    assert newcomer["verified"]
    assert newcomer["person"] == "Ada Newcomer"
    assert newcomer["landing"] == 200

    customer = visited["customer"]
    assert customer["landing"] == "/cabinet/legal/accounts/"
    assert "80-1001" in customer["list"]["text"]
    assert set(customer["windows"]) == WINDOWS
    for slug, window in customer["windows"].items():
        assert window["own"]["status"] == 200, slug
        assert "80-1001" in window["own"]["text"], slug
        assert (window["foreign"], window["absent"]) == (404, 404), slug
        assert window["anonymous"].startswith("/accounts/login/?next="), slug
    assert customer["pdf"]["bytes"].startswith("%PDF")


def test_an_operator_opens_every_staff_screen(visited: dict[str, Any]) -> None:
    operator = visited["operator"]
    assert operator["landing"] == "/admin/imports/importbatch/"
    assert operator["screens"]["imports_importbatch_modeladmin_create"] == 200
    lists = {name: status for name, status in operator["screens"].items() if name.endswith("_index")}
    # Operators and the tokens of 1C are the central office's.
    assert lists.pop("cabinet_pages_branchoperator_modeladmin_index") == 302
    assert lists.pop("imports_pushtoken_modeladmin_index") == 302
    assert len(lists) > 10
    assert set(lists.values()) == {200}


def test_the_cabinet_keeps_its_own_languages_and_kyivs_clock_without_our_site(visited: dict[str, Any]) -> None:
    profile = visited["customer"]["profile"]["text"]
    assert profile.count("<option") == 2
    assert 'value="uk"' in profile
    surroundings = visited["surroundings"]
    assert surroundings == {
        "site": False,
        "zone": "UTC",
        "midnight_in_utc": "01.07.2026 03:00",
        "last_hours_of_june": "01.07.2026",
    }


def test_a_strangers_plug_in_adds_windows_sections_formats_checks_and_a_renderer(
    installed: Installed, visited: dict[str, Any]
) -> None:
    host = replace(installed.host, settings="town.settings_with_stranger")
    imported = host.import_file("payments", "payments.any", TOWN_FILE)
    *_, check, report = host.manage(["migrate", "--verbosity", "0"], NO_DRIFT, ["check"], imported)
    assert "no issues" in check
    payments = json.loads(report)
    assert (payments["state"], payments["format"], payments["new"]) == ("applied", "townheat", 1)

    assert "contract" not in visited["customer"]["windows"]
    found = host.visit("stranger")["stranger"]
    assert set(found["windows"]) == {*WINDOWS, "contract"}
    window = found["windows"]["contract"]
    assert "Contract: 1-A" in window["own"]["text"]
    assert (window["foreign"], window["absent"]) == (404, 404)
    assert window["anonymous"].startswith("/accounts/login/")
    assert "/cabinet/legal/contract/80-1001/" in found["windows"]["payments"]["own"]["text"], "not in the window bar"
    assert "/cabinet/legal/contract/80-1001/" in found["list"]["text"], "no button in the account list"
    assert (found["number"]["text"], found["foreign_number"]) == ("1-A", 404)
    assert "SAMPLE-1" in found["preview"]
    assert "80-1001" not in found["preview"]
    assert "Households of the town" in found["household"]["text"]
    assert found["household_anonymous"].startswith("/accounts/login/")
    assert "Households" in found["sections"]["text"]
    assert found["invoice_addresses"] == {"OLD-1": "/archive/80-1001/OLD-1/"}
    assert found["paid_invoice"] == ["LEDGER-7"]
    assert found["read_by_itself"] == ["HEAT-1 7"]
    assert found["checks"][-1] == "round_thousands"
    assert "Town:" in found["pdf"]["bytes"]
    assert found["staff_landing"] == "/admin/cabinet_pages/account/?from=stranger"
    assert "Power is back" in found["profile"]["text"]
    assert [line.partition(" ")[2] for line in found["paged"]] == ["+380501112233: Power is back"]

    plugged = (
        "ContractWindowPage",
        "Households",
        "CaretTable",
        "RoundSum",
        "RoundThousands",
        "StampedRenderer",
        "SealingWax",
        "town_till: stranger.payments.TownTill",
        "TownPager",
        "ContractArchive",
    )
    assert [one for one in plugged if one not in found["doctor"]] == []
