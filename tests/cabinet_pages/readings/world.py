"""An account at the end of January 2026, a point with a register at 1200, and the people around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope, scope_for
from cabinet_pages.metering.models import MeteringPoint, Register
from cabinet_pages.readings.models import ReadingSubmission
from cabinet_pages.readings.services import submit_readings
from tests import factories

NUMBER = "80-431930"
WINDOW = f"/cabinet/legal/readings/{NUMBER}/"
# A moment in the open window of January 2026: the settlement day, 10:00 in Kyiv.
NOW = "2026-01-31T10:00:00+02:00"
JANUARY = date(2026, 1, 1)
LAST_DAY = date(2026, 1, 31)


@dataclass
class World:
    """What a test of the window stands on."""

    owner: Any
    viewer: Any
    stranger: Any
    register: Register

    @property
    def point(self) -> MeteringPoint:
        """The point of the register."""
        return self.register.meter.point

    @property
    def url(self) -> str:
        """The address of the entry form."""
        return f"{WINDOW}points/{self.point.pk}/"

    @property
    def scope(self) -> Scope:
        """The owner's scope."""
        found = scope_for(self.owner, NUMBER)
        assert found is not None
        return found

    def typed(self, value: str, **more: str) -> dict[str, str]:
        """What the form posts at the first «Зберегти»."""
        return {
            "period": "2026-01",
            "read_on": "2026-01-31",
            f"value_{self.register.pk}": value,
            "step": "calculate",
            **more,
        }

    def submit(self, value: str, *, token: UUID | None = None, **more: Any) -> ReadingSubmission:
        """Send a value of the register past the pages."""
        entries: Mapping[int, Decimal] = {self.register.pk: Decimal(value)}
        given = {"point": self.point, "period": JANUARY, "read_on": LAST_DAY, "entries": entries, **more}
        scope = given.pop("scope", None) or self.scope
        user = given.pop("user", self.owner)
        return submit_readings(scope=scope, user=user, token=token or uuid4(), **given)


def make_world(**register: Any) -> World:
    """An account of VIN settled on the last day, with an owner, a viewer and a stranger who has another account."""
    account = factories.make_account(NUMBER)
    owner, viewer, stranger = (factories.make_user() for _ in range(3))
    factories.grant(owner, account)
    factories.grant(viewer, account, Role.VIEWER)
    factories.grant(stranger, factories.make_account("80-36", factories.make_branch("TRO")))
    fields = {"multiplier": "200", "initial_value": Decimal(1200), **register}
    return World(owner, viewer, stranger, factories.make_register(account, **fields))


def second_save(client: Client, world: World, data: dict[str, str], **more: str) -> Any:
    """The second «Зберегти» of the calculation that `data` leads to."""
    shown = client.post(world.url, data).context["form"]
    fields = {"token": str(shown["token"].value()), "shown": shown["shown"].value(), "step": "submit"}
    return client.post(world.url, {**data, **fields, **more})
