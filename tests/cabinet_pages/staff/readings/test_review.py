"""Review of unusual readings: what stands beside each, what the two buttons do, and what has run away meanwhile."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.readings import audit
from cabinet_pages.readings.collecting.services import reject_readings, review_readings
from cabinet_pages.readings.exporting import waiting_by_period
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.services import SubmissionRefused
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import JANUARY
from tests.cabinet_pages.staff.readings.conftest import DESK, Desk
from tests.support.outbox import letters

REVIEW = f"{DESK}/review/"
REASON = "Цех працював у дві зміни"


def send_unusual(desk: Desk) -> Reading:
    """The customer sends a reading that equals the previous one, with a reason."""
    desk.world.submit("1200", confirmed=True, reason=REASON)
    return Reading.objects.get(kind="customer", is_current=True, register=desk.world.register)


def state_of(reading: Reading) -> tuple[str, bool]:
    reading.refresh_from_db()
    return reading.state, reading.reviewed_at is not None


def test_an_unusual_reading_stands_with_its_explanation_and_the_customers_reason(desk: Desk) -> None:
    Reading.objects.create(
        register=desk.world.register, kind="accepted", period="2025-12-01", read_on="2025-12-31", value=1150, volume=900
    )
    Reading.objects.create(
        register=desk.world.register, kind="accepted", period="2025-01-01", read_on="2025-01-31", value=1100, volume=700
    )
    desk.world.submit("1150", confirmed=True, reason=REASON)
    text = desk.client.get(REVIEW).content.decode()
    for seen in (REASON, "80-431930", "1 150", "× 200", "800", "700", "Попередній розрахунок"):
        assert seen.replace(" ", "\u00a0") in text or seen in text, seen


@pytest.mark.parametrize(
    ("read_on", "value", "fields", "is_flagged"),
    [
        ("2026-01-30", "1301", {}, True),
        ("2026-01-31", "1301", {}, True),
        ("2026-01-30", "1300", {}, False),
        ("2026-02-01", "1299", {"period": JANUARY}, True),
        ("2026-02-01", "1301", {"period": JANUARY}, False),
        ("2025-12-31", "1301", {"period": "2025-12-01"}, False),
        ("2026-01-30", "1400", {"accepted_value": Decimal(1290)}, False),
        ("2026-01-30", "1301", {"withdrawn": True}, False),
        ("2026-01-30", "1301", {"kind": "accepted"}, False),
    ],
)
def test_a_reading_that_a_later_import_of_a_control_reading_contradicts_waits_for_a_look(
    desk: Desk, read_on: str, value: str, fields: dict[str, Any], is_flagged: bool
) -> None:
    Reading.objects.create(
        register=desk.world.register, kind="accepted", period="2025-12-01", read_on="2025-12-31", value=Decimal(1200)
    )
    desk.world.submit("1300", confirmed=True, reason=REASON)
    Reading.objects.filter(kind="customer").update(warnings=[])
    control = {"kind": "control", "period": JANUARY, "read_on": read_on, "value": Decimal(value), **fields}
    Reading.objects.create(register=desk.world.register, **control)
    shown = text_of(desk.client.get(REVIEW)).replace("\u00a0", " ")
    told = f"контрольне показання від {date.fromisoformat(read_on):%d.%m.%Y}: 1 {value[1:]}"
    assert (told in shown) is is_flagged
    assert desk.client.get(f"{DESK}/window/").context["whole"].counts.flagged == is_flagged
    (waiting,) = waiting_by_period(desk.operator)
    assert (waiting.flagged, waiting.unreviewed) == (is_flagged, is_flagged)
    reading = Reading.objects.get(kind="customer")
    desk.client.post(REVIEW, {"only": reading.pk})
    assert state_of(reading) == ("submitted", True)
    assert desk.client.get(REVIEW).context["rows"] == []


def test_a_register_that_passed_zero_after_a_control_reading_is_not_contradicted_by_it(desk: Desk) -> None:
    desk.world.submit("1300")
    Reading.objects.update(rolled_over=True)
    Reading.objects.create(
        register=desk.world.register, kind="control", period=JANUARY, read_on="2026-01-20", value=Decimal(9990)
    )
    assert desk.client.get(REVIEW).context["rows"] == []


def test_the_mean_beside_an_unusual_reading_is_rounded_half_up(desk: Desk) -> None:
    for month, volume in ((11, 2), (12, 3)):
        Reading.objects.create(
            register=desk.world.register, kind="accepted", period=date(2025, month, 1), read_on=date(2025, month, 28),
            value=1150 + month, volume=volume,
        )  # fmt: skip
    desk.world.submit("1162", confirmed=True, reason=REASON)
    assert desk.client.get(REVIEW).context["rows"][0].compared.mean == 3


def test_reviewed_says_who_and_when_and_the_reading_leaves_the_list(desk: Desk) -> None:
    reading = send_unusual(desk)
    answer = desk.client.post(REVIEW, {"only": reading.pk}, follow=True)
    assert "1 показ перевірено" in answer.content.decode()
    reading.refresh_from_db()
    assert (reading.state, reading.reviewed_by) == ("submitted", desk.operator)
    assert desk.client.get(REVIEW).context["rows"] == []
    entry = ModelLogEntry.objects.get(action=audit.READINGS_REVIEW)
    assert entry.data["readings"] == [reading.pk]
    again = desk.client.post(REVIEW, {"only": reading.pk}, follow=True)
    assert "лишився без змін" in again.content.decode()


def test_a_rejection_needs_a_reason_and_the_customer_sees_it_and_may_send_again(desk: Desk) -> None:
    reading = send_unusual(desk)
    empty = desk.client.post(REVIEW, {"reading": [reading.pk], "reject": "1", "reason": " "}, follow=True)
    assert "Введіть причину" in empty.content.decode()
    assert state_of(reading) == ("submitted", False)
    desk.client.post(REVIEW, {"reading": [reading.pk], "reject": "1", "reason": "Перевірте лічильник"})
    assert state_of(reading) == ("rejected", True)
    assert (reading.state_reason, reading.decided_at is not None) == ("Перевірте лічильник", True)
    (mail,) = letters("readings-rejected:")
    assert mail.to == desk.world.owner.email
    assert "Перевірте лічильник" in mail.text
    assert "80-431930" in mail.subject
    entry = ModelLogEntry.objects.get(action=audit.READINGS_REJECT)
    assert entry.data["reason"] == "Перевірте лічильник"
    sent = desk.world.submit("1210")
    assert sent.readings.get().version == 2


def test_the_mails_about_many_accounts_cost_as_many_queries_as_those_about_one(desk: Desk) -> None:
    def rejected(count: int) -> int:
        numbers = [f"80-{count}{number}" for number in range(count)]
        sent = []
        for account in map(factories.make_account, numbers):
            factories.grant(desk.world.owner, account)
            factories.grant(factories.make_user(), account)
            sent.append(Reading.objects.create(
                register=factories.make_register(account), period=JANUARY, read_on="2026-01-31", value=Decimal(5)
            ))  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            reject_readings(by=desk.operator, readings=[one.pk for one in sent], reason="Перевірте")
        assert len(letters("readings-rejected:")) == 2 * count
        OutgoingMail.objects.all().delete()
        return sum("notification" in one["sql"] or "outgoingmail" in one["sql"] for one in queries)

    assert rejected(1) == rejected(5)


def test_what_was_exported_meanwhile_stays_and_the_page_says_so(desk: Desk) -> None:
    reading = send_unusual(desk)
    Reading.objects.filter(pk=reading.pk).update(state=ReadingState.EXPORTED)
    for data in ({"reject": "1", "reason": "Пізно"}, {"review": "1"}):
        answer = desk.client.post(REVIEW, {"reading": [reading.pk], **data}, follow=True)
        assert "лишився без змін" in answer.content.decode()
    assert state_of(reading) == ("exported", False)
    assert letters("readings-rejected:") == []


def test_the_zones_of_a_meter_go_back_together_in_one_mail(desk: Desk) -> None:
    night = factories.make_register(desk.world.point.account, zone=2, initial_value=0)
    type(night).objects.filter(pk=desk.world.register.pk).update(zone=1)
    entries = {desk.world.register.pk: Decimal(1200), night.pk: Decimal(5)}
    desk.world.submit("0", entries=entries, confirmed=True, reason=REASON)
    flagged = Reading.objects.get(register=desk.world.register)
    done = reject_readings(by=desk.operator, readings=[flagged.pk], reason="Перевірте")
    assert {one.register_id for one in done} == set(entries)
    assert len(letters("readings-rejected:")) == 1


def test_a_foreign_reading_is_an_absent_one(desk: Desk) -> None:
    reading = send_unusual(desk)
    for data in ({"reject": "1", "reason": "Ні"}, {"review": "1"}):
        desk.foreign.post(REVIEW, {"reading": [reading.pk], **data})
    assert state_of(reading) == ("submitted", False)
    assert not ModelLogEntry.objects.filter(action__in=[audit.READINGS_REVIEW, audit.READINGS_REJECT]).exists()
    foreign = factories.make_operator("foreign@example.com", factories.make_branch("TRO"))
    assert review_readings(by=foreign, readings=[reading.pk]) == 0


def test_who_may_not_judge_changes_nothing(desk: Desk) -> None:
    reading = send_unusual(desk)
    group = desk.operator.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="change_reading"))
    answer = desk.as_user(desk.operator).post(REVIEW, {"reading": [reading.pk], "review": "1"}, follow=True)
    assert "Ви не можете перевіряти покази" in answer.content.decode()
    assert state_of(reading) == ("submitted", False)


@pytest.mark.parametrize("lost", [True, False])
def test_a_sender_without_access_is_told_nothing_and_the_others_are(desk: Desk, lost: bool) -> None:
    reading = send_unusual(desk)
    colleague = factories.make_user("colleague@example.com")
    factories.grant(colleague, desk.world.point.account)
    if lost:
        desk.world.owner.cabinet_accesses.update(closed_at="2026-01-31T00:00:00Z")
    reject_readings(by=desk.operator, readings=[reading.pk], reason="Перевірте")
    assert {mail.to for mail in letters("readings-rejected:")} == {colleague.email if lost else desk.world.owner.email}


def test_a_service_without_a_reason_refuses(desk: Desk) -> None:
    with pytest.raises(SubmissionRefused) as refusal:
        reject_readings(by=desk.operator, readings=[1], reason="")
    assert refusal.value.code == "reason_required"


def test_nonsense_in_the_form_is_no_reading(desk: Desk) -> None:
    answer: Any = desk.client.post(REVIEW, {"reading": ["x", "9" * 40, "-1"], "review": "1"}, follow=True)
    assert "Позначте хоча б один показ" in answer.content.decode()


def test_the_enter_key_in_the_reason_decides_nothing(desk: Desk) -> None:
    """A browser presses the first button of a form, which was «Перевірено» of the first reading of the list."""
    send_unusual(desk)
    page = desk.client.get(REVIEW).content.decode()
    of_the_form = re.findall(r"<button\b[^>]*>", page.split('class="staff-review"')[1].split("</form>")[0])
    of_the_form = [button for button in of_the_form if 'form="review-one"' not in button]
    assert "disabled" in of_the_form[0]
    assert [re.findall(r'name="(\w+)"', button) for button in of_the_form] == [[], ["review"], ["reject"]]
    assert '<form method="post" id="review-one">' in page


def test_the_record_names_who_has_reviewed_it_in_the_language_of_the_page(desk: Desk) -> None:
    reading = send_unusual(desk)
    review_readings(by=desk.operator, readings=[reading.pk])
    page = desk.client.get(f"{DESK}/inspect/{reading.pk}/").content.decode()
    assert "Хто перевірив" in page
    assert "operator.vin@example.com" in page
    assert "Reviewed by" not in page
