"""«Відомість показів»: one screen for all points, one calculation, one confirmation."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.metering.models import Meter
from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingState, ReadingSubmission
from tests import factories
from tests.cabinet_pages.readings.sheet.world import (
    ALL,
    SHEET,
    carried,
    good_rows,
    make_points,
    make_remote,
    row_of,
    save_twice,
    typed,
)
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, WINDOW, World

QUERIES = 20


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def draft_of(register: int) -> str:
    return ReadingDraft.objects.get(register=register).typed


def test_the_window_and_the_list_of_points_lead_to_the_sheet(owner: Client, world: World) -> None:
    for page in (WINDOW, f"{WINDOW}points/"):
        assert f'href="{SHEET}' in owner.get(page).content.decode()
    assert ALL not in owner.get("/cabinet/legal/accounts/").content.decode()
    factories.grant(world.owner, factories.make_account())
    assert f'href="{ALL}"' in owner.get("/cabinet/legal/accounts/").content.decode()


def test_every_point_has_a_row_with_what_is_counted_from_and_those_read_remotely_are_not_asked(
    owner: Client, world: World
) -> None:
    remote = make_remote(world)
    page = owner.get(SHEET)
    row = row_of(page, world.register.pk)
    assert "1\u00a0200" in row
    assert 'data-base="1200000"' in row
    assert 'data-factor="2000000"' in row
    shown = text_of(page)
    assert "Не подано: 1 з 1" in shown
    assert "Ввід АСКОЕ" in shown
    assert f"value_{remote.pk}" not in page.content.decode()


def test_the_sheet_takes_as_many_queries_for_five_hundred_points_as_for_three(owner: Client, world: World) -> None:
    found = []
    for points, prefix in ((3, "А"), (500, "Б")):
        registers = make_points(world, points - len(found) - 1, prefix=prefix)
        Reading.objects.bulk_create(
            Reading(register=one, period=date(2025, month, 1), read_on=date(2025, month, 28), value=Decimal(99 + month))
            for one in registers
            for month in range(1, 13)
        )
        owner.get(SHEET)
        with CaptureQueriesContext(connection) as opened:
            page = owner.get(SHEET)
        with CaptureQueriesContext(connection) as calculated:
            shown = owner.post(SHEET, typed({one.pk: "115" for one in registers}))
        assert page.content.decode().count("data-factor") >= points
        assert len(good_rows(shown)) >= len(registers)
        found.append((len(opened), len(calculated)))
    assert found[0] == found[1]
    assert found[1][0] <= QUERIES


def test_five_hundred_readings_are_stored_with_a_constant_number_of_statements(owner: Client, world: World) -> None:
    found = {}
    # The first one fills the caches of the process.
    for points in (1, 3, 500):
        registers = make_points(world, points, prefix=f"Т{points}-")
        form = carried(owner.post(SHEET, typed({one.pk: "115" for one in registers})))
        with CaptureQueriesContext(connection) as queries:
            assert owner.post(SHEET, form).status_code == 302
        found[points] = len(queries)
    assert found[500] == found[3]
    assert Reading.objects.filter(is_current=True, period=JANUARY).count() == 504
    assert ReadingSubmission.objects.count() == 3
    assert all(one.digest and one.sheet and one.sender for one in ReadingSubmission.objects.all())


def test_bad_rows_are_named_at_their_place_and_the_good_ones_are_calculated(owner: Client, world: World) -> None:
    good, bad, worse = make_points(world, 3)
    page = owner.post(SHEET, typed({good.pk: "1 234,5", bad.pk: "12a", worse.pk: "9999999"}))
    assert good_rows(page) == {str(good.pk): ["1 234,5", "2026-01-31"]}
    assert "Введіть число" in row_of(page, bad.pk)
    assert "щонайбільше 6 цифр" in row_of(page, worse.pk)
    content = page.content.decode()
    assert f'href="#value_{bad.pk}"' in content
    assert "11\u00a0345\u00a0кВт·год" in content
    assert not Reading.objects.exists()
    assert draft_of(bad.pk) == "12a"


def test_the_second_save_stores_all_and_leads_to_the_receipts(owner: Client, world: World) -> None:
    registers = make_points(world, 3)
    response = save_twice(owner, {one.pk: "115,5" for one in registers})
    assert response.status_code == 302
    assert {one.volume for one in Reading.objects.all()} == {Decimal(155)}
    submission = ReadingSubmission.objects.get()
    assert (submission.source, submission.user, submission.period) == ("sheet", world.owner, JANUARY)
    sent = owner.get(response["Location"])
    assert submission.number in text_of(sent)
    assert owner.get(f"{WINDOW}receipts/{submission.uuid}/").status_code == 200
    assert not ReadingDraft.objects.exists()
    assert "Не подано: 1 з 4" in text_of(owner.get(SHEET))


def test_rows_with_errors_stay_drafts_only_when_the_person_says_so(owner: Client, world: World) -> None:
    good, bad = make_points(world, 2)
    values = {good.pk: "115", bad.pk: "12a"}
    refused = save_twice(owner, values)
    assert "залишити їх чернетками" in text_of(refused)
    assert not Reading.objects.exists()
    assert save_twice(owner, values, keep_bad="1").status_code == 302
    assert [one.register for one in Reading.objects.all()] == [good]
    assert [one.typed for one in ReadingDraft.objects.all()] == ["12a"]
    assert 'value="12a"' in row_of(owner.get(SHEET), bad.pk)


def test_a_bad_row_is_corrected_on_the_page_of_the_calculation(owner: Client, world: World) -> None:
    good, bad = make_points(world, 2)
    page = owner.post(SHEET, typed({good.pk: "115", bad.pk: "12a"}))
    again = owner.post(SHEET, {**carried(page), f"value_{bad.pk}": "120"})
    assert set(good_rows(again)) == {str(good.pk), str(bad.pk)}
    assert not Reading.objects.exists()
    assert owner.post(SHEET, carried(again)).status_code == 302
    assert Reading.objects.count() == 2


def test_unusual_rows_want_a_reason_each_or_one_for_all_and_an_answer(owner: Client, world: World) -> None:
    rolled, zero = make_points(world, 2, digits=3)
    values = {rolled.pk: "5", zero.pk: "100"}
    assert "Підтвердьте" in text_of(save_twice(owner, values)) or not Reading.objects.exists()
    answers = {"confirmed": "1", "reason": "Цех стояв"}
    unexplained = save_twice(owner, values, **answers)
    assert unexplained.status_code == 200
    assert "остання цифра" in text_of(unexplained) or "перейшов" in text_of(unexplained) or not Reading.objects.exists()
    answers |= {f"explanation_{rolled.pk}": "rollover", f"reason_{rolled.pk}": "Шкала скінчилася"}
    assert save_twice(owner, values, **answers).status_code == 302
    stored = {one.register_id: (one.volume, one.remark) for one in Reading.objects.all()}
    assert stored == {rolled.pk: (Decimal(9050), "Шкала скінчилася"), zero.pk: (Decimal(0), "Цех стояв")}


def test_a_replaced_meter_is_stored_without_a_volume(owner: Client, world: World) -> None:
    (register,) = make_points(world, 1)
    answers = {f"explanation_{register.pk}": "replaced", "reason": "Замінено", "confirmed": "1"}
    assert save_twice(owner, {register.pk: "3"}, **answers).status_code == 302
    assert Reading.objects.get().volume is None


def test_zones_of_a_meter_stand_and_fall_together(owner: Client, world: World) -> None:
    zones = [factories.make_register(world.point.account, "ТУ-3", zone=zone, multiplier="1.5") for zone in (1, 2, 3)]
    values = {one.pk: value for one, value in zip(zones, ("100,3", "200,3", ""), strict=True)}
    page = owner.post(SHEET, typed(values))
    assert good_rows(page) == {}
    assert "кожної зони" in row_of(page, zones[2].pk)
    page = owner.post(SHEET, typed({zones[2].pk: "300,3"}))
    assert owner.post(SHEET, {**carried(page)}).status_code == 302
    assert sum(one.volume or 0 for one in Reading.objects.all()) == 901


@pytest.mark.parametrize(("control_on", "day"), [("2026-01-30", date(2026, 1, 30)), ("2026-01-31", LAST_DAY)])
def test_a_zone_that_is_sent_again_beside_a_corrected_one_keeps_the_day_it_was_read_on(
    owner: Client, world: World, control_on: str, day: date
) -> None:
    zones = [factories.make_register(world.point.account, "ТУ-3", zone=zone) for zone in (1, 2)]
    page = owner.post(SHEET, typed({one.pk: "100" for one in zones}, read_on="2026-01-30"))
    owner.post(SHEET, {**carried(page), "read_on": "2026-01-30"})
    Reading.objects.create(
        register=zones[1], kind="control", period=date(2026, 1, 1), read_on=control_on, value=Decimal(100)
    )
    page = owner.post(SHEET, typed({zones[0].pk: "101", zones[1].pk: "100"}))
    assert owner.post(SHEET, carried(page)).status_code == 302
    current = (
        Reading.objects.filter(is_current=True, kind="customer").order_by("register").values_list("read_on", "version")
    )
    assert list(current) == [(LAST_DAY, 2), (day, 2)]


def test_what_was_sent_stands_in_its_field_and_only_corrections_are_sent_again(owner: Client, world: World) -> None:
    first, second = make_points(world, 2)
    save_twice(owner, {first.pk: "115", second.pk: "116"})
    assert 'value="115"' in row_of(owner.get(SHEET), first.pk)
    page = owner.post(SHEET, typed({first.pk: "115", second.pk: "117"}))
    assert set(good_rows(page)) == {str(second.pk)}
    assert owner.post(SHEET, carried(page)).status_code == 302
    versions = Reading.objects.order_by("pk").values_list("register", "version", "is_current")
    assert list(versions) == [(first.pk, 1, True), (second.pk, 1, False), (second.pk, 2, True)]


def test_what_was_sent_shows_its_volume_until_something_else_is_typed_over_it(owner: Client, world: World) -> None:
    (register,) = make_points(world, 1)
    save_twice(owner, {register.pk: "115"})
    row = row_of(owner.get(SHEET), register.pk)
    assert ">150</output>" in row
    assert "подано" in row
    owner.post(SHEET, typed({register.pk: "багато"}, step="draft"))
    row = row_of(owner.get(SHEET), register.pk)
    assert "></output>" in row
    assert "чернетка" in row
    assert "подано" not in row


def test_filters_leave_rows_out_and_keep_what_was_typed(owner: Client, world: World) -> None:
    here = factories.make_register(world.point.account, "ТУ-7", point={"name": "Їжакова", "site": "Цех 1"})
    there = factories.make_register(world.point.account, "ТУ-8", point={"site": "Цех 2"})
    response = owner.post(SHEET, typed({here.pk: "5x", there.pk: "7"}, step="filter", site="Цех 1", q="їЖАК"))
    page = owner.get(response["Location"])
    assert page.content.decode().count("data-factor") == 1
    assert 'value="5x"' in row_of(page, here.pk)
    assert draft_of(there.pk) == "7"
    # The rows that are not shown are calculated too.
    assert good_rows(owner.post(SHEET, typed({here.pk: "5"}))).keys() == {str(here.pk), str(there.pk)}
    warned = owner.get(SHEET, {"show": "warned"})
    assert f"value_{here.pk}" not in warned.content.decode()
    world.submit("1234.5")
    assert f"value_{world.register.pk}" not in owner.get(SHEET, {"show": "missing"}).content.decode()


def test_the_script_saves_changed_cells_and_another_device_continues(owner: Client, world: World) -> None:
    first, second = make_points(world, 2)
    told = {"read_on": "2026-01-31", "cells": {str(first.pk): "115,", str(second.pk): "казна-що"}}
    answer = owner.post(f"{SHEET}draft/", json.dumps(told), content_type="application/json")
    assert answer.json() == {"saved": 2, "text": "чернетку збережено 10:00"}
    again = owner.post(f"{SHEET}draft/", json.dumps(told), content_type="application/json")
    assert again.json()["saved"] == 0
    elsewhere = Client()
    elsewhere.force_login(world.owner)
    page = elsewhere.get(SHEET)
    assert 'value="115,"' in row_of(page, first.pk)
    assert 'value="казна-що"' in row_of(page, second.pk)
    cleared = {"cells": {str(second.pk): ""}}
    owner.post(f"{SHEET}draft/", json.dumps(cleared), content_type="application/json")
    assert 'value=""' in row_of(elsewhere.get(SHEET), second.pk)


@pytest.mark.parametrize("body", ["", "[]", '{"cells": 7}', '{"cells": {"x": "1"}}', '{"cells": {"999999": "1"}}'])
def test_a_broken_or_foreign_draft_stores_nothing_and_breaks_nothing(owner: Client, world: World, body: str) -> None:
    foreign = factories.make_register(factories.make_account())
    for text in (body, body.replace("999999", str(foreign.pk))):
        answer = owner.post(f"{SHEET}draft/", text, content_type="application/json")
        assert answer.status_code in (200, 400)
    assert not ReadingDraft.objects.exists()


def test_the_day_of_the_sheet_is_kept_with_what_was_typed(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    (register,) = make_points(world, 1)
    owner.post(SHEET, typed({register.pk: "115"}, step="draft", read_on="2026-01-30"))
    assert owner.get(SHEET).context["day"] == date(2026, 1, 30)
    settlement_day.move_to("2026-02-01T10:00:00+02:00")
    assert owner.get(SHEET).context["day"] == date(2026, 1, 30)
    owner.post(SHEET, typed({}, step="draft", read_on="2026-01-31"))
    assert owner.get(SHEET).context["day"] == LAST_DAY
    assert ReadingDraft.objects.get().read_on == LAST_DAY


def test_the_sheet_of_all_accounts_makes_a_receipt_for_each(owner: Client, world: World) -> None:
    other = factories.make_account("80-99", factories.make_branch("TRO"))
    factories.grant(world.owner, other)
    there = factories.make_register(other, "ТУ-1", initial_value=Decimal(10))
    page = owner.get(ALL)
    assert "80-99" in row_of(page, there.pk)
    response = save_twice(owner, {world.register.pk: "1234,5", there.pk: "700"}, url=ALL)
    assert response.status_code == 302
    made = list(ReadingSubmission.objects.all())
    assert {one.account_id for one in made} == {world.point.account_id, other.pk}
    assert len({one.sheet for one in made}) == 1
    sent = text_of(owner.get(response["Location"]))
    assert all(one.number in sent for one in made)
    stranger = Client()
    stranger.force_login(world.stranger)
    assert stranger.get(response["Location"]).status_code == 404


def test_a_double_click_and_a_replay_make_one_submission_and_lead_to_the_same_receipts(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    (register,) = make_points(world, 1)
    form = carried(owner.post(SHEET, typed({register.pk: "115"})))
    first, second = owner.post(SHEET, form), owner.post(SHEET, form)
    assert first["Location"] == second["Location"]
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    assert owner.post(SHEET, form)["Location"] == first["Location"]
    assert Reading.objects.count() == ReadingSubmission.objects.count() == 1


def test_the_same_form_with_other_values_is_refused(owner: Client, world: World) -> None:
    (register,) = make_points(world, 1)
    form = carried(owner.post(SHEET, typed({register.pk: "115"})))
    owner.post(SHEET, form)
    forged = owner.post(SHEET, {**form, "carried": form["carried"].replace("115", "116")})
    assert "вже подано з іншими показами" in text_of(forged)
    assert Reading.objects.get().value == 115


def test_a_calculation_other_than_the_one_shown_is_shown_again(owner: Client, world: World) -> None:
    (register,) = make_points(world, 1)
    form = carried(owner.post(SHEET, typed({register.pk: "115"})))
    register.meter.ratios.update(multiplier=Decimal(20))
    again = owner.post(SHEET, form)
    assert "Тим часом дані змінилися" in text_of(again)
    assert not Reading.objects.exists()


def test_a_window_that_closed_meanwhile_refuses_the_whole_sheet(
    owner: Client, world: World, settlement_day: time_machine.Traveller, settings: Any
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    registers = make_points(world, 2)
    form = carried(owner.post(SHEET, typed({one.pk: "115" for one in registers})))
    settlement_day.move_to("2026-02-04T00:00:00+02:00")
    assert "Період приймання показів закрито" in text_of(owner.post(SHEET, form))
    assert not Reading.objects.exists()
    assert not ReadingSubmission.objects.exists()
    assert ReadingDraft.objects.count() == 2


def test_a_row_that_billing_has_is_not_typed_over(owner: Client, world: World) -> None:
    (register,) = make_points(world, 1)
    save_twice(owner, {register.pk: "115"})
    owner.post(SHEET, typed({register.pk: "117"}, step="draft"))
    Reading.objects.update(state=ReadingState.EXPORTED)
    page = owner.get(SHEET)
    assert 'value="115"' in row_of(page, register.pk)
    assert "disabled" in row_of(page, register.pk)
    assert "передано" in row_of(page, register.pk)


def test_a_viewer_sees_no_field_and_sends_nothing(client: Client, world: World) -> None:
    client.force_login(world.viewer)
    assert "data-factor" not in client.get(SHEET).content.decode()
    assert client.post(SHEET, typed({world.register.pk: "1234"})).status_code == 403
    answer = client.post(
        f"{SHEET}draft/", json.dumps({"cells": {str(world.register.pk): "1"}}), content_type="application/json"
    )
    assert answer.status_code == 409
    assert not ReadingDraft.objects.exists()


def test_a_verification_that_is_overdue_is_a_flag_and_no_block(owner: Client, world: World) -> None:
    Meter.objects.update(next_verification_on=date(2025, 1, 1))
    assert "повірк" in row_of(owner.get(SHEET), world.register.pk)
    assert save_twice(owner, {world.register.pk: "1234,5"}).status_code == 302
