"""Why a service of online payments refuses: the sentences in the reader's language."""

from decimal import Decimal

from django.utils.translation import gettext_lazy

from cabinet_pages.templatetags.cabinet import money

SENTENCES = {
    "nothing_due": gettext_lazy("There is nothing left to pay to this account. Open the invoice again."),
    "provider_down": gettext_lazy(
        "The payment service does not answer at the moment. Nothing has been paid; try again in a few minutes, or pay "
        "by the QR code."
    ),
    "not_your_branch": gettext_lazy("You do not work for this branch."),
    "not_paid": gettext_lazy("Nothing has been paid by this order."),
    "no_provider": gettext_lazy("The payment service of this order is not connected, so it cannot be asked."),
    "reason_required": gettext_lazy("Enter the reason."),
    "too_much": gettext_lazy("At most %(amount)s can be given back."),
    "refund_unanswered": gettext_lazy(
        "The payment service does not answer, so it is not known whether the money went back. Repeat the refund below: "
        "it will not be given back twice."
    ),
    "refund_refused": gettext_lazy("The payment service has refused the refund: %(why)s"),
    "note_required": gettext_lazy("Enter where the payment is booked."),
    "answer_required": gettext_lazy("Enter what came of it."),
    "nothing_unclear": gettext_lazy("There is nothing to clarify any more."),
    "already_booked": gettext_lazy("This payment is already found in the books."),
}


class OnlineRefused(Exception):
    """A service did nothing, or did not finish; `code` is a key of SENTENCES, `params` what its sentence names."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        shown = {name: money(value) if isinstance(value, Decimal) else value for name, value in self.params.items()}
        return str(SENTENCES[self.code]) % shown
