"""Registers our own formats and kinds through the doors a stranger's would take, and the audit's actions."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from cabinet_pages.doctor import HOOK as DOCTOR_HOOK
from cabinet_pages.windows.freshness import DATA_AS_OF_HOOK
from imports.doctor import import_topics
from imports.engine.stops import BUILT_IN_STOPS, Stop
from imports.formats import BUILT_IN, Format
from imports.freshness import imported_as_of
from imports.resources import BUILT_IN_KINDS
from imports.resources.base import KindResource
from imports.staff.desk import BatchAdmin, staff_landing
from imports.staff.exports import ReadingExportAdmin
from imports.staff.profiles import ProfileAdmin
from imports.staff.queue import CreditQueueAdmin
from imports.staff.tokens import TokenAdmin
from imports.statements.doctor import bank_topics


def _format(one: Format) -> Format:
    return one


def _kind(one: type[KindResource]) -> type[KindResource]:
    return one


def _stop(one: Stop) -> Stop:
    return one


for _one in BUILT_IN:
    hooks.register("register_import_format", partial(_format, _one))
for _resource in BUILT_IN_KINDS:
    hooks.register("register_import_kind", partial(_kind, _resource))
for _held in BUILT_IN_STOPS:
    hooks.register("register_import_stop", partial(_stop, _held))


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """Name the acts of importing in the history screens."""
    actions.register_action("imports.apply", _("Apply an import"), _("Import applied"))
    actions.register_action("imports.cancel", _("Cancel an import"), _("Import cancelled"))
    actions.register_action("imports.token.issue", _("Make a push token"), _("Push token made"))
    actions.register_action("imports.token.revoke", _("Revoke a push token"), _("Push token revoked"))
    actions.register_action(
        "imports.approve",
        _("Confirm an import for a second person"),
        _("Import confirmed by the first of two employees"),
    )
    actions.register_action("imports.remap", _("Map columns"), _("Columns of the file mapped by hand"))
    actions.register_action("imports.save_source", _("Save a source of files"), _("Source of files saved"))
    actions.register_action("imports.delete_source", _("Forget a source of files"), _("Source of files forgotten"))
    actions.register_action("imports.undo", _("Undo an import"), _("Import undone"))


modeladmin_register(BatchAdmin)
modeladmin_register(CreditQueueAdmin)
modeladmin_register(ReadingExportAdmin)
modeladmin_register(ProfileAdmin)
modeladmin_register(TokenAdmin)
hooks.register("cabinet_staff_landing", staff_landing)
hooks.register(DOCTOR_HOOK, import_topics)
hooks.register(DOCTOR_HOOK, bank_topics)

hooks.register(DATA_AS_OF_HOOK, imported_as_of)
