"""What online payments write into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

ORDER = "cabinet.online_payment.order"
PAID = "cabinet.online_payment.paid"
REPORT = "cabinet.online_payment.report"
DISPUTE = "cabinet.online_payment.dispute"
REFUND_ASK = "cabinet.online_payment.refund_ask"
REFUND_DONE = "cabinet.online_payment.refund_done"
REFUND_REFUSED = "cabinet.online_payment.refund_refused"
BOOK = "cabinet.online_payment.book"
CLARIFY = "cabinet.online_payment.clarify"


def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    actions.register_action(ORDER, _("Begin an online payment"), _("Online payment begun"))
    actions.register_action(PAID, _("Confirm an online payment"), _("Online payment confirmed by the provider"))
    actions.register_action(REPORT, _("Report of an online payment"), _("Online payment: report of the provider"))
    actions.register_action(
        DISPUTE, _("Contradictory report"), _("Online payment: the provider’s report contradicts the order")
    )
    actions.register_action(REFUND_ASK, _("Ask for a refund"), _("Refund of an online payment asked for"))
    actions.register_action(REFUND_DONE, _("Refund"), _("Online payment refunded"))
    actions.register_action(REFUND_REFUSED, _("Refuse a refund"), _("Refund of an online payment refused"))
    actions.register_action(BOOK, _("Find an online payment in the books"), _("Online payment found in the books"))
    actions.register_action(CLARIFY, _("Clarify an online payment"), _("Online payment clarified"))


hooks.register("register_log_actions", register_log_actions)
