"""Why the access subject does not do what it is asked, and the sentence a person reads."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cabinet_pages.access.rules import Violation


class Refused(Exception):
    """A service did nothing; `code` and `params` say why.

    Args:
        code: a key of SENTENCES, or one of those that `sentence` builds.
        params: what the sentence names.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return sentence((self.code, self.params))


SENTENCES = {
    # A request.
    "account_or_contract": gettext_lazy("Enter the account numbers or the contract number."),
    "too_many_accounts": gettext_lazy("One request may name at most %(limit)s accounts."),
    "attorney_number": gettext_lazy("Enter the number of the power of attorney."),
    "attorney_date": gettext_lazy("Enter the day until which the power of attorney is valid."),
    "attorney_ended": gettext_lazy("The power of attorney is no longer valid."),
    "scan_kind": gettext_lazy("The scan must be a PDF, JPEG or PNG file."),
    "scan_size": gettext_lazy("The scan is larger than %(limit)s MB."),
    "scan_empty": gettext_lazy("The file is empty."),
    "customer_code": gettext_lazy("An ЄДРПОУ code has 8 digits, a РНОКПП has 10."),
    "branch_inactive": gettext_lazy("This branch does not take requests."),
    # A decision of the branch.
    "not_your_branch": gettext_lazy("You do not work for this branch."),
    "no_accounts": gettext_lazy("Choose at least one account."),
    "foreign_account": gettext_lazy("An account of another branch cannot be opened by this request."),
    "already_decided": gettext_lazy("This request is already decided or withdrawn."),
    "not_confirmed": gettext_lazy("Only a confirmed request that waits for its code can get a new one."),
    "reason_required": gettext_lazy("Enter the reason."),
    "no_live_access": gettext_lazy(
        "This person has no open account in this branch yet: the first one needs a request and a code."
    ),
    "already_open": gettext_lazy("These accounts are already open to this person."),
    # A code.
    "code_form": gettext_lazy("A code has 12 letters and digits, for example ABCD-EFGH-2345."),
    "code_wrong": gettext_lazy("The code is wrong. Check it against the mail and enter it again."),
    "code_used": gettext_lazy("This code has already been used."),
    "code_expired": gettext_lazy("The code has expired. Ask your branch to send a new one."),
    "code_replaced": gettext_lazy("This code is no longer valid: use the one from the latest mail."),
    "code_exhausted": gettext_lazy("Too many wrong codes were entered. Ask your branch to send a new one."),
    "code_too_often": gettext_lazy("Too many codes were entered in a short time. Try again in an hour."),
    "code_attorney_ended": gettext_lazy(
        "The power of attorney in your request is no longer valid. Make a new request."
    ),
    "code_nothing_left": gettext_lazy("The accounts of this code can no longer be opened by it. Ask your branch."),
    # Access.
    "own_access": gettext_lazy("You cannot take your own access away."),
    "already_closed": gettext_lazy("This access is already closed."),
    "request_too_often": gettext_lazy("Too many requests were made in a short time. Try again later."),
    # Operators.
    "unknown_operator": gettext_lazy("This user has no such right."),
}


def sentence(violation: Violation) -> str:
    """The sentence of a violation in the active language."""
    code, params = violation
    if code == "code_wrong" and isinstance(left := params.get("left"), int):
        tries = ngettext("%(left)d try is left.", "%(left)d tries are left.", left) % {"left": left}
        return f"{_('The code is wrong. Check it against the mail and enter it again.')} {tries}"
    return str(SENTENCES[code]) % params
