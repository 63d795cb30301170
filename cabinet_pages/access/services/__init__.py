"""Every write of the access subject, by what it is about."""

from cabinet_pages.access.services.accesses import (
    ClosedAccess,
    close_accesses_of_accounts,
    grant_access,
    reopen_accesses,
    reopen_accounts,
    revoke_access,
)
from cabinet_pages.access.services.codes import Activation, activate, resend_code
from cabinet_pages.access.services.operators import add_operator, remove_operator
from cabinet_pages.access.services.people import change_profile, register_person, set_language
from cabinet_pages.access.services.requests import (
    confirm_request,
    refuse_request,
    submit_request,
    take_back_confirmation,
    withdraw_request,
)

__all__ = [
    "Activation",
    "ClosedAccess",
    "activate",
    "add_operator",
    "change_profile",
    "close_accesses_of_accounts",
    "confirm_request",
    "grant_access",
    "refuse_request",
    "register_person",
    "remove_operator",
    "reopen_accesses",
    "reopen_accounts",
    "resend_code",
    "revoke_access",
    "set_language",
    "submit_request",
    "take_back_confirmation",
    "withdraw_request",
]
