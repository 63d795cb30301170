"""Sentences for the codes that the rules of readings return."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cabinet_pages.metering.models import Channel
from cabinet_pages.quantities.formatting import format_energy
from cabinet_pages.readings.rules import Finding

MESSAGES: dict[str, str | Promise] = {
    # Errors of a value.
    "not_a_number": _("Enter a number, for example 1234,56."),
    "negative": _("Enter a number that is not negative."),
    "too_many_digits": _("The meter shows at most %(digits)s digits before the decimal mark."),
    "too_many_decimals": _("At most %(decimals)s digits after the decimal mark."),
    "missing": _("Enter the reading of every zone of this meter."),
    "nothing_entered": _("Enter at least one reading."),
    "inactive_register": _("The meter was not in use on this day."),
    "previous_unusable": _("The previous reading does not fit the meter; please turn to your branch."),
    "before_previous": _("The previous reading was taken on %(date)s; this one cannot be earlier."),
    # Errors of the date and the window.
    "future_date": _("The date of the reading cannot be in the future."),
    "outside_window": _("The date of the reading must be from %(earliest)s to %(latest)s."),
    "window_closed": _("The window for readings is closed."),
    "correction_closed": _("The window is closed: what was sent can no longer be corrected."),
    "already_passed": _("This reading has been passed to billing and can no longer be corrected."),
    # Refusals of a submission as a whole.
    "not_allowed": _("You may read this account but not send readings for it."),
    "point_closed": _("This metering point is closed."),
    "not_asked": _("Readings of this point are not taken from the consumer."),
    "unchanged": _("These readings have already been sent; nothing changed."),
    "token_reused": _("This form has already been sent with other readings. Please open it again."),
    "calculation_changed": _("The data changed meanwhile. Please check the new calculation and save again."),
    "not_confirmed": _("Please confirm what is unusual and give the reason."),
    "not_explained": _("Say whether the register passed its last figure or the meter was replaced."),
    "not_your_branch": _("You do not work for this branch."),
    "reason_required": _("Enter the reason."),
    "basis_required": _("Say how the customer gave the readings, for example: by phone from Olena Galagan."),
    "busy": _("Somebody is sending readings of this point right now. Please try again."),
}


def unit_of(channel: str) -> str:
    """The unit of a channel's volumes."""
    reactive = channel in (Channel.REACTIVE_CONSUMED, Channel.REACTIVE_DELIVERED)
    return gettext("kVAr·h") if reactive else gettext("kWh")


def shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of a finding as they stand in a sentence: numbers in the reader's language, dates as dd.mm.yyyy."""
    language = get_language() or "uk"

    def present(value: Any) -> Any:
        if isinstance(value, Decimal):
            return format_energy(value, language=language)
        return value.strftime("%d.%m.%Y") if isinstance(value, date) else value

    return {name: present(value) for name, value in params.items()}


def message_of(finding: Finding) -> str:
    """The sentence of a finding in the reader's language."""
    return str(MESSAGES[finding.code]) % shown(finding.params)
