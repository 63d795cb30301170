"""Who may see the window and who may send: owner, viewer, stranger, visitor; other people's ids."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cabinet_pages.access.models import Access
from cabinet_pages.readings.models import Reading
from cabinet_pages.readings.services import SubmissionRefused
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import WINDOW, World, second_save


def every_address(world: World) -> list[str]:
    """Every address of the window, a submission's among them."""
    submission = world.submit("1234.5")
    return [WINDOW, f"{WINDOW}points/", world.url, f"{world.url}history/", f"{WINDOW}receipts/{submission.uuid}/"]


def test_a_visitor_is_sent_to_the_login_and_a_stranger_gets_the_404_of_an_absent_account(
    client: Client, world: World
) -> None:
    addresses = every_address(world)
    for address in addresses:
        assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(world.stranger)
    for address in addresses:
        assert client.get(address).status_code == 404
        assert client.post(address, world.typed("1300")).status_code == 404
        assert client.get(address.replace("80-431930", "80-000")).status_code == 404
    assert Reading.objects.count() == 1


def test_a_viewer_sees_everything_but_has_no_save_and_cannot_post(client: Client, world: World) -> None:
    addresses = every_address(world)
    client.force_login(world.viewer)
    for address in addresses:
        response = client.get(address, follow=True)
        assert response.status_code == 200
        assert "Зберегти" not in response.content.decode()
        assert "Внести покази</a>" not in response.content.decode()
    for step in ("calculate", "submit"):
        data = world.typed("1300", step=step, token=str(uuid4()), shown="x")
        assert client.post(world.url, data).status_code == 403
    assert Reading.objects.count() == 1


def test_a_viewer_cannot_send_past_the_page_either(world: World) -> None:
    from cabinet_pages.access.queries import scope_for

    scope = scope_for(world.viewer, "80-431930")
    with pytest.raises(SubmissionRefused) as refusal:
        world.submit("1300", scope=scope, user=world.viewer)
    assert refusal.value.code == "not_allowed"


def test_ids_of_another_account_inside_ones_own_are_absent(client: Client, world: World) -> None:
    foreign = factories.make_register(factories.make_account("80-77"), "ТУ-77")
    own = f"{WINDOW}points/{foreign.meter.point_id}/"
    client.force_login(world.owner)
    assert client.get(own).status_code == 404
    assert client.get(f"{own}history/").status_code == 404
    assert client.post(own, world.typed("1300")).status_code == 404
    client.post(world.url, world.typed("1300", **{f"value_{foreign.pk}": "5"}))
    with pytest.raises(SubmissionRefused):
        world.submit("1300", entries={foreign.pk: Decimal(5)})
    with pytest.raises(SubmissionRefused):
        world.submit("1300", point=foreign.meter.point)
    assert not Reading.objects.exists()


def test_a_submission_of_another_account_is_absent(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    other = factories.make_account("80-78")
    factories.grant(world.owner, other)
    client.force_login(world.owner)
    assert client.get(f"/cabinet/legal/readings/80-78/receipts/{submission.uuid}/").status_code == 404


def test_access_that_is_revoked_between_the_two_saves_stores_nothing(client: Client, world: World) -> None:
    client.force_login(world.owner)
    shown = client.post(world.url, world.typed("1234,5")).context["form"]
    Access.objects.filter(user=world.owner).update(closed_at="2026-01-31T08:00:00Z")
    token = str(shown["token"].value())
    data = world.typed("1234,5", step="submit", token=token, shown=shown["shown"].value())
    assert client.post(world.url, data).status_code == 404
    assert not Reading.objects.exists()


def test_a_token_that_made_another_persons_submission_is_refused(world: World) -> None:
    token = uuid4()
    world.submit("1234.5", token=token)
    colleague = factories.make_user()
    factories.grant(colleague, world.point.account)
    with pytest.raises(SubmissionRefused) as refusal:
        world.submit("1234.5", token=token, user=colleague)
    assert refusal.value.code == "token_reused"


def test_a_terminated_contract_is_readable_and_takes_nothing(client: Client, world: World) -> None:
    world.submit("1234.5")
    account = world.point.account
    account.terminated_on = date(2026, 1, 30)
    account.save()
    client.force_login(world.owner)
    shown = text_of(client.get(WINDOW))
    assert "Договір розірвано" in shown
    assert "1 234,5" in shown
    assert client.post(world.url, world.typed("1300")).status_code == 403


def test_a_new_owner_sees_no_reading_of_the_earlier_one_nor_counts_from_it(client: Client, world: World) -> None:
    earlier = date(2025, 12, 31)
    Reading.objects.create(
        register=world.register, kind="accepted", period=date(2025, 12, 1), read_on=earlier, value=Decimal("1221.125")
    )
    account = world.point.account
    account.owned_since = earlier + timedelta(days=5)
    account.save()
    client.force_login(world.owner)
    for address in (
        WINDOW,
        f"{WINDOW}points/",
        world.url,
        f"{world.url}history/",
        WINDOW.replace("readings", "meters"),
    ):
        assert "1\u00a0221,125" not in client.get(address).content.decode()
    assert second_save(client, world, world.typed("1234,5")).status_code == 302
    assert Reading.objects.get(kind="customer").volume is None


def test_the_account_list_offers_entry_to_those_who_may_send(world: World) -> None:
    from cabinet_pages.access.queries import scope_for
    from cabinet_pages.readings.pages import ReadingsPage

    def action(user: Any) -> Any:
        scope = scope_for(user, "80-431930")
        assert scope is not None
        return ReadingsPage.account_list_action(scope)

    assert action(world.owner).label == "Ввести покази"
    assert action(world.viewer) is None
