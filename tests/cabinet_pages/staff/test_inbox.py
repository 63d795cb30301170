"""The inbox: what the branch sees of a request and what it does with it; access of an account; operators."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import Access, AccessRequest, ActivationCode, BranchOperator, RequestState
from cabinet_pages.articles.models import Article
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld


def page_of(request: AccessRequest) -> str:
    return reverse("cabinet_pages_accessrequest_modeladmin_inspect", args=[request.pk])


def access_page(world: StaffWorld) -> str:
    return reverse("cabinet_pages_account_modeladmin_access", args=[world.vin.account.pk])


def test_a_request_stands_beside_the_accounts_found_and_differences_are_marked(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    other = make.make_account("80-5", world.vin.branch, customer=make.make_customer("ФОП Інший", code="1234567890"))
    AccessRequest.objects.filter(pk=world.vin.request.pk).update(account_numbers="80-431930\n80-5\n80-404")
    text = as_user(world.vin.operator).get(page_of(world.vin.request)).content.decode()
    for seen in (world.vin.canary, "30036471", "24.11.2011", other.number, "ФОП Інший", "відрізняється", "80-404"):
        assert seen in text
    assert "checked" in text


def test_confirming_mails_a_code_and_opens_nothing_yet(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    data = {"action": "confirm", "accounts": [world.vin.account.pk]}
    answer = client.post(page_of(world.vin.request), data, follow=True)
    assert "Код активації надіслано" in answer.content.decode()
    # A repeated click changes nothing and says so.
    again = client.post(page_of(world.vin.request), data, follow=True)
    assert again.status_code == 200
    world.vin.request.refresh_from_db()
    assert world.vin.request.state == RequestState.CONFIRMED
    assert list(world.vin.request.accounts.all()) == [world.vin.account]
    assert OutgoingMail.objects.filter(to=world.vin.person.email, event_key__startswith="activation-code").count() == 1
    assert not Access.objects.exists()


def test_accounts_are_added_by_number(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    added = make.make_account("80-900", world.vin.branch)
    client = as_user(world.vin.operator)
    client.post(page_of(world.vin.request), {"action": "confirm", "numbers": "80-900, 80-431930"})
    assert set(world.vin.request.accounts.all()) == {added, world.vin.account}


@pytest.mark.parametrize("way", ["accounts", "numbers"])
def test_an_account_of_another_branch_cannot_be_picked(
    way: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    value = world.tro.account.pk if way == "accounts" else world.tro.account.number
    answer = as_user(world.vin.operator).post(page_of(world.vin.request), {"action": "confirm", way: value})
    assert answer.status_code == 422
    assert world.tro.canary not in answer.content.decode()
    world.vin.request.refresh_from_db()
    assert world.vin.request.state == RequestState.SUBMITTED
    assert not ActivationCode.objects.exists()


def test_confirming_without_an_account_says_what_is_missing(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    answer = as_user(world.vin.operator).post(page_of(world.vin.request), {"action": "confirm"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_refusal_needs_a_reason_and_mails_it(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    assert client.post(page_of(world.vin.request), {"action": "refuse", "reason": " "}).status_code == 422
    answer = client.post(page_of(world.vin.request), {"action": "refuse", "reason": "Немає довіреності"}, follow=True)
    assert "Немає довіреності" in answer.content.decode()
    mail = OutgoingMail.objects.get(to=world.vin.person.email, event_key__startswith="request-refused")
    assert "Немає довіреності" in mail.text


def test_a_new_code_kills_the_old_one(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    client.post(page_of(world.vin.request), {"action": "confirm", "accounts": [world.vin.account.pk]})
    client.post(page_of(world.vin.request), {"action": "resend"})
    assert ActivationCode.objects.filter(request=world.vin.request, killed_at__isnull=True).count() == 1
    assert ActivationCode.objects.filter(request=world.vin.request).count() == 2


def test_a_foreign_operator_decides_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.tro.operator)
    for action in ("confirm", "refuse", "resend"):
        data = {"action": action, "accounts": [world.vin.account.pk], "reason": "ні"}
        assert client.post(page_of(world.vin.request), data).status_code == 404
    world.vin.request.refresh_from_db()
    assert world.vin.request.state == RequestState.SUBMITTED


def test_decisions_need_the_token_of_the_form(world: StaffWorld) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.vin.operator)
    assert client.post(page_of(world.vin.request), {"action": "refuse", "reason": "ні"}).status_code == 403


def test_the_history_of_a_request_names_what_was_done(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    client.post(page_of(world.vin.request), {"action": "refuse", "reason": "ні"})
    url = reverse("cabinet_pages_accessrequest_modeladmin_history", args=[world.vin.request.pk])
    assert world.vin.operator.email in client.get(url).content.decode()


def test_an_account_is_opened_without_a_code_to_a_person_with_live_access_in_the_branch(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    known = make.make_user("known@example.com")
    make.grant(known, make.make_account("80-901", world.vin.branch))
    client = as_user(world.vin.operator)
    answer = client.post(
        access_page(world), {"action": "grant", "email": "KNOWN@example.com", "role": "viewer"}, follow=True
    )
    assert "known@example.com" in answer.content.decode()
    assert Access.objects.get(user=known, account=world.vin.account).role == "viewer"


def test_a_stranger_and_an_unknown_address_get_one_answer(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    make.grant(world.tro.person, world.tro.account)
    client = as_user(world.vin.operator)
    texts = []
    for email in (world.tro.person.email, "nobody@example.com"):
        answer = client.post(access_page(world), {"action": "grant", "email": email, "role": "owner"})
        assert answer.status_code == 422
        texts.append(answer.context["form"].errors["email"])
    assert texts[0] == texts[1]
    assert not Access.objects.filter(account=world.vin.account).exists()


def test_access_is_revoked_with_a_reason_and_only_of_this_account(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    own = make.grant(world.vin.person, world.vin.account)
    foreign = make.grant(world.tro.person, world.tro.account)
    client = as_user(world.vin.operator)
    client.post(access_page(world), {"action": "revoke", "access": own.pk, "reason": ""})
    client.post(access_page(world), {"action": "revoke", "access": foreign.pk, "reason": "звільнено"})
    assert Access.objects.filter(closed_at__isnull=True).count() == 2
    client.post(access_page(world), {"action": "revoke", "access": own.pk, "reason": "звільнено"})
    own.refresh_from_db()
    assert own.closed_at is not None
    assert own.close_reason == "звільнено"


def test_a_new_operator_gets_a_mail_that_leads_to_a_password(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.central)
    url = reverse("cabinet_pages_branchoperator_modeladmin_create")
    client.post(url, {"email": "New.Operator@example.com", "branch": "VIN"})
    right = BranchOperator.objects.get(user__email="new.operator@example.com")
    assert right.branch == world.vin.branch
    mail = OutgoingMail.objects.get(to="new.operator@example.com")
    link = next(line for line in mail.text.splitlines() if line.startswith("http"))
    visitor = Client()
    form = visitor.get("/" + link.split("/", 3)[3], follow=True)
    assert "Новий пароль" in form.content.decode()
    assert ModelLogEntry.objects.filter(action="cabinet.operator.add", user=world.central).count() == 1


def test_an_operator_of_all_branches_and_the_removal_of_one(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.central)
    client.post(
        reverse("cabinet_pages_branchoperator_modeladmin_create"), {"email": "chief@example.com", "branch": "ALL"}
    )
    right = BranchOperator.objects.get(user__email="chief@example.com")
    assert right.branch is None
    client.post(reverse("cabinet_pages_branchoperator_modeladmin_delete", args=[right.pk]))
    assert not BranchOperator.objects.filter(pk=right.pk).exists()
    assert get_user_model().objects.filter(email="chief@example.com").exists()
    assert ModelLogEntry.objects.filter(action="cabinet.operator.remove", user=world.central).count() == 1


def test_a_branch_operator_makes_no_operators(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    url = reverse("cabinet_pages_branchoperator_modeladmin_create")
    as_user(world.vin.operator).post(url, {"email": "friend@example.com", "branch": "VIN"})
    assert not BranchOperator.objects.filter(user__email="friend@example.com").exists()


def test_the_central_office_sets_the_reading_window_of_a_branch(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    url = reverse("cabinet_pages_branch_modeladmin_edit", args=[world.vin.branch.pk])
    window = {"readings_days_before": 5, "readings_days_after": 4}
    data = {"name": "ЕМ", **window, "payments_source": "erp", "is_active": "on", "code": "XXX"}
    as_user(world.central).post(url, data)
    as_user(world.vin.operator).post(url, {**data, "readings_days_before": 9})
    world.vin.branch.refresh_from_db()
    assert (world.vin.branch.code, world.vin.branch.readings_days_before) == ("VIN", 5)


def test_two_articles_may_not_differ_in_spelling_alone(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    url = reverse("cabinet_pages_article_modeladmin_create")
    data = {"name": "АКТИВНА  електроенергія", "order": 1, "is_known": "on"}
    assert "Така стаття вже є" in as_user(world.central).post(url, data).content.decode()
    as_user(world.central).post(url, {**data, "name": "Послуга обліку"})
    assert Article.objects.get(name="Послуга обліку").key


def test_a_request_with_hostile_texts_runs_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    AccessRequest.objects.filter(pk=world.vin.request.pk).update(
        position="<script>alert(1)</script>", account_numbers="<img src=x>", scan_name='"><script>'
    )
    text = as_user(world.vin.operator).get(page_of(world.vin.request)).content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text
