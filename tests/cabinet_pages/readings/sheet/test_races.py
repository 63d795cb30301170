"""Many at once: whatever arrives together leaves one current version, one receipt, and no error behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client

from cabinet_pages.access.queries import scope_for
from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingSubmission
from cabinet_pages.readings.receipts.digest import digest_of
from cabinet_pages.readings.sheet import services
from cabinet_pages.readings.sheet.calculation import TypedReading
from cabinet_pages.readings.sheet.services import DraftCell, save_draft, submit_sheet
from cabinet_pages.readings.storing import SubmissionRefused
from tests import factories
from tests.cabinet_pages.readings.sheet.world import SHEET, carried, make_points, typed
from tests.cabinet_pages.readings.test_submission import at_once
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, NOW, NUMBER, World, make_world
from tests.support.scale import scaled

ROUNDS = scaled(2, 20)
PEOPLE = scaled(8, 50)
# The first moment after the window of January.
CLOSED = datetime.fromisoformat("2026-02-04T00:00:00+02:00")


def send(world: World, value: str, *, token: UUID | None = None, registers: Any = None) -> list[ReadingSubmission]:
    """Send one value for registers past the pages."""
    scope = scope_for(world.owner, NUMBER)
    assert scope is not None
    return submit_sheet(
        user=world.owner,
        scopes=[scope],
        token=token or uuid4(),
        periods={scope.account.pk: JANUARY},
        typed={one.pk: TypedReading(value, LAST_DAY) for one in registers or [world.register]},
        confirmed=True,
        reason="Цех працював у дві зміни",
    )


def sender(world: World, value: str, **more: Any) -> Callable[[], list[ReadingSubmission]]:
    """`send` for a thread."""
    return lambda: send(world, value, **more)


def forget() -> None:
    Reading.objects.all().delete()
    ReadingSubmission.objects.all().delete()
    ReadingDraft.objects.all().delete()


def requested(world: World, forms: list[dict[str, str]]) -> list[Any]:
    """Post forms together, each from a browser of its own."""

    def job(form: dict[str, str]) -> Callable[[], Any]:
        client = Client(raise_request_exception=False)
        client.force_login(world.owner)
        return lambda: client.post(SHEET, form)

    return at_once([job(form) for form in forms])


@pytest.mark.django_db(transaction=True)
def test_submissions_of_one_register_and_period_leave_one_current_version() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        for _ in range(ROUNDS):
            forget()
            made = at_once([sender(world, str(1201 + number)) for number in range(PEOPLE)])
            assert all(isinstance(one, list) and len(one) == 1 for one in made)
            assert Reading.objects.filter(is_current=True).count() == 1
            assert sorted(Reading.objects.values_list("version", flat=True)) == list(range(1, PEOPLE + 1))
            assert_receipts_agree()


@pytest.mark.django_db(transaction=True)
def test_submissions_of_one_account_wait_for_each_other_and_compute_nothing_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    computed: list[Any] = []
    calculate = services.calculate_sheet
    monkeypatch.setattr(services, "calculate_sheet", lambda *given: computed.append(given) or calculate(*given))
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        made = at_once([sender(world, str(1201 + number)) for number in range(8)])
    assert all(isinstance(one, list) for one in made)
    assert len(computed) == len(made)


@pytest.mark.django_db(transaction=True)
def test_whole_sheets_that_cross_each_other_leave_one_current_version_of_every_register() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        registers = make_points(world, 12)
        for _ in range(ROUNDS):
            forget()
            orders = [registers, registers[::-1]] * (PEOPLE // 2)
            made = at_once([sender(world, str(110 + at), registers=order) for at, order in enumerate(orders)])
            assert all(isinstance(one, list) for one in made)
            current = Reading.objects.filter(is_current=True)
            assert current.count() == len(registers)
            assert len({one.submission_id for one in current}) == 1
            assert_receipts_agree()


@pytest.mark.django_db(transaction=True)
def test_many_browsers_at_once_get_an_answer_and_no_error() -> None:
    with time_machine.travel(NOW, tick=False):
        factories.make_site()
        world = make_world()
        client = Client()
        client.force_login(world.owner)
        for turn in range(ROUNDS):
            forms = [
                carried(client.post(SHEET, typed({world.register.pk: str(1210 + turn * PEOPLE + number)})))
                for number in range(PEOPLE)
            ]
            answers = requested(world, forms)
            assert {one.status_code for one in answers} <= {200, 302}
            assert any(one.status_code == 302 for one in answers)
            assert Reading.objects.filter(is_current=True).count() == 1
        assert_receipts_agree()


@pytest.mark.django_db(transaction=True)
def test_one_form_that_is_clicked_many_times_at_once_has_one_effect_and_one_receipt() -> None:
    with time_machine.travel(NOW, tick=False):
        factories.make_site()
        world = make_world()
        registers = make_points(world, 5)
        client = Client()
        client.force_login(world.owner)
        for _ in range(ROUNDS):
            forget()
            form = carried(client.post(SHEET, typed({one.pk: "115" for one in registers})))
            answers = requested(world, [form] * PEOPLE)
            assert {one.status_code for one in answers} == {302}
            assert len({one["Location"] for one in answers}) == 1
            assert Reading.objects.count() == len(registers)
            assert ReadingSubmission.objects.count() == 1
            # The same form once more, much later.
            assert client.post(SHEET, form)["Location"] == answers[0]["Location"]


@pytest.mark.django_db(transaction=True)
def test_the_same_token_with_other_values_is_refused_also_when_both_come_at_once() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        for _ in range(ROUNDS):
            forget()
            token = uuid4()
            made = at_once([sender(world, value, token=token) for value in ("1210", "1220")])
            refused = [one for one in made if isinstance(one, SubmissionRefused)]
            assert [one.code for one in refused] == ["token_reused"]
            assert Reading.objects.count() == ReadingSubmission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_drafts_saved_at_once_from_two_devices_are_all_kept() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        registers = make_points(world, 10)
        scope = world.scope

        def device(number: int) -> Callable[[], Any]:
            cells = [DraftCell(one.pk, JANUARY, f"{100 + number},{at}") for at, one in enumerate(registers)]
            return lambda: save_draft(user=world.owner, scopes=[scope], cells=cells if number % 2 else cells[::-1])

        for _ in range(ROUNDS):
            assert all(isinstance(one, int) for one in at_once([device(number) for number in range(PEOPLE)]))
            assert ReadingDraft.objects.count() == len(registers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["_involved", "reading_sheet", "calculate_sheet", "insert_rows", "issue_receipts"])
def test_a_window_that_closes_after_the_submission_began_takes_all_of_it_and_the_receipt_is_in_time(
    step: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    with time_machine.travel("2026-02-03T23:59:59+02:00", tick=False) as clock:
        world = make_world()
        registers = [world.register, *make_points(world, 3)]
        _close_after(step, clock, monkeypatch)
        (made,) = send(world, "1234", registers=registers)
        assert Reading.objects.filter(submission=made, is_current=True, is_late=False).count() == len(registers)
        # Taken, so taken in time: the moment on the receipt is the one that the window was asked for.
        assert made.submitted_at < CLOSED
        assert_receipts_agree()
        with pytest.raises(SubmissionRefused, match="window_closed"):
            send(world, "1235", registers=registers)


@pytest.mark.django_db(transaction=True)
def test_a_window_that_closes_before_it_is_read_refuses_all_and_leaves_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    with time_machine.travel("2026-02-03T23:59:59+02:00", tick=False) as clock:
        world = make_world()
        _close_after("submissions_of_click", clock, monkeypatch)
        with pytest.raises(SubmissionRefused, match="window_closed"):
            send(world, "1234", registers=[world.register, *make_points(world, 3)])
        assert not Reading.objects.exists()
        assert not ReadingSubmission.objects.exists()


def _close_after(step: str, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the clock beyond the window as soon as a step of the service has ended."""
    before = getattr(services, step)

    def closing(*args: Any, **kwargs: Any) -> Any:
        found = before(*args, **kwargs)
        clock.move_to("2026-02-04T00:00:05+02:00")
        return found

    monkeypatch.setattr(services, step, closing)


