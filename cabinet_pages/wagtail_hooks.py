"""What the cabinet gives to Wagtail's admin: its staff screens and the names of what the log says."""

from functools import partial
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from cabinet_pages.archives.kinds import ARCHIVE_KINDS_HOOK, ArchiveKind
from cabinet_pages.billing.archive import InvoiceArchive
from cabinet_pages.billing.events import NewInvoice
from cabinet_pages.billing.online_payments.events import online_payment_events
from cabinet_pages.billing.reconciliation.events import AppealAnswer
from cabinet_pages.billing.uses import payment_uses
from cabinet_pages.documents.archive import DocumentArchive
from cabinet_pages.documents.events import CounterSignatureDecision, DocumentToSign
from cabinet_pages.metering.submitted import SUBMITTED_READINGS_HOOK
from cabinet_pages.notifications.events import HOOK as EVENT_HOOK
from cabinet_pages.notifications.events import NotificationEvent
from cabinet_pages.payments.events import PaymentReceived
from cabinet_pages.payments.uses import PAYMENT_USES_HOOK
from cabinet_pages.readings.events import ReadingVerdict, WindowOpening
from cabinet_pages.readings.submitted import submitted_registers
from cabinet_pages.staff.menu import CabinetGroup
from cabinet_pages.staff.site_history import guard_site_history, hide_site_history


def _events(event: type[NotificationEvent]) -> list[NotificationEvent]:
    return [event()]


for _event in (
    NewInvoice,
    PaymentReceived,
    DocumentToSign,
    CounterSignatureDecision,
    AppealAnswer,
    ReadingVerdict,
    WindowOpening,
):
    hooks.register(EVENT_HOOK, partial(_events, _event))

hooks.register(EVENT_HOOK, online_payment_events)
hooks.register(PAYMENT_USES_HOOK, payment_uses)
hooks.register(SUBMITTED_READINGS_HOOK, submitted_registers)


@hooks.register(ARCHIVE_KINDS_HOOK)
def archive_kinds() -> list[ArchiveKind]:
    """What the windows of the cabinet make archives of."""
    return [InvoiceArchive(), DocumentArchive()]


modeladmin_register(CabinetGroup)
guard_site_history()
hooks.register("construct_reports_menu", hide_site_history)


@hooks.register("insert_global_admin_css")
def menu_css() -> SafeString:
    """Style what stands on every page of the admin."""
    return format_html('<link rel="stylesheet" href="{}">', static("cabinet_pages/css/admin.css"))


@hooks.register("register_log_actions")
def register_export_action(actions: Any) -> None:
    """Name the export of a list: it is noted at the person who exported."""
    actions.register_action("cabinet_pages.export", _("Export a list"), _("List exported"))
