"""What appeals write into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

APPEAL_FILE = "cabinet.appeal.file"
APPEAL_ANSWER = "cabinet.appeal.answer"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(APPEAL_FILE, _("File an appeal"), _("Appeal against a line of an act filed"))
    actions.register_action(APPEAL_ANSWER, _("Answer an appeal"), _("Appeal against a line of an act answered"))


hooks.register("register_log_actions", register_log_actions)
