"""The life line of a reading, from its fields."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cabinet_pages.readings.models import Reading, ReadingExport, ReadingState, ReadingSubmission
from cabinet_pages.readings.receipts.lifeline import life_line
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import WINDOW, World

SENT = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
EXPORTED = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
DECIDED = datetime(2026, 2, 5, 8, 0, tzinfo=UTC)


def reading(state: str, *, export: bool = True, **fields: Any) -> Reading:
    submission = ReadingSubmission(pk=7, period=date(2026, 1, 1), submitted_at=SENT)
    batch = ReadingExport(number=12, created_at=EXPORTED) if export else None
    return Reading(state=state, submission=submission, export=batch, value=Decimal(1), decided_at=DECIDED, **fields)


def short(steps: Any) -> list[tuple[str, bool]]:
    return [(step.code, step.reached) for step in steps]


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        (
            {"state": "submitted", "export": False},
            [("submitted", True), ("exported", False), ("accepted", False), ("billed", False)],
        ),
        ({"state": "exported"}, [("submitted", True), ("exported", True), ("accepted", False), ("billed", False)]),
        ({"state": "accepted"}, [("submitted", True), ("exported", True), ("accepted", True), ("billed", False)]),
        # A verdict came without a batch: the step that never was is not shown.
        ({"state": "accepted", "export": False}, [("submitted", True), ("accepted", True), ("billed", False)]),
        (
            {"state": "billed", "invoice_number": "5"},
            [("submitted", True), ("exported", True), ("accepted", True), ("billed", True)],
        ),
        ({"state": "rejected"}, [("submitted", True), ("exported", True), ("rejected", True)]),
        ({"state": "rejected", "export": False}, [("submitted", True), ("rejected", True)]),
        ({"state": "submitted", "export": False, "is_current": False}, [("submitted", True), ("replaced", True)]),
        (
            {"state": "rejected", "is_current": False},
            [("submitted", True), ("exported", True), ("rejected", True), ("replaced", True)],
        ),
        ({"state": "submitted", "kind": "control"}, []),
    ],
    ids=str,
)
def test_the_steps_follow_from_the_fields(given: dict[str, Any], steps: list[tuple[str, bool]]) -> None:
    assert short(life_line(reading(**given))) == steps


def test_each_step_names_its_moment_and_its_paper() -> None:
    steps = life_line(reading("billed", invoice_number="ВН-7"), invoices={"ВН-7": "/i/7/"})
    assert [step.at for step in steps] == [SENT, EXPORTED, DECIDED, None]
    assert [step.detail for step in steps] == ["квитанція № 202601-000007", "пакет № 12", "", "№ ВН-7"]
    assert steps[-1].url == "/i/7/"
    assert life_line(reading("billed", invoice_number="ВН-7"))[-1].url == ""


@pytest.mark.parametrize(
    ("may", "detail"),
    [
        (None, "розбито скло"),
        (True, "розбито скло; можна подати новий показ"),
        (False, "розбито скло; вікно закрите, новий показ не приймається"),
    ],
)
def test_a_rejected_reading_says_why_and_whether_a_new_one_is_taken(may: bool | None, detail: str) -> None:
    steps = life_line(reading("rejected", state_reason="розбито скло"), may_send_again=may)
    assert steps[-1].detail == detail


def test_the_receipt_links_the_invoice_that_the_account_has_and_no_other(client: Client, world: World) -> None:
    client.force_login(world.owner)
    submission = world.submit("1234.5")
    Reading.objects.update(state=ReadingState.BILLED, invoice_number="ВН-7")
    address = f"{WINDOW}receipts/{submission.uuid}/"
    factories.make_invoice(factories.make_account("80-90"), "ВН-7")
    assert "/invoices/80" not in client.get(address).content.decode().split('class="life-line')[1].split("</ol>")[0]
    invoice = factories.make_invoice(world.scope.account, "ВН-7", date(2026, 2, 5))
    assert f"/cabinet/legal/invoices/80-431930/{invoice.uuid}/" in client.get(address).content.decode()
    assert "у рахунку" in text_of(client.get(address))


def test_a_rejected_reading_invites_a_new_one_while_the_window_takes_it(
    client: Client, world: World, settlement_day: Any
) -> None:
    client.force_login(world.owner)
    submission = world.submit("1234.5")
    Reading.objects.update(state=ReadingState.REJECTED, state_reason="розбито скло")
    address = f"{WINDOW}receipts/{submission.uuid}/"
    assert "розбито скло; можна подати новий показ" in text_of(client.get(address))
    settlement_day.move_to("2026-07-01T10:00:00+03:00")
    client.force_login(world.owner)
    assert "вікно закрите, новий показ не приймається" in text_of(client.get(address))


def test_the_history_shows_the_way_in_short_and_links_the_invoice(client: Client, world: World) -> None:
    client.force_login(world.owner)
    world.submit("1234.5")
    Reading.objects.update(state=ReadingState.BILLED, invoice_number="ВН-7")
    invoice = factories.make_invoice(world.scope.account, "ВН-7", date(2026, 2, 5))
    page = client.get(WINDOW)
    assert "life-line--compact" in page.content.decode()
    assert f"/cabinet/legal/invoices/80-431930/{invoice.uuid}/" in page.content.decode()


def test_the_branch_sees_the_way_of_a_reading(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    Reading.objects.update(state=ReadingState.REJECTED, state_reason="розбито скло")
    operator = factories.make_operator("operator@example.com", world.scope.account.branch)
    client.force_login(operator)
    page = text_of(client.get(f"/admin/cabinet_pages/reading/inspect/{submission.readings.get().pk}/"))
    assert "Шлях показу" in page
    assert f"квитанція № {submission.number}" in page
    assert "розбито скло" in page
