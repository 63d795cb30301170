"""The sentences of bank statements, by code."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

MESSAGES: Final[Mapping[str, Any]] = {
    "foreign_bank_account": _(
        "The statement is of another's bank account: %(accounts)s. Accounts of the company are listed in the settings "
        "(BANK_ACCOUNTS); give a statement of one of them."
    ),
    "no_bank_account": _(
        "The statement does not tell whose bank account it is. Export it in a form that names the account, "
        "for example CSV or the exchange with 1C."
    ),
    "personal_card_statement": _(
        "This is a statement of a personal card, not of a bank account of the company. "
        "Export the statement of the account in the bank's cabinet for business."
    ),
    "unknown_direction": _("The document does not tell whether the money came or went."),
    "negative_amount": _("The sum of a document must not be negative."),
    "payments_from_bank": _(
        "Payments of branch %(branch)s are booked from bank statements, so a file of payments from 1C would count "
        "them twice. Give a bank statement, or ask the central office to change the source of the branch's payments."
    ),
}
