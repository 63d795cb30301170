"""What the readings subject writes into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

READINGS_SUBMIT = "cabinet.readings.submit"
WINDOW_REOPEN = "cabinet.readings.reopen"
READINGS_EXPORT = "cabinet.readings.export"
READINGS_REVIEW = "cabinet.readings.review"
READINGS_REJECT = "cabinet.readings.reject"
CALENDAR_CREATE = "cabinet.calendar.create"
CALENDAR_REMOVE = "cabinet.calendar.remove"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(READINGS_SUBMIT, _("Send readings"), _("Readings sent"))
    actions.register_action(READINGS_EXPORT, _("Export readings"), _("Readings exported"))
    actions.register_action(WINDOW_REOPEN, _("Reopen a reading window"), _("Reading window reopened"))
    actions.register_action(READINGS_REVIEW, _("Review readings"), _("Unusual readings reviewed"))
    actions.register_action(READINGS_REJECT, _("Reject readings"), _("Readings rejected"))
    actions.register_action(CALENDAR_CREATE, _("Make a calendar address"), _("Calendar address made"))
    actions.register_action(CALENDAR_REMOVE, _("Remove a calendar address"), _("Calendar address removed"))


hooks.register("register_log_actions", register_log_actions)
