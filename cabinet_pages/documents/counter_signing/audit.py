"""What counter-signed documents write into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

UPLOAD = "cabinet.counter_signature.upload"
ACCEPT = "cabinet.counter_signature.accept"
RETURN = "cabinet.counter_signature.return"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(UPLOAD, _("Send a signed document"), _("Signed document sent by the consumer"))
    actions.register_action(ACCEPT, _("Accept a signed document"), _("Signed document of the consumer accepted"))
    actions.register_action(RETURN, _("Return a signed document"), _("Signed document of the consumer returned"))


hooks.register("register_log_actions", register_log_actions)
