"""What archives write into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

ARCHIVE_ORDER = "cabinet.archive.order"
ARCHIVE_DOWNLOAD = "cabinet.archive.download"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(ARCHIVE_ORDER, _("Order an archive"), _("Archive of files ordered"))
    actions.register_action(ARCHIVE_DOWNLOAD, _("Download an archive"), _("Archive of files downloaded"))


hooks.register("register_log_actions", register_log_actions)
