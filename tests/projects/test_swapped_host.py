"""A host with a base page of its own (`WAGTAIL_PAGE_MODEL` of Wagtail 8)."""

import json

from tests.support.hosts import ACCOUNTS, INSTALL, NO_DRIFT, Host


def test_the_cabinet_migrates_and_works_on_a_swapped_base_page(county: Host) -> None:
    accounts = county.import_file("accounts", "accounts.csv", ACCOUNTS)
    *_, check, _, doctor, report = county.manage(*INSTALL, ["check"], NO_DRIFT, ["cabinet_doctor"], accounts)
    assert "no issues" in check
    assert "Nothing is wrong." in doctor
    assert json.loads(report)["state"] == "applied"

    found = county.visit("newcomer", "customer", "operator")

    customer = found["customer"]
    assert customer["landing"] == "/cabinet/legal/accounts/"
    assert len(customer["windows"]) == 7
    for slug, window in customer["windows"].items():
        assert window["own"]["status"] == 200, slug
        assert (window["foreign"], window["absent"]) == (404, 404), slug
    assert found["operator"]["screens"]["cabinet_pages_account_modeladmin_index"] == 200
