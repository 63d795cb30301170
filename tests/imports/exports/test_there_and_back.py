"""An exported file and billing's answer to it: what comes back, what it changes, what undo takes back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cabinet_pages.access.models import Role
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.rows import history_rows
from cabinet_pages.readings.services import SubmissionRefused
from imports.engine.undoing import undo
from imports.models import BatchState, ImportBatch
from imports.resources.readings import ReadingResource
from imports.staff.differences import Wording
from tests.cabinet_pages.readings.world import NOW, WINDOW, make_world
from tests.factories import grant, make_account, make_branch, make_register, make_site, make_user
from tests.imports.exports.world import (
    ALL_FORMATS,
    JANUARY,
    account_of,
    answered,
    content_of,
    exported,
    sent,
    submission_of,
)
from tests.imports.resources.loading import applied, counts, csv_file, issues, load
from tests.support.outbox import Letter, letters

pytestmark = pytest.mark.django_db
ACCEPTED = {"Status": "прийнято", "Показання прийняте": "1234.5", "Обсяг прийнятий": "6900"}
REJECTED = {"Status": "відхилено", "Причина": "не відповідає контрольному"}
BILLED = {"Status": "у рахунку", "Рахунок №": "17/А", "Показання прийняте": "1230", "Обсяг прийнятий": "6000.5"}
# The present of the tests that ask the clock.
FEBRUARY = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)


def answer(batch: Any, file_format: str, *verdicts: dict[str, str], **options: Any) -> ImportBatch:
    return applied("readings", answered(content_of(batch), file_format, verdicts), branch=batch.branch, **options)


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_an_untouched_file_comes_back_as_nothing_to_change(file_format: str) -> None:
    account = account_of()
    sent(account, "ТУ-1")
    sent(account, "ТУ-2", "0.125", previous_value=None, previous_on=None, multiplier=None, volume=None)
    batch = exported(account, file_format)
    back = load("readings", content_of(batch), branch=account.branch)
    assert (back.state, counts(back)) == (BatchState.UNCHANGED, (2, 0, 0, 2, 0))
    assert issues(back) == []
    assert set(Reading.objects.values_list("state", flat=True)) == {ReadingState.EXPORTED}


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_every_format_brings_the_verdicts(file_format: str) -> None:
    account = account_of()
    first, second, third, fourth = (sent(account, f"ТУ-{number}") for number in range(1, 5))
    batch = exported(account, file_format)
    with time_machine.travel(FEBRUARY, tick=False):
        answer(batch, file_format, ACCEPTED, REJECTED, BILLED, {})
    for one in (first, second, third, fourth):
        one.refresh_from_db()
    assert (first.state, first.accepted_value, first.accepted_volume, first.decided_at) == (
        ReadingState.ACCEPTED, Decimal("1234.5"), 6900, FEBRUARY,
    )  # fmt: skip
    reason = REJECTED["Причина"].replace("і", "i") if file_format == "dbf" else REJECTED["Причина"]
    assert (second.state, second.state_reason, second.decided_at) == (ReadingState.REJECTED, reason, FEBRUARY)
    assert (third.state, third.invoice_number, third.accepted_value, third.accepted_volume) == (
        ReadingState.BILLED, "17/А", 1230, Decimal("6000.5"),
    )  # fmt: skip
    assert (fourth.state, fourth.decided_at) == (ReadingState.EXPORTED, None)


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_five_hundred_readings_go_there_and_back(file_format: str) -> None:
    account = account_of()
    submission = submission_of(account)
    registers = [make_register(account, f"ТУ-{number:03}") for number in range(510)]
    Reading.objects.bulk_create(
        Reading(
            register=one, period=JANUARY, read_on=date(2026, 1, 31), value=Decimal(place) + Decimal("0.125"),
            previous_value=Decimal(place) / 2, multiplier=Decimal(200), volume=Decimal(100 * place),
            submission=submission,
        )
        for place, one in enumerate(registers)
    )  # fmt: skip
    batch = exported(account, file_format)
    untouched = load("readings", content_of(batch), branch=account.branch)
    assert (untouched.state, counts(untouched)) == (BatchState.UNCHANGED, (510, 0, 0, 510, 0))
    back = answer(batch, file_format, *[{"Status": "прийнято", "Обсяг прийнятий": "1"}] * 510)
    assert counts(back) == (510, 0, 510, 0, 0)
    assert Reading.objects.filter(state=ReadingState.ACCEPTED, accepted_volume=1).count() == 510


def test_a_file_that_comes_back_once_more_untouched_takes_no_verdict_back() -> None:
    account = account_of()
    one = sent(account)
    batch = exported(account)
    answer(batch, "csv", BILLED)
    again = load("readings", content_of(batch), branch=account.branch)
    assert (again.state, counts(again)) == (BatchState.UNCHANGED, (1, 0, 0, 1, 0))
    one.refresh_from_db()
    assert (one.state, one.invoice_number) == (ReadingState.BILLED, "17/А")


def test_a_verdict_that_goes_on_keeps_its_moment_until_the_state_changes() -> None:
    account = account_of()
    one = sent(account)
    batch = exported(account)
    moments = []
    for day, verdict in enumerate((ACCEPTED, ACCEPTED | {"Обсяг прийнятий": "6800"}, BILLED)):
        with time_machine.travel(FEBRUARY + timedelta(days=day), tick=False):
            answer(batch, "csv", verdict)
        one.refresh_from_db()
        moments.append(one.decided_at)
    assert moments == [FEBRUARY, FEBRUARY, FEBRUARY + timedelta(days=2)]


def test_undo_gives_back_the_state_and_the_moment_of_the_verdict() -> None:
    account = account_of()
    one, other = sent(account, "ТУ-1"), sent(account, "ТУ-2")
    batch = exported(account)
    with time_machine.travel(FEBRUARY, tick=False):
        first = answer(batch, "csv", ACCEPTED, {})
    with time_machine.travel(FEBRUARY + timedelta(days=1), tick=False):
        second = answer(batch, "csv", REJECTED, BILLED)
        assert undo(second).state == "undone"
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.state_reason, one.accepted_volume, one.decided_at) == (
        ReadingState.ACCEPTED, "", 6900, FEBRUARY,
    )  # fmt: skip
    assert (other.state, other.invoice_number, other.accepted_value, other.decided_at) == (
        ReadingState.EXPORTED, "", None, None,
    )  # fmt: skip
    assert undo(first).state == "undone"
    one.refresh_from_db()
    assert (one.state, one.accepted_value, one.decided_at, one.export) == (ReadingState.EXPORTED, None, None, batch)


def test_the_desk_tells_the_verdict_and_not_the_moment_that_undo_needs() -> None:
    account = account_of()
    sent(account)
    back = answer(exported(account), "csv", BILLED)
    (difference,) = Wording(back, back.batch_rows.all()).differences()
    assert [value.heading for value in difference.values] == [
        str(ReadingResource.fields[name].column_name)
        for name in ("state", "invoice_number", "accepted_value", "accepted_volume")
    ]


@pytest.mark.parametrize(
    "cells", [{"Рахунок №": "17"}, {"Обсяг прийнятий": "5"}, {"Status": "передано", "Причина": "?"}]
)
def test_what_is_filled_in_without_a_state_is_asked_for(cells: dict[str, str]) -> None:
    account = account_of()
    sent(account)
    back = load("readings", answered(content_of(exported(account)), "csv", [cells]), branch=account.branch)
    assert back.state == BatchState.REFUSED
    assert [(row, column, sentence) for row, column, _, sentence in issues(back)] == [
        (2, "Status", "Не вказано «Стан»: «прийнято», «відхилено» або «у рахунку».")
    ]


def test_a_rejection_without_a_reason_and_a_verdict_before_the_export_are_pointed_out() -> None:
    account = account_of()
    one = sent(account)
    back = applied("readings", csv_file([["ReadingId", "Стан"], [one.uuid, "відхилено"]]), branch=account.branch)
    assert [sentence for *_, sentence in issues(back)] == [
        "Не вказано «Причину»: споживач не знатиме, що виправити.",
        "Це показання ще не вивантажено до розрахунку.",
    ]
    one.refresh_from_db()
    assert one.state == ReadingState.REJECTED
    # Billing has decided, so there is nothing left to export.
    assert Reading.objects.filter(export__isnull=False).count() == 0


def test_the_account_of_a_reading_is_told_in_any_encoding_and_no_other_passes_for_it() -> None:
    account = account_of("80-і5ґ")
    sent(account)
    batch = exported(account, "dbf")
    assert load("readings", content_of(batch), branch=account.branch).state == BatchState.UNCHANGED
    rows = [["ReadingId", "Особовий рахунок", "Стан"], [Reading.objects.get().uuid, "80-1", "прийнято"]]
    assert load("readings", csv_file(rows), branch=account.branch).state == BatchState.REFUSED


# --- what the customer sees and may do ------------------------------------------------------------------------------


def test_a_rejected_reading_may_be_sent_again_and_goes_out_with_the_next_batch() -> None:
    make_site()
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        world.submit("1234.5")
        account = world.point.account
        first = exported(account)
        with pytest.raises(SubmissionRefused, match="already_passed"):
            world.submit("1235", confirmed=True, reason="помилка")
        answer(first, "csv", REJECTED)
        world.submit("1235", confirmed=True, reason="помилка")
        second = exported(account)
    assert (second.number, second.rows) == (2, 1)
    assert list(Reading.objects.order_by("version").values_list("version", "state", "export__number")) == [
        (1, "rejected", 1),
        (2, "exported", 2),
    ]
    # A late verdict on the first version is told of, and changes nothing of the second.
    late = answer(first, "csv", ACCEPTED)
    told = [sentence for *_, sentence in issues(late)]
    assert [sentence for sentence in told if "новіше" in sentence or "замінив" in sentence] == told[1:]
    assert "Раніше рішення було інше: «відхилено»" in told[0]
    assert Reading.objects.get(version=2).state == ReadingState.EXPORTED


def test_a_verdict_that_the_customer_has_answered_stays_when_it_is_taken_back() -> None:
    make_site()
    with time_machine.travel(NOW, tick=False) as clock:
        world = make_world()
        world.submit("1234.5")
        batch = exported(world.point.account)
        verdict = answer(batch, "csv", REJECTED)
        clock.shift(60)
        world.submit("1235", confirmed=True, reason="помилка")
        result = undo(verdict)
    assert (result.state, result.code) == ("refused", "nothing_restored")
    assert Reading.objects.get(version=1).state == ReadingState.REJECTED


def test_a_correction_after_the_export_is_refused() -> None:
    make_site()
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        world.submit("1234.5")
        exported(world.point.account)
        with pytest.raises(SubmissionRefused) as refused:
            world.submit("1240", confirmed=True, reason="помилка")
    assert refused.value.code == "already_passed"
    assert Reading.objects.get().value == Decimal("1234.5")


def test_an_accepted_volume_that_differs_is_flagged_in_the_cabinet(client: Client) -> None:
    make_site()
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        world.submit("1234.5")
        answer(exported(world.point.account), "csv", BILLED)
        (row,) = history_rows(Reading.objects.select_related("register__meter__point", "submission"))
        assert (row.reading.volume, row.differs) == (6900, True)
        client.force_login(world.owner)
        page = client.get(f"{WINDOW}points/{world.point.pk}/history/")
    assert "is-different" in page.content.decode()


# --- the mail about rejected readings -------------------------------------------------------------------------------


def mails() -> list[Letter]:
    told = [letter for letter in letters("import:") if ":verdict:" in letter.event_key]
    return sorted(told, key=lambda letter: letter.to)


def test_people_get_one_mail_for_an_account_and_batch_half_an_hour_later() -> None:
    account, other = account_of(), make_account("80-2")
    owner, submitter = make_user("owner@example.com"), make_user("submitter@example.com")
    grant(owner, account)
    grant(submitter, account, Role.SUBMITTER)
    grant(make_user("viewer@example.com"), account, Role.VIEWER)
    grant(make_user("gone@example.com"), account, closed_at=timezone.now())
    grant(make_user("other@example.com"), other)
    for number in range(3):
        sent(account, f"ТУ-{number}")
    sent(other)
    batch = exported(account)
    with time_machine.travel(FEBRUARY, tick=False):
        # By account and point: 80-2 comes first.
        answer(batch, "csv", ACCEPTED, REJECTED, REJECTED, BILLED)
    told = mails()
    assert [mail.to for mail in told] == ["owner@example.com", "submitter@example.com"]
    waiting = OutgoingMail.objects.filter(event="verdict")
    assert set(waiting.values_list("send_after", flat=True)) == {FEBRUARY + timedelta(minutes=30)}
    text = told[0].text
    assert told[0].subject == "Покази за рахунком 80-431930 відхилено"
    assert text.count("не відповідає контрольному") == 2
    assert "Точка ТУ-0, № S-ТУ-0, A+, січень 2026" in text
    assert "Точка ТУ-2" not in text
    # The same verdicts again are no news.
    load("readings", answered(content_of(batch), "csv", [ACCEPTED, REJECTED, REJECTED, BILLED]), branch=account.branch)
    assert len(mails()) == 2


def test_undo_drops_the_mail_and_an_initial_load_writes_none() -> None:
    account = account_of()
    grant(make_user("owner@example.com"), account)
    sent(account)
    batch = exported(account)
    verdict = answer(batch, "csv", REJECTED)
    assert len(mails()) == 1
    undo(verdict)
    assert mails() == []
    answer(batch, "csv", REJECTED, initial_load=True)
    assert mails() == []


def test_an_undo_that_leaves_a_rejection_leaves_its_mail() -> None:
    make_site()
    with time_machine.travel(NOW, tick=False) as clock:
        world = make_world()
        account = world.point.account
        second = sent(account, "ТУ-9")
        world.submit("1234.5")
        OutgoingMail.objects.all().delete()
        verdict = answer(exported(account), "csv", REJECTED, REJECTED)
        assert "Точка ТУ-9" in mails()[0].text
        clock.shift(60)
        answered_by = Reading.objects.create(
            register=second.register, period=JANUARY, read_on=date(2026, 1, 31), version=2, value=Decimal(7),
            submission=submission_of(account), is_current=False,
        )  # fmt: skip
        answered_by.submission.submitted_at = timezone.now()  # type: ignore[union-attr]
        answered_by.submission.save()  # type: ignore[union-attr]
        result = undo(verdict)
    assert (result.state, result.restored, result.conflicts_total) == ("undone", 1, 1)
    (mail,) = mails()
    assert "Точка ТУ-9" in mail.text
    assert "Точка ТУ-1" not in mail.text


def test_a_new_owner_is_not_told_of_readings_of_the_earlier_one() -> None:
    account = account_of(owned_since=date(2026, 2, 1))
    grant(make_user("new@example.com"), account)
    sent(account)
    answer(exported(account), "csv", REJECTED)
    assert mails() == []


def test_a_file_of_another_branch_gives_no_verdict() -> None:
    account = account_of()
    sent(account)
    content = answered(content_of(exported(account)), "csv", [REJECTED])
    foreign = load("readings", content, branch=make_branch("TRO"))
    assert foreign.state == BatchState.REFUSED
    assert Reading.objects.get().state == ReadingState.EXPORTED
