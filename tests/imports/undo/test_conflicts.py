"""What was changed since, and what others stand on, stays; the rest goes back."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cabinet_pages.access.models import Access, AccessRequest, RequestState
from cabinet_pages.access.queries import accesses_for, scope_for
from cabinet_pages.access.services import activate
from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.billing.models import Invoice
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.payments.models import Payment
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState, ReadingSubmission
from cabinet_pages.state_hash import state_hash
from imports.engine.undoing import UndoResult, obstacle, undo
from imports.models import BatchState, ImportBatch, RowIssue
from tests.cabinet_pages.access.conftest import ask, confirm
from tests.factories import (
    grant,
    make_account,
    make_article,
    make_branch,
    make_invoice,
    make_payment,
    make_register,
    make_user,
)
from tests.imports.resources.loading import applied, csv_file

pytestmark = pytest.mark.django_db

PAYMENTS = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
ACCOUNTS = ("Особовий рахунок", "Замовник", "код ЄДРПОУ", "Код контрагента")
METERING = ("Особовий рахунок", "Код ТУ", "Точка обліку", "№ лічильника", "Енергія", "Зона")
READINGS = ("Особовий рахунок", "Код ТУ", "№ лічильника", "Дата", "Показання", "Тип")
INVOICES = ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума з ПДВ", "Коригує рахунок №")
JANUARY = date(2026, 1, 1)
OLD = ("80-1", "ТОВ Перше", "32855961", "К-1")
NEW = ("80-1", "ТОВ Друге", "14360570", "К-2")

Load = Callable[..., ImportBatch]


@pytest.fixture
def vin() -> Branch:
    return make_branch("VIN")


@pytest.fixture
def load(vin: Branch) -> Load:
    """Rows of a kind, applied for VIN."""

    def run(kind: str, *rows: tuple[str, ...], **options: Any) -> ImportBatch:
        return applied(kind, csv_file(rows, encoding="utf-8"), branch=vin, **options)

    return run


def paid(*rows: tuple[str, str]) -> tuple[tuple[str, ...], ...]:
    """Payments of 80-1 by document and amount."""
    return (PAYMENTS, *(("80-1", document, "03.01.2026", "Пеня", amount) for document, amount in rows))


def reasons(result: UndoResult) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.account, one.code) for one in result.conflicts]


def amounts() -> dict[str, Decimal]:
    return dict(Payment.objects.values_list("document", "amount"))


def test_a_row_that_a_later_file_changed_is_left_alone_and_listed(load: Load) -> None:
    make_account("80-1")
    first = load("payments", *paid(("Д1", "1,00"), ("Д2", "2,00"), ("Д3", "3,00")))
    second = load("payments", *paid(("Д2", "20,00"), ("Д4", "4,00")))
    result = undo(first)
    assert (result.state, result.restored) == ("undone", 2)
    assert reasons(result) == [(3, "80-1", "changed_since")]
    assert amounts() == {"Д2": Decimal("20.00"), "Д4": Decimal("4.00")}
    assert result.batch is not None
    assert [(one.row, one.code) for one in RowIssue.objects.filter(batch=result.batch)] == [(3, "changed_since")]
    assert (result.batch.rows, result.batch.changed, result.batch.rejected) == (3, 2, 1)
    # The later file gives back what it found, which the first had written.
    assert undo(second).restored == 2
    assert amounts() == {"Д2": Decimal("2.00")}


def test_a_value_that_only_the_later_file_has_a_column_for_is_a_change_too(load: Load) -> None:
    make_account("80-1")
    first = load("payments", *paid(("Д1", "1,00")))
    heading, row = paid(("Д1", "1,00"))
    load("payments", (*heading, "Призначення"), (*row, "за січень"))
    result = undo(first)
    assert (result.state, result.code, reasons(result)) == (
        "refused",
        "nothing_restored",
        [(2, "80-1", "changed_since")],
    )


def test_a_row_changed_and_changed_back_is_taken_back(load: Load) -> None:
    make_account("80-1")
    first = load("payments", *paid(("Д1", "1,00")))
    load("payments", *paid(("Д1", "5,00")))
    load("payments", *paid(("Д1", "1,00"), ("Д2", "1,00")))
    assert undo(first).restored == 1
    assert list(amounts()) == ["Д2"]


def test_an_object_that_is_gone_is_a_conflict(load: Load) -> None:
    make_account("80-1")
    first = load("payments", *paid(("Д1", "1,00"), ("Д2", "2,00")))
    Payment.objects.filter(document="Д1").delete()
    result = undo(first)
    assert (result.restored, reasons(result)) == (1, [(2, "80-1", "gone")])


def test_where_nothing_can_be_restored_nothing_changes(load: Load) -> None:
    make_account("80-1")
    first = load("payments", *paid(("Д1", "1,00")))
    load("payments", *paid(("Д1", "5,00")))
    stored, batches = state_hash(), ImportBatch.objects.count()
    result = undo(first)
    assert (result.state, result.restored, result.conflicts_total, result.batch) == ("refused", 0, 1, None)
    first.refresh_from_db()
    assert (first.state, state_hash(), ImportBatch.objects.count()) == (BatchState.APPLIED, stored, batches)


def test_what_is_not_applied_cannot_be_undone_and_an_undo_neither(load: Load) -> None:
    make_account("80-1")
    batch = load("payments", *paid(("Д1", "1,00")))
    result = undo(batch)
    assert result.batch is not None
    assert [obstacle(one) for one in (result.batch, batch)] == ["undo_of_undo", "already_undone"]
    for one in (result.batch, batch):
        assert (undo(one).state, undo(one).restored) == ("refused", 0)
    assert obstacle(ImportBatch(state=BatchState.APPLIED, kind="forgotten")) == "kind_not_installed"
    for state in set(BatchState) - {BatchState.APPLIED, BatchState.UNDONE}:
        assert obstacle(ImportBatch(state=state)) == "not_applied"


@pytest.mark.parametrize(
    ("stand", "code"),
    [
        (lambda account: make_payment(account, date(2026, 1, 3), "1.00"), "has_billing"),
        (make_invoice, "has_billing"),
        (lambda account: grant(make_user(), account), "has_access"),
        (make_register, "has_metering"),
        (lambda account: account.window_reopenings.create(period=JANUARY, open_until=JANUARY), "has_readings"),
    ],
)
def test_an_account_on_which_something_stands_stays(load: Load, stand: Callable[[Account], Any], code: str) -> None:
    batch = load("accounts", ACCOUNTS, OLD, ("80-2", "ТОВ Друге", "14360570", ""))
    stand(Account.objects.get(number="80-1"))
    result = undo(batch)
    assert (result.restored, reasons(result)) == (1, [(2, "80-1", code)])
    assert list(Account.objects.values_list("number", flat=True)) == ["80-1"]
    assert Customer.objects.get().name == "ТОВ Перше"


def test_an_account_that_was_in_use_before_gets_its_earlier_values_back(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD)
    make_payment(Account.objects.get(), date(2026, 1, 3), "1.00")
    before = state_hash()
    assert undo(load("accounts", ACCOUNTS, ("80-1", "ТОВ Інше", "32855961", "К-1"))).state == "undone"
    assert state_hash() == before


def test_an_undone_change_of_customer_opens_access_and_codes_again_and_tells_nobody(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD)
    account = Account.objects.get()
    person, newcomer = make_user("old@example.com"), make_user("newcomer@example.com")
    grant(person, account)
    request = ask(newcomer)
    code = confirm(request, account)
    OutgoingMail.objects.all().delete()
    before = state_hash()
    batch = load("accounts", ACCOUNTS, NEW)
    assert scope_for(person, "80-1") is None
    assert OutgoingMail.objects.count() == 2
    result = undo(batch)
    assert (result.state, reasons(result)) == ("undone", [])
    assert state_hash() == before
    scope = scope_for(person, "80-1")
    assert scope is not None
    assert scope.visible_from is None
    assert not OutgoingMail.objects.exists()
    assert AccessRequest.objects.get().state == RequestState.CONFIRMED
    activate(user=newcomer, code=code)
    assert scope_for(newcomer, "80-1") is not None


def test_a_change_of_customer_that_the_new_one_has_made_use_of_stays(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD, ("80-2", "ТОВ Третє", "", "К-3"))
    old, other, new = make_user("old@example.com"), make_user("other@example.com"), make_user("new@example.com")
    account, second = Account.objects.order_by("number")
    grant(old, account)
    grant(other, second)
    batch = load("accounts", ACCOUNTS, NEW, ("80-2", "ТОВ Четверте", "", "К-4"))
    grant(new, account)
    result = undo(batch)
    assert (result.restored, reasons(result)) == (1, [(2, "80-1", "new_owner_at_work")])
    assert scope_for(old, "80-1") is None
    assert scope_for(new, "80-1") is not None
    assert scope_for(other, "80-2") is not None
    # What stays as it is is told; what was taken back is not.
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["old@example.com"]


def test_access_that_was_granted_and_closed_since_keeps_the_change_of_customer_too(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD)
    batch = load("accounts", ACCOUNTS, NEW)
    Access.objects.create(
        user=make_user(), account=Account.objects.get(), granted_at=timezone.now(), closed_at=timezone.now()
    )
    assert reasons(undo(batch)) == [(2, "80-1", "new_owner_at_work")]


def test_a_customer_that_a_new_account_has_renamed_gets_the_name_back(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD)
    before = state_hash()
    batch = load("accounts", ACCOUNTS, ("80-2", "ТОВ Перейменоване", "32855961", "К-1"))
    assert Account.objects.select_related("customer").get(number="80-1").customer.name == "ТОВ Перейменоване"
    assert undo(batch).state == "undone"
    assert state_hash() == before


def test_a_new_account_leaves_what_its_file_lacks_of_a_known_customer(load: Load) -> None:
    load("accounts", (*ACCOUNTS, "ІПН"), (*OLD, "328559602281"))
    load("accounts", ACCOUNTS, ("80-2", "ТОВ Перше", "32855961", "К-1"))
    assert list(Customer.objects.values_list("vat_number", flat=True)) == ["328559602281"]


def test_a_register_with_readings_stays_with_its_meter_and_point(load: Load) -> None:
    make_account("80-1")
    place = ("80-1", "ТУ-1", "Цех", "1")
    batch = load(
        "metering", METERING, (*place, "A+", "0"), (*place, "R+", "0"), ("80-1", "ТУ-2", "Склад", "2", "A+", "0")
    )
    load("readings", READINGS, ("80-1", "ТУ-1", "1", "31.01.2026", "5", "контрольне"))
    result = undo(batch)
    assert (result.restored, reasons(result)) == (2, [(2, "80-1", "has_readings")])
    assert [register.channel for register in Register.objects.all()] == ["A+"]
    assert (Meter.objects.count(), MeteringPoint.objects.count()) == (1, 1)


def test_a_register_added_to_a_known_meter_leaves_point_meter_and_multiplier_as_they_were(load: Load) -> None:
    make_account("80-1")
    heading = (*METERING, "Тип лічильника", "Розрахунковий коефіцієнт", "Коефіцієнт діє з")
    load("metering", heading, ("80-1", "ТУ-1", "Цех", "1", "A+", "0", "НІК", "20", "01.01.2026"))
    before = state_hash()
    batch = load("metering", heading, ("80-1", "ТУ-1", "Склад", "1", "R+", "0", "Ace", "30", "01.02.2026"))
    assert MeterRatio.objects.count() == 2
    assert undo(batch).state == "undone"
    assert state_hash() == before
    same_day = load("metering", heading, ("80-1", "ТУ-1", "Склад", "1", "R+", "0", "Ace", "30", "01.01.2026"))
    assert undo(same_day).state == "undone"
    assert state_hash() == before


def test_a_reading_from_which_a_volume_was_computed_stays(load: Load) -> None:
    account = make_account("80-1")
    register = make_register(account, "ТУ-1", serial="1")
    batch = load(
        "readings", READINGS, *(("80-1", "ТУ-1", "1", day, "5", "контрольне") for day in ("31.12.2025", "30.12.2025"))
    )
    Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal(9),
        previous_on=date(2025, 12, 31), previous_value=Decimal(5),
    )  # fmt: skip
    result = undo(batch)
    assert (result.restored, reasons(result)) == (1, [(2, "80-1", "has_volumes")])


def test_a_reading_that_divides_a_volume_stays(load: Load) -> None:
    register = make_register(make_account("80-1"), "ТУ-1", serial="1")
    batch = load(
        "readings", READINGS, *(("80-1", "ТУ-1", "1", day, "5", "контрольне") for day in ("15.01.2026", "01.02.2026"))
    )
    Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal(9),
        previous_on=date(2025, 12, 31), previous_value=Decimal(1),
        steps=[{"previous": "1", "value": "5"}, {"previous": "5", "value": "9"}],
    )  # fmt: skip
    result = undo(batch)
    assert (result.restored, reasons(result)) == (1, [(2, "80-1", "has_volumes")])


def test_a_verdict_that_the_customer_has_answered_stays(load: Load) -> None:
    account = make_account("80-1")
    register = make_register(account, "ТУ-1", serial="1")
    sent = Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal(9)
    )
    heading = ("ReadingId", "Стан", "Причина")
    batch = load("readings", heading, (str(sent.uuid), "відхилено", "помилка"))
    assert undo(batch).state == "undone"
    sent.refresh_from_db()
    assert (sent.state, sent.state_reason) == (ReadingState.SUBMITTED, "")
    batch = load("readings", heading, (str(sent.uuid), "відхилено", "помилка"))
    Reading.objects.filter(pk=sent.pk).update(is_current=False)
    submission = ReadingSubmission.objects.create(
        account=account, period=date(2026, 1, 1), submitted_at=timezone.now() + timedelta(minutes=1)
    )
    Reading.objects.create(
        register=register, period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal(10), version=2,
        submission=submission, kind=ReadingKind.CUSTOMER,
    )  # fmt: skip
    assert reasons(undo(batch)) == [(2, "80-1", "newer_version")]


def test_an_invoice_that_a_later_file_corrects_stays_and_one_of_the_same_file_does_not_hold_it(load: Load) -> None:
    make_account("80-1")
    make_article("Пеня", carries_vat=False)
    own = [("80-1", "1", "31.01.2026", "Пеня", "1,00", ""), ("80-1", "2", "05.02.2026", "Пеня", "-1,00", "1")]
    batch = load("invoices", INVOICES, *own)
    assert undo(batch).restored == 2
    batch = load("invoices", INVOICES, own[0])
    load("invoices", INVOICES, own[1])
    result = undo(batch)
    assert (result.state, reasons(result)) == ("refused", [(2, "80-1", "has_corrections")])
    assert Invoice.objects.count() == 2


def test_an_invoice_in_which_readings_were_billed_since_stays(load: Load) -> None:
    make_register(make_account("80-1"), "ТУ-1", serial="1")
    make_article("Пеня", carries_vat=False)
    batch = load("invoices", INVOICES, ("80-1", "17", "31.01.2026", "Пеня", "1,00", ""))
    load(
        "readings",
        (*READINGS, "Стан", "Рахунок №"),
        ("80-1", "ТУ-1", "1", "31.01.2026", "5", "прийняте", "у рахунку", "17"),
    )
    assert reasons(undo(batch)) == [(2, "80-1", "has_verdicts")]


def test_what_a_complete_file_withdrew_is_in_force_again(load: Load) -> None:
    make_account("80-1")
    load("payments", *paid(("Д1", "1,00"), ("Д2", "2,00")))
    before = state_hash()
    batch = load(
        "payments", *paid(("Д1", "1,00")), complete=(date(2026, 1, 1), date(2026, 1, 31)), accept=("vanished",)
    )
    assert (batch.withdrawn, Payment.objects.get(document="Д2").withdrawn) == (1, True)
    revived = load("payments", *paid(("Д2", "2,00")))
    assert not Payment.objects.get(document="Д2").withdrawn
    # What somebody has revived since is not withdrawn any more.
    assert [one.code for one in undo(batch).conflicts] == ["changed_since"]
    assert undo(revived).state == "undone"
    assert Payment.objects.get(document="Д2").withdrawn
    assert undo(batch).state == "undone"
    assert state_hash() == before


def test_the_access_of_somebody_who_lost_nothing_is_left_alone(load: Load) -> None:
    load("accounts", ACCOUNTS, OLD)
    person = make_user()
    grant(person, Account.objects.get())
    assert undo(load("accounts", ACCOUNTS, ("80-1", "ТОВ Інше", "32855961", "К-1"))).state == "undone"
    assert accesses_for(person).count() == 1
