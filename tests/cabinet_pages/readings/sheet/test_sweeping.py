"""Drafts of months that are long over go; those that can still become readings stay."""

from datetime import date

import pytest
from django.core.management import call_command

from cabinet_pages.readings.models import ReadingDraft, WindowReopening
from cabinet_pages.readings.sheet.services import sweep_drafts
from tests.cabinet_pages.readings.world import World

# The clock stands in January 2026.
MONTHS = [date(2025, month, 1) for month in (8, 9, 10, 11)] + [date(2026, 1, 1)]


@pytest.fixture(autouse=True)
def _drafts(world: World) -> None:
    for month in MONTHS:
        ReadingDraft.objects.create(
            user=world.owner, account=world.point.account, register=world.register, period=month, typed="1300"
        )


def kept() -> list[date]:
    return list(ReadingDraft.objects.order_by("period").values_list("period", flat=True))


def test_drafts_go_three_months_after_their_month() -> None:
    assert sweep_drafts() == 2
    assert kept() == MONTHS[2:]
    assert sweep_drafts() == 0


@pytest.mark.parametrize(("until", "stays"), [(date(2026, 1, 31), True), (date(2026, 1, 30), False)])
def test_a_draft_of_a_month_that_staff_have_opened_again_stays_as_long_as_it_is_open(
    world: World, until: date, stays: bool
) -> None:
    WindowReopening.objects.create(account=world.point.account, period=MONTHS[0], open_until=until, reason="акт")
    sweep_drafts()
    assert (MONTHS[0] in kept()) is stays


def test_the_daily_timer_sweeps_and_a_dry_run_does_not() -> None:
    call_command("send_reading_reminders", "--dry-run")
    assert kept() == MONTHS
    call_command("send_reading_reminders")
    assert kept() == MONTHS[2:]
