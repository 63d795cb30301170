"""System checks of what payment codes are made of."""

import pytest
from django.test import override_settings

from cabinet_pages.billing.checks import check_code_version, check_payee_accounts
from cabinet_pages.utility.models import PayeeAccount
from tests import factories
from tests.cabinet_pages.billing.payees import IBAN, make_utility


@pytest.mark.parametrize(("version", "found"), [("002", []), ("003", []), ("001", ["cabinet_pages.E030"])])
def test_the_format_of_codes_is_one_that_there_is(version: str, found: list[str]) -> None:
    with override_settings(WAGTAIL_CABINET={"PAYMENT_CODE_VERSION": version}):
        assert [one.id for one in check_code_version(None)] == found


@pytest.mark.django_db
def test_a_stored_iban_with_wrong_digits_and_a_payee_without_a_code_are_named() -> None:
    factories.make_site()
    utility = make_utility()
    assert check_payee_accounts(None, databases=["default"]) == []
    PayeeAccount.objects.update(iban=IBAN[:-1] + "2")
    utility.edrpou = ""
    utility.save(update_fields=["edrpou"])
    assert {one.id for one in check_payee_accounts(None, databases=["default"])} == {
        "cabinet_pages.E031",
        "cabinet_pages.W030",
    }
    assert check_payee_accounts(None, databases=None) == []
