"""Writes of a branch's collecting: unusual readings are reviewed or sent back, windows opened again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.models import Account
from cabinet_pages.readings import audit, rules
from cabinet_pages.readings.collecting.mails import announce_rejections
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState, WindowReopening
from cabinet_pages.readings.reminders.digest import remind_of_reopening
from cabinet_pages.readings.services import SubmissionRefused

#: Readings that one click may decide.
MOST_AT_ONCE = 500


@transaction.atomic
def review_readings(*, by: Any, readings: Collection[int]) -> int:
    """Mark unusual readings as looked at; return how many were.

    A reading that billing has got meanwhile, that was corrected, or that a colleague has reviewed stays as it is.

    Args:
        by: an employee.
        readings: ids; those of other branches are passed over as absent ones.
    """
    moment = timezone.now()
    wanted = _ids(_open(by, readings).filter(reviewed_at__isnull=True))
    Reading.objects.filter(pk__in=wanted, **_STILL).filter(reviewed_at__isnull=True).update(
        reviewed_by=by, reviewed_at=moment
    )
    done = _done(wanted, by, moment)
    _log(audit.READINGS_REVIEW, by, done)
    return len(done)


@transaction.atomic
def reject_readings(*, by: Any, readings: Collection[int], reason: str) -> list[Reading]:
    """Send readings back to who sent them, each with every zone of its meter and channel; return those sent back.

    The zones go together, because a customer can only send them together. The customer sees the reason, gets one
    mail for each account, and may send again while a window takes readings. What billing has got meanwhile stays.

    Args:
        by: an employee.
        readings: ids; those of other branches are passed over as absent ones.
        reason: the customer will read it.

    Raises:
        SubmissionRefused: there is no reason.
    """
    # PostgreSQL stores no NUL.
    reason = reason.replace("\x00", "").strip()[:255]
    if not reason:
        raise SubmissionRefused((None, rules.Finding("reason_required")))
    moment = timezone.now()
    chosen = _open(by, readings).values_list("register__meter_id", "register__channel", "period")
    groups = Q(pk__in=[])
    for meter, channel, period in sorted(set(chosen)):
        groups |= Q(register__meter=meter, register__channel=channel, period=period)
    wanted = _ids(Reading.objects.filter(groups, **_STILL))
    Reading.objects.filter(pk__in=wanted, **_STILL).update(
        state=ReadingState.REJECTED, state_reason=reason, decided_at=moment, reviewed_by=by, reviewed_at=moment
    )
    done = _done(wanted, by, moment)
    _log(audit.READINGS_REJECT, by, done, reason)
    announce_rejections(done)
    return done


def reopen_window(*, account: Account, period: date, open_until: date, reason: str, by: Any) -> WindowReopening:
    """Open the reading window of an account again, or move the last day of one reopened before.

    Those who may send and have not sent everything are told of it once for every last day.

    Args:
        account: of a branch that the employee works for.
        period: the first day of the settled month.
        open_until: the last Kyiv day on which readings are taken.
        reason: kept with the reopening and in the log.
        by: the employee.

    Raises:
        SubmissionRefused: the employee does not work for the account's branch.
    """
    if not branches_for(by).filter(pk=account.branch_id).exists():
        raise SubmissionRefused((None, rules.Finding("not_your_branch")))
    with transaction.atomic():
        reopening, _ = WindowReopening.objects.update_or_create(
            account=account,
            period=rules.first_of_month(period),
            defaults={"open_until": open_until, "reason": reason.strip()[:255], "opened_by": by},
        )
        log(
            account,
            audit.WINDOW_REOPEN,
            user=by,
            data={"period": f"{period:%Y-%m}", "until": open_until.isoformat(), "reason": reason},
        )
        remind_of_reopening(reopening)
    return reopening


# A reading that can still be decided: the one that stands, and that billing has not got.
_STILL: dict[str, Any] = {
    "kind": ReadingKind.CUSTOMER,
    "state": ReadingState.SUBMITTED,
    "is_current": True,
    "withdrawn": False,
}


def _open(by: Any, readings: Collection[int]) -> "QuerySet[Reading]":
    chosen = list(readings)[:MOST_AT_ONCE]
    return Reading.objects.filter(
        pk__in=chosen, register__meter__point__account__branch__in=branches_for(by), **_STILL
    ).order_by("pk")


def _ids(readings: "QuerySet[Reading]") -> list[int]:
    return list(readings.values_list("pk", flat=True))


def _done(readings: Iterable[int], by: Any, moment: Any) -> list[Reading]:
    """Those that our own conditional update has changed: nobody else writes this person at this microsecond."""
    return list(
        Reading.objects.filter(pk__in=list(readings)[: MOST_AT_ONCE * 4], reviewed_by=by, reviewed_at=moment)
        .select_related("register__meter__point__account__customer", "submission__user")
        .order_by("register__meter__point__account__number", "register__meter__point__name", "pk")
    )


def _log(action: str, by: Any, readings: Sequence[Reading], reason: str = "") -> None:
    for account, group in by_account(readings):
        data = {
            "periods": sorted({f"{one.period:%Y-%m}" for one in group}),
            "points": sorted({one.register.meter.point.code for one in group}),
            "readings": [one.pk for one in group],
        }
        log(account, action, user=by, data={**data, "reason": reason} if reason else data)


def by_account(readings: Iterable[Reading]) -> list[tuple[Account, list[Reading]]]:
    """Readings under their accounts, in the order in which they come."""
    groups: dict[int, tuple[Account, list[Reading]]] = {}
    for one in readings:
        account = one.register.meter.point.account
        groups.setdefault(account.pk, (account, []))[1].append(one)
    return list(groups.values())
