"""Decisions about bank credits that nothing has matched: whose the money is, or that it is not ours."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.models import Account
from cabinet_pages.articles.models import Article
from cabinet_pages.payments import audit
from cabinet_pages.payments.models import BankCredit, MatchedBy
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
    credit = _locked(credit_id, by)
    account = Account.objects.filter(number=number, branch__in=branches_for(by)).select_related("branch").first()
    if account is not None and credit.branch_id not in (None, account.branch_id):
        raise CreditRefused("other_branch", account=number, branch=credit.branch.code if credit.branch else "")
    if account is None:
        raise CreditRefused("no_such_account", account=number)
    if (credit.account_id, credit.article_id) == (account.pk, article.pk) and credit.dismissed_at is None:
        return credit
    if credit.account_id is not None and credit.article_id is not None:
        raise CreditRefused("already_assigned")
    before = credit.account_id
    credit.account, credit.article, credit.branch = account, article, account.branch
    credit.matched_by = MatchedBy.HAND
    credit.dismissed_at = credit.dismissed_by = None
    credit.dismissal_reason = ""
    credit.save()
    log(
        credit,
        audit.CREDIT_ASSIGN,
        user=by,
        data={"account": account.number, "article": article.name, "amount": f"{credit.amount:f}"},
    )
    settle_bank_credits(accounts={account.pk} | ({before} if before is not None else set()))
    credit.refresh_from_db()
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
    credit = _locked(credit_id, by)
    if credit.dismissed_at is not None:
        return credit
    if credit.account_id is not None and credit.article_id is not None:
        raise CreditRefused("already_assigned")
    unbook_bank_credit(credit_id=credit.pk)
    credit.payment = None
    credit.dismissed_at, credit.dismissed_by, credit.dismissal_reason = timezone.now(), by, told
    credit.save()
    log(credit, audit.CREDIT_DISMISS, user=by, data={"reason": told, "amount": f"{credit.amount:f}"})
    if credit.account_id is not None:
        settle_bank_credits(accounts={credit.account_id})
    return credit


def _locked(credit_id: int, by: Any) -> BankCredit:
    """The credit, if it is the employee's to decide about; it stays ours until the transaction ends."""
    credit = credits_for_staff(by).select_for_update(of=("self",)).filter(pk=credit_id).first()
    if credit is None:
        raise CreditRefused("no_such_credit")
    return credit
