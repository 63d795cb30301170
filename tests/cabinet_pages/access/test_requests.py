"""Requests: submit, withdraw, the branch's inbox, confirm and refuse."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from wagtail.models import ModelLogEntry

from cabinet_pages.access import audit
from cabinet_pages.access.models import AccessRequest, ActivationCode, RequestState
from cabinet_pages.access.queries import candidates, requests_for_staff, unknown_numbers
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import (
    activate,
    confirm_request,
    refuse_request,
    submit_request,
    take_back_confirmation,
    withdraw_request,
)
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories
from tests.cabinet_pages.access.conftest import ask, confirm

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def test_a_request_lands_in_the_inbox_of_its_branch_only() -> None:
    request = ask(factories.make_user(), "VIN")
    vin, tro = (factories.make_operator(f"{code}@example.com", factories.make_branch(code)) for code in ("VIN", "TRO"))
    central = factories.make_operator("central@example.com", None)
    assert list(requests_for_staff(vin)) == [request]
    assert list(requests_for_staff(central)) == [request]
    assert not requests_for_staff(tro).exists()
    assert not requests_for_staff(request.user).exists()


def test_the_same_form_sent_twice_makes_one_request() -> None:
    user, token = factories.make_user(), uuid4()
    fields: dict[str, Any] = {
        "user": user,
        "token": token,
        "branch": factories.make_branch(),
        "customer_code": "30036471",
        "account_numbers": ["80-1"],
        "position": "директор",
    }
    assert submit_request(**fields) == submit_request(**fields)
    assert AccessRequest.objects.count() == 1
    assert ModelLogEntry.objects.filter(action=audit.REQUEST_SUBMIT).count() == 1


def test_a_scan_is_kept_outside_the_public_files_under_a_name_of_ours(settings: Any) -> None:
    request = ask(factories.make_user(), scan=ContentFile(PDF, name="../../Довіреність №1.pdf"))
    assert request.scan.storage is storages["private"]
    assert request.scan.path.startswith(settings.PRIVATE_ROOT)
    assert request.scan.name.endswith(".pdf")
    assert "Довіреність" not in request.scan.name


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"MZ\x90\x00not a scan", "scan_kind"), (b"", "scan_empty"), (PDF + b"0" * 2000, "scan_size")],
)
def test_a_scan_of_another_kind_or_too_large_is_refused(settings: Any, content: bytes, code: str) -> None:
    settings.WAGTAIL_CABINET = {"SCAN_MAX_BYTES": 1000}
    with pytest.raises(Refused, match=code):
        ask(factories.make_user(), scan=ContentFile(content, name="scan.pdf"))
    assert not AccessRequest.objects.exists()


def test_a_branch_out_of_service_takes_no_requests() -> None:
    factories.make_branch("OLD", is_active=False)
    with pytest.raises(Refused, match="branch_inactive"):
        ask(factories.make_user(), "OLD")


def test_the_inbox_shows_the_branchs_accounts_that_a_request_may_mean_and_what_differs() -> None:
    tro = factories.make_branch("TRO")
    named = factories.make_account("80-431930", contract_number="5")
    other_code = factories.make_account(
        "80-500", customer=factories.make_customer("ФОП Інша", code="11111111"), contract_number="7"
    )
    by_code = factories.make_account("80-600")
    factories.make_account("80-36", tro)
    factories.make_account("80-700", customer=factories.make_customer("Чужа", code="22222222"))
    factories.grant(factories.make_user(), named)
    request = ask(
        factories.make_user(), account_numbers=["80-431930", "80-500", "80-36", "80-999"], contract_number="5"
    )
    found = {item.account.number: item for item in candidates(request)}
    assert list(found) == ["80-431930", "80-500", "80-600"]
    assert (found["80-431930"].is_named, found["80-431930"].code_differs, found["80-431930"].open_to) == (
        True,
        False,
        1,
    )
    assert found["80-500"].code_differs
    assert found["80-500"].contract_differs
    assert not found["80-600"].is_named
    assert {other_code, by_code} <= {item.account for item in found.values()}
    assert unknown_numbers(request) == ["80-36", "80-999"], "an account of another branch is an unknown one"


def test_only_the_branch_of_the_request_decides_it() -> None:
    user, account = factories.make_user(), factories.make_account()
    request = ask(user)
    for by in (user, factories.make_operator("tro@example.com", factories.make_branch("TRO"))):
        with pytest.raises(Refused, match="not_your_branch"):
            confirm_request(by=by, request=request, account_ids=[account.pk])
        with pytest.raises(Refused, match="not_your_branch"):
            refuse_request(by=by, request=request, reason="ні")
    request.refresh_from_db()
    assert request.state == RequestState.SUBMITTED
    assert not ActivationCode.objects.exists()


def test_a_confirmation_takes_accounts_of_the_branch_and_at_least_one() -> None:
    request = ask(factories.make_user())
    operator = factories.make_operator("central@example.com", None)
    foreign = factories.make_account("80-36", factories.make_branch("TRO"))
    own = factories.make_account()
    for ids, code in (([], "no_accounts"), ([own.pk, foreign.pk], "foreign_account"), ([10**9], "foreign_account")):
        with pytest.raises(Refused, match=code):
            confirm_request(by=operator, request=request, account_ids=ids)
    assert not OutgoingMail.objects.exists()


def test_a_request_is_decided_once() -> None:
    request, account = ask(factories.make_user()), factories.make_account()
    operator = factories.make_operator("vin@example.com", request.branch)
    stale = AccessRequest.objects.get(pk=request.pk)
    confirm_request(by=operator, request=request, account_ids=[account.pk])
    with pytest.raises(Refused, match="already_decided"):
        confirm_request(by=operator, request=stale, account_ids=[account.pk])
    with pytest.raises(Refused, match="already_decided"):
        refuse_request(by=operator, request=stale, reason="пізно")
    assert ActivationCode.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_refusal_needs_a_reason_and_mails_it_in_the_persons_language() -> None:
    user = factories.make_user("reader@example.com")
    user.cabinet_person.language = "en"
    user.cabinet_person.save()
    request = ask(user)
    operator = factories.make_operator("vin@example.com", request.branch)
    with pytest.raises(Refused, match="reason_required"):
        refuse_request(by=operator, request=request, reason="  ")
    refuse_request(by=operator, request=request, reason="Довіреність не завірена & прострочена")
    mail = OutgoingMail.objects.get(to="reader@example.com")
    assert mail.subject == "Your request is refused"
    assert "Довіреність не завірена & прострочена" in mail.text
    assert "&amp; прострочена" in mail.html


def test_a_person_withdraws_their_own_open_request_only() -> None:
    user, account = factories.make_user(), factories.make_account()
    request = ask(user)
    with pytest.raises(Refused):
        withdraw_request(user=factories.make_user(), request=request)
    withdraw_request(user=user, request=request)
    with pytest.raises(Refused, match="already_decided"):
        withdraw_request(user=user, request=request)
    operator = factories.make_operator("vin@example.com", request.branch)
    with pytest.raises(Refused, match="already_decided"):
        confirm_request(by=operator, request=request, account_ids=[account.pk])


def test_every_step_is_in_the_log_with_who_did_it() -> None:
    user, account = factories.make_user(), factories.make_account()
    confirm(ask(user), account)
    actions = list(ModelLogEntry.objects.order_by("pk").values_list("action", "user__email"))
    assert actions[0] == (audit.REQUEST_SUBMIT, user.email)
    assert actions[-1][0] == audit.REQUEST_CONFIRM
    assert actions[-1][1].startswith("operator.vin")


def test_a_confirmation_can_be_taken_back_while_its_code_is_unused() -> None:
    user, account = factories.make_user(), factories.make_account()
    request = ask(user)
    code = confirm(request, account)
    operator = factories.make_operator("second@example.com", request.branch)
    with pytest.raises(Refused, match="reason_required"):
        take_back_confirmation(by=operator, request=request, reason=" ")
    take_back_confirmation(by=operator, request=request, reason="Помилково обрано рахунок")
    request.refresh_from_db()
    assert (request.state, request.refusal_reason) == (RequestState.REFUSED, "Помилково обрано рахунок")
    with pytest.raises(Refused):
        activate(user=user, code=code)
    mail = OutgoingMail.objects.filter(to=user.email).order_by("-pk").first()
    assert mail is not None
    assert "Помилково обрано рахунок" in mail.text


def test_a_used_confirmation_and_a_foreign_one_cannot_be_taken_back() -> None:
    user, account = factories.make_user(), factories.make_account()
    request = ask(user)
    code = confirm(request, account)
    stranger = factories.make_operator("tro@example.com", factories.make_branch("TRO"))
    with pytest.raises(Refused, match="not_your_branch"):
        take_back_confirmation(by=stranger, request=request, reason="чуже")
    activate(user=user, code=code)
    operator = factories.make_operator("second@example.com", request.branch)
    with pytest.raises(Refused, match="already_decided"):
        take_back_confirmation(by=operator, request=request, reason="пізно")
    assert user.cabinet_accesses.filter(closed_at__isnull=True).count() == 1
