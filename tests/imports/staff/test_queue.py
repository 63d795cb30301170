"""«Нерознесені надходження»: who sees which, what is decided, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.accounts.models import Branch, PaymentsSource
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.services import CreditRefused, assign_bank_credit, dismiss_bank_credit
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld, make_world

INDEX = reverse("cabinet_pages_bankcredit_modeladmin_index")


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def url_of(credit: BankCredit) -> str:
    return reverse("cabinet_pages_bankcredit_modeladmin_inspect", args=[credit.pk])


def acts(credit: BankCredit) -> list[str]:
    entries = ModelLogEntry.objects.filter(object_id=str(credit.pk), content_type__model="bankcredit")
    return sorted(entries.values_list("action", flat=True))


def test_a_receipt_is_assigned_on_the_screen_once_and_leaves_the_queue(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client, credit = as_user(world.vin.operator), world.vin.records["bankcredit"]
    page = client.get(url_of(credit)).content.decode()
    for seen in ("Рознести", "Не наш платіж", "Номер особового рахунку", world.vin.canary):
        assert seen in page
    data = {"action": "assign", "account": " 80-431930 ", "article": make.make_article("Пеня").pk}
    for _ in range(2):
        answer = client.post(url_of(credit), data)
        assert (answer.status_code, answer.url) == (302, INDEX)
    credit.refresh_from_db()
    assert (credit.account, credit.article.name, credit.matched_by) == (world.vin.account, "Пеня", "hand")
    assert acts(credit) == ["cabinet.bank_credit.assign"]
    assert world.vin.canary not in client.get(INDEX).content.decode()
    # Somebody else comes later with another answer.
    other = make.make_account("80-5", world.vin.branch)
    answer = client.post(url_of(credit), {**data, "account": other.number}, follow=True)
    assert "Це надходження вже хтось розніс" in answer.content.decode()
    credit.refresh_from_db()
    assert credit.account == world.vin.account


def test_a_receipt_that_is_not_ours_needs_a_reason_and_can_be_taken_back(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client, credit = as_user(world.vin.operator), world.vin.records["bankcredit"]
    assert client.post(url_of(credit), {"action": "dismiss", "reason": " "}).status_code == 422
    for _ in range(2):
        assert client.post(url_of(credit), {"action": "dismiss", "reason": "повернення депозиту"}).url == INDEX
    credit.refresh_from_db()
    assert (credit.dismissal_reason, credit.dismissed_by) == ("повернення депозиту", world.vin.operator)
    assert acts(credit) == ["cabinet.bank_credit.dismiss"]
    assert world.vin.canary not in client.get(INDEX).content.decode()
    assert world.vin.canary in client.get(f"{INDEX}?state=dismissed").content.decode()
    data = {"action": "assign", "account": "80-431930", "article": make.make_article("Пеня").pk}
    assert client.post(url_of(credit), data).url == INDEX
    credit.refresh_from_db()
    assert (credit.dismissed_at, credit.dismissal_reason, credit.account) == (None, "", world.vin.account)


def test_an_account_of_another_branch_is_an_absent_one(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client, credit = as_user(world.vin.operator), world.vin.records["bankcredit"]
    pages = []
    for number in ("80-36", "80-0000"):
        data = {"action": "assign", "account": number, "article": make.make_article("Пеня").pk}
        answer = client.post(url_of(credit), data)
        assert answer.status_code == 422
        pages.append(answer.content.decode().replace(number, "N"))
        assert "не знайдено" in pages[-1]
    assert world.tro.canary not in "".join(pages)
    assert BankCredit.objects.get(pk=credit.pk).account is None


def test_the_services_ask_for_the_branch_themselves(world: StaffWorld) -> None:
    credit, article = world.vin.records["bankcredit"], make.make_article("Пеня")
    with pytest.raises(CreditRefused) as refused:
        assign_bank_credit(credit_id=credit.pk, account_number="80-36", article_id=article.pk, by=world.tro.operator)
    assert refused.value.code == "no_such_credit"
    with pytest.raises(CreditRefused) as refused:
        dismiss_bank_credit(credit_id=credit.pk, reason="x", by=world.tro.operator)
    assert refused.value.code == "no_such_credit"
    both = make.make_operator("both@example.com", world.vin.branch)
    world.tro.branch.operators.create(user=both)
    with pytest.raises(CreditRefused) as refused:
        assign_bank_credit(credit_id=credit.pk, account_number="80-36", article_id=article.pk, by=both)
    assert refused.value.code == "other_branch"
    # The central office's own queue belongs to no branch, and its receipts may go to any.
    free = make.make_bank_credit(None)
    with pytest.raises(CreditRefused):
        assign_bank_credit(credit_id=free.pk, account_number="80-36", article_id=article.pk, by=world.tro.operator)
    assigned = assign_bank_credit(credit_id=free.pk, account_number="80-36", article_id=article.pk, by=world.central)
    assert assigned.branch == world.tro.branch


def test_an_assigned_receipt_finds_the_payment_of_1c_or_is_booked(world: StaffWorld) -> None:
    article, account = make.make_article("Пеня"), world.vin.account
    first = make.make_bank_credit(world.vin.branch, "7.00")
    payment = make.make_payment(account, first.received_on, "7.00")
    operator = world.vin.operator
    assigned = assign_bank_credit(credit_id=first.pk, account_number=account.number, article_id=article.pk, by=operator)
    assert assigned.payment == payment
    Branch.objects.filter(pk=world.vin.branch.pk).update(payments_source=PaymentsSource.BANK)
    second = make.make_bank_credit(world.vin.branch, "8.00")
    assigned = assign_bank_credit(
        credit_id=second.pk, account_number=account.number, article_id=article.pk, by=operator
    )
    assert assigned.payment is not None
    assert (assigned.payment.document[:5], assigned.payment.amount) == ("bank:", second.amount)
    assert Payment.objects.filter(account=account, amount=second.amount).count() == 1


def test_viewers_decide_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    credit = world.vin.records["bankcredit"]
    group = world.vin.operator.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_bankcredit"))
    client = as_user(world.vin.operator)
    assert "Рознести" not in client.get(url_of(credit)).content.decode()
    client.post(url_of(credit), {"action": "dismiss", "reason": "x"})
    assert BankCredit.objects.get(pk=credit.pk).dismissed_at is None


def test_the_queue_is_searched_and_paged_with_a_constant_number_of_queries(
    world: StaffWorld, as_user: Callable[[Any], Client], django_assert_max_num_queries: Any
) -> None:
    client = as_user(world.vin.operator)
    for number in range(120):
        make.make_bank_credit(world.vin.branch, payer=f"ТОВ Платник {number}", payer_code=f"{10_000_000 + number}")
    found = client.get(f"{INDEX}?q=Платник 77").content.decode()
    assert "ТОВ Платник 77" in found
    assert url_of(BankCredit.objects.get(payer="ТОВ Платник 77")) in found
    assert "ТОВ Платник 5<" not in client.get(f"{INDEX}?q=10000077").content.decode()
    client.get(INDEX)
    with django_assert_max_num_queries(20):
        assert client.get(f"{INDEX}?p=2").status_code == 200


def test_a_change_of_the_source_of_payments_books_what_waits(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    credit = make.make_bank_credit(
        world.vin.branch, "9.00", account=world.vin.account, article=make.make_article("Пеня")
    )
    url = reverse("cabinet_pages_branch_modeladmin_edit", args=[world.vin.branch.pk])
    client = as_user(world.central)
    assert "Джерело проведених платежів" in client.get(url).content.decode()
    branch = world.vin.branch
    data = {
        "name": branch.name, "address": "", "phones": "", "email": "", "working_hours": "", "is_active": "on",
        "readings_days_before": "2", "readings_days_after": "3", "payments_source": "bank",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    credit.refresh_from_db()
    assert credit.payment is not None
    assert credit.payment.document.startswith("bank:")
