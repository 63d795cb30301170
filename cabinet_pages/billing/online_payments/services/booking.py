"""What the branch knows of an order and no rule finds: that the ERP has booked it, or what a report meant."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access.queries import branches_for
from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment
from cabinet_pages.billing.online_payments.rules import HELD


@transaction.atomic
def mark_booked(*, by: Any, order: OnlinePayment, note: str) -> None:
    """Count a paid order no longer, because the branch has found its payment in the books under another name.

    Args:
        by: an employee of the account's branch.
        order: with its account loaded; it is changed in place.
        note: where the payment is.

    Raises:
        OnlineRefused: `not_your_branch`, `note_required`, `not_paid`, `already_booked`.
    """
    if not branches_for(by).filter(pk=order.account.branch_id).exists():
        raise OnlineRefused("not_your_branch")
    note = " ".join(note.replace("\x00", "").split())[:255]
    if not note:
        raise OnlineRefused("note_required")
    changed = OnlinePayment.objects.filter(pk=order.pk, state__in=HELD, booked_at__isnull=True).update(
        booked_at=timezone.now(), booked_by=by, booked_note=note
    )
    order.refresh_from_db()
    if not changed:
        raise OnlineRefused("already_booked" if order.booked_at else "not_paid")
    log(order, audit.BOOK, user=by, data={"note": note, "amount": f"{order.amount:f}"})


@transaction.atomic
def close_problem(*, by: Any, order: OnlinePayment, note: str) -> None:
    """Say what came of an order whose reports contradict it; it is no longer to be clarified.

    Args:
        by: an employee of the account's branch.
        order: with its account loaded; it is changed in place.
        note: what came of it, for the log.

    Raises:
        OnlineRefused: `not_your_branch`, `answer_required`, `nothing_unclear`.
    """
    if not branches_for(by).filter(pk=order.account.branch_id).exists():
        raise OnlineRefused("not_your_branch")
    note = " ".join(note.replace("\x00", "").split())[:255]
    if not note:
        raise OnlineRefused("answer_required")
    problem = order.problem
    if not problem or not OnlinePayment.objects.filter(pk=order.pk, problem=problem).update(problem=""):
        raise OnlineRefused("nothing_unclear")
    order.problem = ""
    log(order, audit.CLARIFY, user=by, data={"problem": problem, "note": note})
