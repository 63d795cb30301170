"""Many of a kind: each is registered through a hook of Wagtail, found in this file of any installed app."""

from collections.abc import Collection
from datetime import date

from django.http import HttpRequest
from wagtail import hooks

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.kinds import ArchiveKind
from cabinet_pages.metering.submitted import SubmittedRegister
from cabinet_pages.notifications.channels import NotificationChannel
from cabinet_pages.notifications.events import NotificationEvent
from cabinet_pages.payments.models import Payment
from cabinet_pages.payments.uses import PaymentUse, UsedPart
from cabinet_pages.readings.checks import ReadingCheck
from imports.engine.stops import Stop
from imports.formats import Format
from stranger.archives import ContractArchive
from stranger.checks import RoundThousands
from stranger.formats import CaretTable
from stranger.heat import heat_register
from stranger.notices import PowerIsBack, TownPager
from stranger.stops import RoundSum


@hooks.register("register_import_format")
def caret_table() -> Format:
    """One function, one format."""
    return CaretTable()


@hooks.register("register_import_stop")
def round_sum() -> Stop:
    """One function, one stop."""
    return RoundSum()


@hooks.register("register_reading_check")
def own_reading_checks() -> list[ReadingCheck]:
    """One function, any number of checks."""
    return [RoundThousands()]


@hooks.register("register_notification_channel")
def own_channels() -> list[NotificationChannel]:
    """One function, any number of channels."""
    return [TownPager()]


@hooks.register("register_notification_event")
def own_events() -> list[NotificationEvent]:
    """One function, any number of events."""
    return [PowerIsBack()]


@hooks.register("cabinet_archive_kinds")
def own_archives() -> list[ArchiveKind]:
    """One function, any number of kinds."""
    return [ContractArchive()]


@hooks.register("cabinet_staff_landing", order=-1)
def to_the_branches(request: HttpRequest) -> str | None:
    """Where an employee goes after signing in; None leaves it to the next function."""
    return "/admin/cabinet_pages/account/?from=stranger" if "stranger" in request.user.email else None


@hooks.register("cabinet_invoice_addresses")
def in_the_old_archive(request: HttpRequest, scope: Scope, numbers: set[str]) -> dict[str, str]:
    """Where an account's older invoices are; a number without an address is left out, and stays plain text."""
    return {number: f"/archive/{scope.account.number}/{number}/" for number in numbers if number.startswith("OLD-")}


@hooks.register("cabinet_payment_uses", order=1)
def as_the_ledger_says(scope: Scope, payments: Collection[int]) -> dict[int, PaymentUse]:
    """Where payments of an account went, by primary key; one that is left out is as the cabinet computes it."""
    booked = Payment.objects.filter(account=scope.account, pk__in=payments, document__startswith="LEDGER-")
    return {payment.pk: PaymentUse(parts=(UsedPart(payment.amount, payment.document),)) for payment in booked}


@hooks.register("cabinet_submitted_readings")
def as_the_heat_meters_say(
    scope: Scope, points: Collection[str], meters: Collection[str], months: Collection[date]
) -> list[SubmittedRegister]:
    """Registers that are read by another way; those of a foreign account are never asked for."""
    return [heat_register(code, month) for code in points if code.startswith("HEAT-") for month in months]


@hooks.register("cabinet_data_as_of")
def as_of_the_feed(branches: set[int], kinds: set[str]) -> dict[tuple[int, str], date]:
    """The day of data that come by another way than files, by primary key of the branch and kind."""
    return {(branch, "payments"): date(2026, 1, 31) for branch in branches if "payments" in kinds}
