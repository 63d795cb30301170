"""Access rows: granted and revoked by the branch, revoked by an owner, closed by a change of owner."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cabinet_pages.access import audit
from cabinet_pages.access.models import Access, RequestState, Role
from cabinet_pages.access.queries import accesses_for, scope_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import (
    activate,
    close_accesses_of_accounts,
    grant_access,
    reopen_accesses,
    revoke_access,
)
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.services import drop_mails
from tests import factories
from tests.cabinet_pages.access.conftest import ask, confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def vin(db: None) -> Any:
    return factories.make_operator("vin@example.com", factories.make_branch("VIN"))


def test_a_branch_opens_further_accounts_to_a_person_it_knows_without_a_code(vin: Any) -> None:
    user, first, second = factories.make_user(), factories.make_account("80-1"), factories.make_account("80-2")
    factories.grant(user, first, valid_until=kyiv_today() + timedelta(days=30))
    grant_access(by=vin, user=user, account_ids=[first.pk, second.pk])
    assert [access.account.number for access in accesses_for(user)] == ["80-1", "80-2"]
    added = Access.objects.get(account=second)
    assert added.valid_until == kyiv_today() + timedelta(days=30), "the power of attorney bounds the added account too"
    mail = OutgoingMail.objects.get(to=user.email)
    assert "80-2" in mail.text
    assert "80-1" not in mail.text
    with pytest.raises(Refused, match="already_open"):
        grant_access(by=vin, user=user, account_ids=[second.pk])


def test_a_person_unknown_to_the_branch_needs_a_request(vin: Any) -> None:
    user, account = factories.make_user(), factories.make_account()
    tro = factories.make_branch("TRO")
    factories.grant(user, factories.make_account("80-36", tro))
    with pytest.raises(Refused, match="no_live_access"):
        grant_access(by=vin, user=user, account_ids=[account.pk])


def test_a_branch_opens_and_takes_its_own_accounts_only(vin: Any) -> None:
    user = factories.make_user()
    foreign = factories.grant(user, factories.make_account("80-36", factories.make_branch("TRO")))
    with pytest.raises(Refused, match="not_your_branch"):
        grant_access(by=vin, user=user, account_ids=[foreign.account_id])
    with pytest.raises(Refused, match="not_your_branch"):
        revoke_access(by=vin, access=foreign, reason="так")
    assert accesses_for(user).count() == 1


def test_a_revoked_access_is_gone_at_once_and_the_person_is_told_why(vin: Any) -> None:
    access = factories.grant(factories.make_user(), factories.make_account("80-1"))
    with pytest.raises(Refused, match="reason_required"):
        revoke_access(by=vin, access=access, reason=" ")
    revoke_access(by=vin, access=access, reason="звільнення")
    assert scope_for(access.user, "80-1") is None
    assert "звільнення" in OutgoingMail.objects.get(to=access.user.email).text
    entry = ModelLogEntry.objects.get(action=audit.ACCESS_REVOKE)
    assert (entry.user, entry.data["reason"]) == (vin, "звільнення")
    with pytest.raises(Refused, match="already_closed"):
        revoke_access(by=vin, access=access, reason="ще раз")


def test_an_owner_takes_a_colleagues_access_but_a_viewer_and_a_stranger_do_not() -> None:
    account = factories.make_account("80-1")
    owner, colleague = factories.make_user(), factories.make_user()
    own, theirs = factories.grant(owner, account), factories.grant(colleague, account, Role.SUBMITTER)
    viewer = factories.make_user()
    factories.grant(viewer, account, Role.VIEWER)
    for by in (viewer, colleague, factories.make_user()):
        with pytest.raises(Refused, match="not_your_branch"):
            revoke_access(by=by, access=own, reason="ні")
    with pytest.raises(Refused, match="own_access"):
        revoke_access(by=owner, access=own, reason="сам")
    revoke_access(by=owner, access=theirs, reason="звільнення")
    assert scope_for(colleague, "80-1") is None


def test_the_owners_page_shows_colleagues_and_closes_their_access(client: Client, section: Any) -> None:
    account = factories.make_account("80-1")
    owner = factories.make_user()
    colleague = factories.make_user("colleague@example.com", first_name="Їжак", last_name="Лісовий")
    factories.grant(owner, account)
    theirs = factories.grant(colleague, account, Role.VIEWER)
    client.force_login(owner)
    address = reverse("cabinet_access", kwargs={"number": "80-1"})
    page = client.get(address).content.decode()
    assert "Їжак Лісовий" in page
    assert "лише переглядає" in page
    assert client.post(address, {"access": theirs.pk, "reason": ""}).status_code == 422
    answer = client.post(address, {"access": theirs.pk, "reason": "звільнення"}, follow=True)
    assert "Доступ закрито." in answer.content.decode()
    assert "colleague@example.com" not in answer.content.decode()
    assert client.post(address, {"access": theirs.pk, "reason": "ще"}).status_code == 404


def test_the_owners_page_is_absent_for_everybody_else(client: Client, section: Any) -> None:
    account = factories.make_account("80-1")
    factories.grant(factories.make_user(), account)
    viewer, stranger = factories.make_user(), factories.make_user()
    factories.grant(viewer, account, Role.VIEWER)
    own, absent = (reverse("cabinet_access", kwargs={"number": number}) for number in ("80-1", "80-404"))
    for user in (viewer, stranger):
        client.force_login(user)
        assert [client.get(address).status_code for address in (own, absent)] == [404, 404]
        assert client.post(own, {"access": 1, "reason": "ні"}).status_code == 404
    client.logout()
    assert client.get(own).status_code == 302


def test_a_change_of_owner_closes_every_access_and_every_code_of_the_account() -> None:
    account, kept = factories.make_account("80-1"), factories.make_account("80-2")
    users = [factories.make_user() for _ in range(3)]
    for user in users[:2]:
        factories.grant(user, account)
        factories.grant(user, kept)
    request = ask(users[2])
    code = confirm(request, account)
    closed = close_accesses_of_accounts(
        account_ids=[account.pk], reason="зміна споживача", event="import:7:", mail_delay=timedelta(minutes=30)
    )
    assert {(row.user_id, row.account_id) for row in closed} == {(user.pk, account.pk) for user in users[:2]}
    for user in users[:2]:
        assert [access.account.number for access in accesses_for(user)] == ["80-2"]
    with pytest.raises(Refused, match="code_replaced"):
        activate(user=users[2], code=code)
    request.refresh_from_db()
    assert request.state == RequestState.REFUSED
    mails = OutgoingMail.objects.filter(event_key__startswith="import:7:access-closed:")
    assert {mail.to for mail in mails} == {user.email for user in users[:2]}
    told = OutgoingMail.objects.get(event_key=f"import:7:request-refused:{request.uuid}")
    assert (told.to, "зміна споживача" in told.text) == (users[2].email, True)
    assert all(mail.send_after > timezone.now() + timedelta(minutes=29) for mail in mails)


def test_an_undone_change_of_owner_opens_the_accesses_again_and_announces_nothing() -> None:
    user, account = factories.make_user(), factories.make_account("80-1")
    factories.grant(user, account)
    closed = close_accesses_of_accounts(
        account_ids=[account.pk], reason="зміна", event="import:7:", mail_delay=timedelta(minutes=30)
    )
    assert reopen_accesses(access_ids=[row.access_id for row in closed]) == 1
    assert drop_mails(event_prefix="import:7:") == 1
    assert accesses_for(user).count() == 1
    assert not OutgoingMail.objects.exists()
    assert reopen_accesses(access_ids=[row.access_id for row in closed]) == 0


def test_closing_many_accounts_takes_few_statements(django_assert_max_num_queries: Any) -> None:
    user = factories.make_user()
    accounts = [factories.make_account() for _ in range(40)]
    for account in accounts:
        factories.grant(user, account)
    with django_assert_max_num_queries(20):
        close_accesses_of_accounts(account_ids=[account.pk for account in accounts], reason="зміна")
    assert not accesses_for(user).exists()
    assert OutgoingMail.objects.filter(to=user.email).count() == 1


def test_a_switched_off_login_sees_nothing() -> None:
    user, account = factories.make_user(), factories.make_account("80-1")
    factories.grant(user, account)
    user.is_active = False
    user.save()
    assert scope_for(user, "80-1") is None
