"""Writes of appeals: a person disagrees with a line of an act, the branch answers."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from wagtail.log_actions import log

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope, branches_for
from cabinet_pages.billing.reconciliation import audit
from cabinet_pages.billing.reconciliation.mails import announce_answer, mail_appeal
from cabinet_pages.billing.reconciliation.messages import AppealRefused, line_text
from cabinet_pages.billing.reconciliation.models import Appeal, AppealState
from cabinet_pages.billing.reconciliation.rules import Line
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE

_LINE_TEXT_AT_MOST = 500


@transaction.atomic
def file_appeal(*, by: Any, scope: Scope, line: Line, first: date, last: date, words: str) -> Appeal:
    """Open an appeal against a line of an act and tell the branch; one that is open already is returned unchanged.

    Args:
        by: the person.
        scope: what opens the account to them; a viewer may not, of a terminated contract the others still may.
        line: as the act has it at this moment; its text and sums are kept.
        first, last: the days of the act.
        words: what they do not agree with.

    Raises:
        AppealRefused: `viewer`, `words_required`.
    """
    if scope.role not in (Role.OWNER, Role.SUBMITTER):
        raise AppealRefused("viewer")
    words = _plain(words)
    if not words:
        raise AppealRefused("words_required")
    with translation.override(DOCUMENT_LANGUAGE):
        text = line_text(line)[:_LINE_TEXT_AT_MOST]
    appeal, created = Appeal.objects.get_or_create(
        account=scope.account,
        line_key=line.key,
        state=AppealState.OPEN,
        defaults={
            "line_day": line.day,
            "line_text": text,
            "debit": line.debit,
            "credit": line.credit,
            "first_day": first,
            "last_day": last,
            "words": words,
            "filed_by": by,
        },
    )
    if created:
        log(scope.account, audit.APPEAL_FILE, user=by, data={"appeal": str(appeal.uuid), "line": text})
        mail_appeal(appeal)
    return appeal


@transaction.atomic
def answer_appeal(*, by: Any, appeal: Appeal, answer: str) -> None:
    """Answer an appeal once, and tell the customer.

    Args:
        by: an employee of the account's branch.
        appeal: with its account loaded; it is changed in place.
        answer: the customer will read it.

    Raises:
        AppealRefused: `not_your_branch`, `answer_required`, `already_answered`.
    """
    if not branches_for(by).filter(pk=appeal.account.branch_id).exists():
        raise AppealRefused("not_your_branch")
    answer = _plain(answer)
    if not answer:
        raise AppealRefused("answer_required")
    changes = {
        "state": AppealState.ANSWERED,
        "answer": answer,
        "answered_at": timezone.now(),
        "answered_by_id": by.pk,
    }
    if not Appeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN).update(**changes):
        raise AppealRefused("already_answered")
    for name, value in changes.items():
        setattr(appeal, name, value)
    log(
        appeal.account,
        audit.APPEAL_ANSWER,
        user=by,
        data={"appeal": str(appeal.uuid), "line": appeal.line_text, "answer": answer},
    )
    announce_answer(appeal)


def _plain(text: str) -> str:
    # PostgreSQL stores no NUL.
    return text.replace("\x00", "").strip()
