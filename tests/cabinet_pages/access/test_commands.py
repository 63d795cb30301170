"""`add_branch` and `add_operator`."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.access import audit
from cabinet_pages.access.models import BranchOperator
from cabinet_pages.access.queries import branches_for, works_for_all_branches
from cabinet_pages.access.services import add_operator, remove_operator
from cabinet_pages.accounts.models import Branch
from cabinet_pages.install import install_groups
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_branch_is_created_and_renamed() -> None:
    call_command("add_branch", "vin", "Вінницькі МЕМ")
    call_command("add_branch", "VIN", "Вінницькі  міські ЕМ")
    call_command("add_branch", "VIN", "Вінницькі міські ЕМ")
    assert list(Branch.objects.values_list("code", "name")) == [("VIN", "Вінницькі міські ЕМ")]
    assert ModelLogEntry.objects.filter(action=audit.BRANCH_SAVE).count() == 2


@pytest.mark.parametrize(("code", "name"), [("", "Назва"), ("VIN", " "), ("X" * 21, "Назва"), ("VIN", "Н" * 161)])
def test_an_impossible_branch_is_refused(code: str, name: str) -> None:
    with pytest.raises(CommandError):
        call_command("add_branch", code, name)
    assert not Branch.objects.exists()


def test_an_operator_gets_the_branch_the_admin_and_an_audit_row() -> None:
    install_groups()
    vin, tro = factories.make_branch("VIN"), factories.make_branch("TRO")
    user = factories.make_user("person@example.com")
    for _ in range(2):
        call_command("add_operator", "Person@example.com", "--branch", "vin")
    user = get_user_model().objects.get(pk=user.pk)
    assert list(branches_for(user)) == [vin]
    assert tro not in branches_for(user)
    assert user.has_perm("wagtailadmin.access_admin")
    assert not works_for_all_branches(user)
    assert ModelLogEntry.objects.filter(action=audit.OPERATOR_ADD).count() == 1


def test_all_is_the_central_office() -> None:
    install_groups()
    factories.make_branch("VIN")
    call_command("add_operator", "central@example.com", "--branch", "ALL")
    user = get_user_model().objects.get()
    assert works_for_all_branches(user)
    assert branches_for(user).count() == 1
    assert user.has_perm("wagtailadmin.access_admin")


def test_somebody_without_a_login_gets_one_and_sets_the_password_by_recovery() -> None:
    factories.make_site()
    factories.make_branch("VIN")
    call_command("add_operator", "new@example.com", "--branch", "VIN")
    user = get_user_model().objects.get(email="new@example.com")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    Client().post(reverse("account_reset_password"), {"email": "new@example.com"})
    from cabinet_pages.notifications.models import OutgoingMail

    assert "/password/reset/key/" in OutgoingMail.objects.get(to="new@example.com").text


@pytest.mark.parametrize(("email", "branch"), [("nobody", "VIN"), ("a@example.com", "NONE"), ("", "VIN")])
def test_an_impossible_operator_is_refused(email: str, branch: str) -> None:
    factories.make_branch("VIN")
    with pytest.raises(CommandError):
        call_command("add_operator", email, "--branch", branch)
    assert not BranchOperator.objects.exists()
    assert not get_user_model().objects.exists()


def test_a_removed_operator_loses_the_branch_and_with_the_last_one_the_admin() -> None:
    install_groups()
    admin = factories.make_user("admin@example.com", is_superuser=True)
    vin, _ = add_operator(email="person@example.com", branch=factories.make_branch("VIN"), by=admin)
    tro, _ = add_operator(email="person@example.com", branch=factories.make_branch("TRO"), by=admin)
    remove_operator(right=vin, by=admin)
    user = get_user_model().objects.get(email="person@example.com")
    assert [branch.code for branch in branches_for(user)] == ["TRO"]
    assert user.has_perm("wagtailadmin.access_admin")
    remove_operator(right=tro, by=admin)
    user = get_user_model().objects.get(email="person@example.com")
    assert not branches_for(user).exists()
    assert not user.has_perm("wagtailadmin.access_admin")
    assert ModelLogEntry.objects.filter(action=audit.OPERATOR_REMOVE, user=admin).count() == 2