@pytest.mark.django_db(transaction=True)
def test_sheets_around_the_last_second_of_a_window_are_taken_in_time_or_not_at_all(settings: Any) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    with time_machine.travel("2026-02-03T23:59:59.300000+02:00", tick=True):
        world = make_world()

        def work(number: int) -> Callable[[], Any]:
            return lambda: [_code_of(world, str(1210 + number + 10 * turn)) for turn in range(20)]

        codes = {code for each in at_once([work(number) for number in range(4)]) for code in each}
    assert codes <= {"", "window_closed"}
    assert all(one.submitted_at < CLOSED for one in ReadingSubmission.objects.all())
    assert Reading.objects.filter(is_current=True).count() == min(1, Reading.objects.count())
    assert_receipts_agree()


def _code_of(world: World, value: str) -> str:
    """Why a reading was refused; nothing where it was taken."""
    try:
        send(world, value)
    except SubmissionRefused as refusal:
        return refusal.code
    return ""


def assert_receipts_agree() -> None:
    """Every receipt has the readings and the hash that are stored, and no reading is without one."""
    submissions = ReadingSubmission.objects.select_related("account__customer", "account__branch")
    for one in submissions:
        readings = list(one.readings.select_related("register__meter__point"))
        assert readings
        assert one.digest == digest_of(one, readings)
    assert not Reading.objects.filter(submission=None).exists()
