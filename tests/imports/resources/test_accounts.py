"""Imported accounts: customers, branches, the change of owner."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cabinet_pages.access.models import Access
from cabinet_pages.access.queries import scope_for
from cabinet_pages.accounts.models import Account, Customer
from cabinet_pages.notifications.models import OutgoingMail
from imports.models import BatchRow, ImportBatch
from tests.factories import grant, make_branch, make_user

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Замовник", "код ЄДРПОУ", "Код контрагента")
FIRST = ("80-1", "ТОВ Перше", "32855961", "К-1")


@pytest.fixture(autouse=True)
def _branches() -> None:
    make_branch("VIN")
    make_branch("TRO")


def test_an_account_is_stored_with_everything_its_row_says(give: Give) -> None:
    heading = (
        "Особовий рахунок", "Замовник", "код ЄДРПОУ", "ІПН", "Фізична адреса", "№ договору", "Дата підписання договору",
        "Форма оплати", "Розрахунковий день", "Електропостачальник", "Хто сплачує за розподіл",
        "Графік попередньої оплати", "E-mail", "Телефон",
    )  # fmt: skip
    row = (
        "80 – 431930", "ТОВ «Агробуд-В»", "30036471", "300364702281", "вул. Закарпатська 46", "12/а", "24.11.2011",
        "Платіжний лист", "31", "ТОВ «Енера»", "постачальник", "5:30; 15:40%", "a@b.example", "0432 65-95-95",
    )  # fmt: skip
    report = give("accounts", [heading, row])
    assert report["state"] == "applied"
    assert report["totals"] == {}
    # The manual's own code has a wrong check digit, which is no reason to refuse a customer.
    assert [(issue["level"], issue["code"]) for issue in report["issues"]] == [("warning", "check_digit")]
    account = Account.objects.select_related("customer").get()
    assert (account.number, account.branch.code) == ("80-431930", "VIN")
    assert (account.customer.name, account.customer.code) == ("ТОВ «Агробуд-В»", "30036471")
    assert (account.contract_date, account.settlement_day) == (date(2011, 11, 24), 31)
    assert (account.distribution_payer, account.prepayment_schedule) == ("supplier", "5:30; 15:40")
    assert "агробуд" in account.customer.search_text
    assert account.owned_since is None


def test_accounts_share_a_customer_by_the_code_of_the_erp(give: Give) -> None:
    give("accounts", [HEADING, FIRST, ("80-2", "ТОВ Перше", "32855961", "К-1"), ("80-3", "ТОВ Перше", "", "")])
    assert Customer.objects.count() == 2
    assert Account.objects.get(number="80-1").customer == Account.objects.get(number="80-2").customer


def test_a_customer_that_one_file_spells_in_two_ways_does_not_flap(give: Give) -> None:
    rows = [HEADING, FIRST, ("80-2", "ТОВ «Перше»", "32855961", "К-1")]
    report = give("accounts", rows)
    assert [issue["code"] for issue in report["issues"]] == ["customer_named_differently"]
    assert give("accounts", rows, format="xlsx")["state"] == "unchanged"


def test_another_name_alone_is_a_rename_and_closes_nothing(give: Give) -> None:
    give("accounts", [HEADING, FIRST])
    person = make_user()
    grant(person, Account.objects.get())
    report = give("accounts", [HEADING, ("80-1", "ТОВ Перейменоване", "32855961", "К-1")])
    assert (report["changed"], BatchRow.objects.latest("pk").change) == (1, "renamed")
    account = Account.objects.get()
    assert (account.customer.name, account.owned_since) == ("ТОВ Перейменоване", None)
    assert Customer.objects.count() == 1
    assert scope_for(person, "80-1") is not None


@pytest.mark.parametrize("row", [("80-1", "ТОВ Друге", "14360570", "К-1"), ("80-1", "ТОВ Перше", "32855961", "К-2")])
def test_another_code_is_a_change_of_owner(give: Give, row: tuple[str, ...]) -> None:
    give("accounts", [HEADING, FIRST])
    person = make_user("old@example.com")
    grant(person, Account.objects.get())
    report = give("accounts", [HEADING, row], as_of="2026-03-01T00:30:00+02:00")
    assert report["changed"] == 1
    batch = ImportBatch.objects.latest("pk")
    assert batch.change_counts == {"owner": 1}
    assert batch.effects["closed_accesses"] == [Access.objects.get().pk]
    assert scope_for(person, "80-1") is None
    assert Account.objects.get().owned_since == date(2026, 3, 1)
    assert OutgoingMail.objects.filter(to="old@example.com").exists()
    # The same statement again finds the owner as it is.
    assert give("accounts", [HEADING, row], format="xlsx")["state"] == "unchanged"


def test_a_new_owner_does_not_inherit_details_that_the_file_lacks(give: Give) -> None:
    give("accounts", [(*HEADING, "ІПН", "Розрахунковий день"), (*FIRST, "328559602281", "15")])
    give("accounts", [HEADING[:3], ("80-1", "ТОВ Друге", "14360570")])
    account = Account.objects.select_related("customer").get()
    assert (account.customer.code, account.customer.erp_code, account.customer.vat_number) == ("14360570", "", "")
    assert account.settlement_day == 15
    assert Customer.objects.count() == 1


def test_a_code_that_was_missing_is_no_change_of_owner(give: Give) -> None:
    give("accounts", [HEADING, ("80-1", "ТОВ Перше", "", "")])
    give("accounts", [HEADING, FIRST])
    assert Account.objects.get().owned_since is None
    assert Customer.objects.get().code == "32855961"


def test_a_branch_cannot_touch_an_account_of_another(give: Give) -> None:
    give("accounts", [HEADING, FIRST], branch="TRO")
    report = give("accounts", [HEADING, ("80-1", "Загарбник", "14360570", "")], skip_rejected=True)
    assert (report["state"], report["issues"][0]["code"]) == ("refused", "account_of_other_branch")
    assert Account.objects.get().customer.name == "ТОВ Перше"


def test_a_branch_does_not_rename_a_customer_that_another_branch_serves(give: Give) -> None:
    give("accounts", [HEADING, FIRST], branch="TRO")
    give("accounts", [HEADING, ("90-1", "Інша назва", "32855961", "К-1")])
    assert Account.objects.get(number="80-1").customer.name == "ТОВ Перше"
    assert Account.objects.get(number="90-1").customer.name == "Інша назва"
    again = give("accounts", [HEADING, ("90-1", "Інша назва", "32855961", "К-1")], format="xlsx")
    assert again["state"] == "unchanged"


def test_only_the_central_office_moves_an_account(give: Give) -> None:
    give("accounts", [HEADING, FIRST])
    person = make_user()
    grant(person, Account.objects.get())
    moved = [(*HEADING, "Структурна одиниця"), (*FIRST, "TRO")]
    assert give("accounts", moved, skip_rejected=True)["state"] == "refused"
    report = give("accounts", moved, branch="ALL")
    assert (report["changed"], ImportBatch.objects.latest("pk").change_counts) == (1, {"moved": 1})
    assert Account.objects.get().branch.code == "TRO"
    assert scope_for(person, "80-1") is not None


def test_the_central_office_must_name_the_branch_of_a_new_account(give: Give) -> None:
    report = give("accounts", [HEADING, FIRST], branch="ALL")
    assert report["issues"][0]["code"] == "branch_required"


def test_a_number_that_stands_twice_is_an_error_that_names_the_first_row(give: Give) -> None:
    report = give("accounts", [HEADING, FIRST, ("80-2", "ТОВ", "", ""), ("80—1", "ТОВ Перше", "32855961", "К-1")])
    assert [(issue["row"], issue["message"]) for issue in report["issues"]] == [
        (4, "Такий самий ключ уже є в рядку 2.")
    ]
    assert not Account.objects.exists()


def test_a_numeric_code_gets_its_zero_back_only_where_the_check_digit_fits(give: Give) -> None:
    give("accounts", [HEADING[:3], ("80-1", "АТ", 130694)], format="xlsx")
    assert Customer.objects.get().code == "00130694"


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("Розрахунковий день", "32", "not_a_settlement_day"),
        ("Графік попередньої оплати", "5:60; 15:60", "not_a_schedule"),
        ("Хто сплачує за розподіл", "сусід", "not_a_choice"),
        ("код ЄДРПОУ", "12", "not_a_code"),
    ],
)
def test_a_bad_value_is_named_with_its_column(give: Give, heading: str, value: str, code: str) -> None:
    report = give("accounts", [("Особовий рахунок", "Замовник", heading), ("80-1", "ТОВ", value)])
    issue = report["issues"][0]
    assert (issue["row"], issue["column"], issue["value"], issue["code"]) == (2, heading, value, code)
    assert value in issue["message"]
