"""Decisions about bank credits that nothing has matched: whose the money is, or that it is not ours."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from cabinet_pages.access.announcing import announce, listeners
from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.models import Account
from cabinet_pages.articles.models import Article
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.payments import audit
from cabinet_pages.payments.events import PaymentReceived
from cabinet_pages.payments.models import BANK_DOCUMENT, BankCredit, MatchedBy
from cabinet_pages.payments.queries import credits_for_staff
from cabinet_pages.payments.services.credits import unbook_bank_credit
from cabinet_pages.payments.services.settling import settle_bank_credits
from cabinet_pages.quantities.identifiers import normalise_account_number

_REASON_LENGTH = 255

SENTENCES = {
    "no_such_credit": gettext_lazy("There is no such receipt."),
    "no_such_account": gettext_lazy("Account %(account)s was not found in your branches."),
    "other_branch": gettext_lazy("Account %(account)s was not found in branch %(branch)s"),
    "no_such_article": gettext_lazy("Choose an article."),
    "already_assigned": gettext_lazy("Somebody has already assigned this receipt."),
    "reason_required": gettext_lazy("Enter the reason."),
    "reason_too_long": gettext_lazy("The reason has at most %(limit)s characters."),
}


class CreditRefused(Exception):
    """Nothing was done; `code` is a key of SENTENCES, `params` what its sentence names."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(SENTENCES[self.code]) % self.params


@transaction.atomic
def assign_bank_credit(*, credit_id: int, account_number: str, article_id: int, by: Any) -> BankCredit:
    """Say whose account a credit is for and what is paid by it; a dismissed one is ours again.

    The same decision again changes nothing. A credit in a branch's queue goes to an account of that branch; one in
    the central office's to any. A foreign account and an absent one get the same sentence.

    Raises:
        CreditRefused: see SENTENCES; a credit of another branch is absent.
    """
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        raise CreditRefused("no_such_article")
    number = normalise_account_number(account_number)
    credit = _own(credit_id, by)
    account = Account.objects.filter(number=number, branch__in=branches_for(by)).select_related("branch").first()
    if account is not None and credit.branch_id not in (None, account.branch_id):
        raise CreditRefused("other_branch", account=number, branch=credit.branch.code if credit.branch else "")
    if account is None:
        raise CreditRefused("no_such_account", account=number)
    if _is_assigned(credit, account, article):
        return credit
    if not _decide(
        credit,
        account=account,
        article=article,
        branch=account.branch,
        matched_by=MatchedBy.HAND,
        dismissed_at=None,
        dismissed_by=None,
        dismissal_reason="",
    ):
        credit.refresh_from_db()
        if _is_assigned(credit, account, article):
            return credit
        raise CreditRefused("already_assigned")
    log(
        credit,
        audit.CREDIT_ASSIGN,
        user=by,
        data={"account": account.number, "article": article.name, "amount": f"{credit.amount:f}"},
    )
    settle_bank_credits(accounts={account.pk, credit.account_id or account.pk})
    credit.refresh_from_db()
    _announce(credit)
    return credit


@transaction.atomic
def dismiss_bank_credit(*, credit_id: int, reason: str, by: Any) -> BankCredit:
    """Say that a credit is not a customer's payment («не наш платіж»); the same again changes nothing.

    Raises:
        CreditRefused: see SENTENCES; a credit of another branch is absent, an assigned one is somebody's already.
    """
    told = " ".join(reason.split())
    if not told:
        raise CreditRefused("reason_required")
    if len(told) > _REASON_LENGTH:
        raise CreditRefused("reason_too_long", limit=_REASON_LENGTH)
    credit = _own(credit_id, by)
    if credit.dismissed_at is not None:
        return credit
    unbook_bank_credit(credit_id=credit.pk)
    if not _decide(credit, payment=None, dismissed_at=timezone.now(), dismissed_by=by, dismissal_reason=told):
        credit.refresh_from_db()
        if credit.dismissed_at is not None:
            return credit
        raise CreditRefused("already_assigned")
    log(credit, audit.CREDIT_DISMISS, user=by, data={"reason": told, "amount": f"{credit.amount:f}"})
    if credit.account_id is not None:
        settle_bank_credits(accounts={credit.account_id})
    credit.refresh_from_db()
    return credit


def _announce(credit: BankCredit) -> None:
    """Tell the people of the account of a payment that was made of a credit; of others the ERP's payment is told."""
    payment = credit.payment
    oldest = kyiv_today() - timedelta(days=cabinet_settings.IMPORT_MAIL_MAX_AGE)
    if payment is None or not payment.document.startswith(BANK_DOCUMENT) or payment.paid_on < oldest:
        return
    item = {"account": payment.account_id, "on": payment.paid_on.isoformat(), "amount": f"{payment.amount:.2f}"}
    announce(
        event=PaymentReceived.code,
        items=[item],
        key=f"bank-credit:{credit.pk}:{payment.pk}:",
        to=listeners(PaymentReceived.code, [payment.account_id]),
    )


def _own(credit_id: int, by: Any) -> BankCredit:
    """The credit, if it is the employee's to decide about."""
    credit = credits_for_staff(by).filter(pk=credit_id).first()
    if credit is None:
        raise CreditRefused("no_such_credit")
    return credit


def _is_assigned(credit: BankCredit, account: Account, article: Article) -> bool:
    same = (credit.account_id, credit.article_id) == (account.pk, article.pk)
    return same and credit.dismissed_at is None


def _decide(credit: BankCredit, **fields: Any) -> bool:
    """Write a decision about a credit that still waits as it was read; return whether it did."""
    if credit.account_id is not None and credit.article_id is not None:
        return False
    as_read = {name: getattr(credit, name) for name in ("account_id", "article_id", "dismissed_at")}
    return BankCredit.objects.filter(pk=credit.pk, withdrawn=False, **as_read).update(**fields) == 1
