"""What the payments subject writes into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

CREDIT_ASSIGN = "cabinet.bank_credit.assign"
CREDIT_DISMISS = "cabinet.bank_credit.dismiss"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(CREDIT_ASSIGN, _("Assign a receipt by bank"), _("Receipt by bank assigned"))
    actions.register_action(CREDIT_DISMISS, _("Dismiss a receipt by bank"), _("Receipt by bank dismissed"))


hooks.register("register_log_actions", register_log_actions)
