"""Days and moments in Kyiv time: the one place that asks for the present."""

from datetime import date, datetime

from django.utils import timezone

from cabinet_pages.conf import cabinet_settings


def kyiv_now() -> datetime:
    """The present moment with Kyiv's offset."""
    return kyiv_clock(timezone.now())


def kyiv_clock(moment: datetime) -> datetime:
    """An aware moment with Kyiv's offset, whatever zone the host's site or a user's admin is in."""
    return moment.astimezone(cabinet_settings.zone)


def kyiv_today() -> date:
    """The present day in Kyiv."""
    return kyiv_now().date()


def kyiv_date(moment: datetime) -> date:
    """The Kyiv day on which an aware moment lies."""
    return moment.astimezone(cabinet_settings.zone).date()
