"""What an act says of its lines, and why a service refuses: the sentences in the reader's language."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.billing.models import InvoiceKind
from cabinet_pages.billing.reconciliation.rules import Line, LineKind, Violation
from cabinet_pages.payments.models import PaymentKind
from cabinet_pages.templatetags.cabinet import day as written_day
from cabinet_pages.templatetags.cabinet import period

PERIOD_SENTENCES = {
    "turned": gettext_lazy("The act ends before it begins. Swap the dates or choose a later one."),
    "future": gettext_lazy("The period is not over yet: choose an end no later than today, %(day)s."),
    "no_balances": gettext_lazy(
        "The branch has not sent any balances of this account yet, so there is nothing an act could begin with."
    ),
    "before_data": gettext_lazy("There are no data before %(day)s. Choose a period that ends on that day or later."),
    "too_long": gettext_lazy("The act has more than %(limit)s lines. Choose a shorter period."),
}

APPEAL_SENTENCES = {
    "viewer": gettext_lazy(
        "With your access you can look at the account only. An owner or a submitter of it may disagree with a line."
    ),
    "words_required": gettext_lazy("Write what you do not agree with."),
    "answer_required": gettext_lazy("Write the answer."),
    "not_your_branch": gettext_lazy("You do not work for this branch."),
    "already_answered": gettext_lazy("This appeal is already answered."),
}


class AppealRefused(Exception):
    """A service did nothing; `code` is a key of APPEAL_SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(APPEAL_SENTENCES[self.code])


def period_sentence(violation: Violation) -> str:
    """Why there is no act, in the active language."""
    code, params = violation
    shown: Mapping[str, object] = {
        name: written_day(value) if isinstance(value, date) else value for name, value in params.items()
    }
    return str(PERIOD_SENTENCES[code]) % shown


def line_title(line: Line) -> str:
    """What a line is, without its article: a document with number and date, or what is being clarified."""
    month = {"month": period(line.month)}
    document = {"number": line.number, "day": written_day(line.dated)}
    match line.kind:
        case LineKind.INVOICE:
            if line.variety == InvoiceKind.PREPAYMENT:
                return _("Invoice for prepayment № %(number)s of %(day)s") % document
            if line.variety == InvoiceKind.CORRECTION:
                return _("Corrective invoice № %(number)s of %(day)s") % document
            return _("Invoice № %(number)s of %(day)s") % document
        case LineKind.PAYMENT:
            title = _payment_title(line.variety)
            return _("%(payment)s, document № %(number)s") % {"payment": title, **document} if line.number else title
        case LineKind.CORRECTION:
            return _("Correction for %(month)s") % month
        case LineKind.CHARGED_GAP:
            return _("Not posted / being clarified: charged for %(month)s") % month
        case LineKind.PAID_GAP:
            return _("Not posted / being clarified: paid for %(month)s") % month
        case LineKind.OPENING_GAP:
            return _("Being clarified: balance at the beginning of %(month)s") % month
        case LineKind.CLOSING_GAP:
            return _("Being clarified: balance at the end of %(month)s") % month


def line_text(line: Line) -> str:
    """A line in one sentence, with its article."""
    return ", ".join(filter(None, [line_title(line), line.article]))


def _payment_title(variety: str) -> str:
    return {
        PaymentKind.PAYMENT: _("Payment"),
        PaymentKind.REFUND: _("Return of money"),
        PaymentKind.OFFSET: _("Offset"),
        PaymentKind.TRANSFER: _("Transfer"),
        PaymentKind.WRITE_OFF: _("Write-off"),
    }[PaymentKind(variety)]
