"""What the access subject writes into Wagtail's log, and how the log reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from cabinet_pages.accounts.services import BRANCH_SAVE

REQUEST_SUBMIT = "cabinet.request.submit"
REQUEST_WITHDRAW = "cabinet.request.withdraw"
REQUEST_CONFIRM = "cabinet.request.confirm"
REQUEST_REFUSE = "cabinet.request.refuse"
REQUEST_REOPEN = "cabinet.request.reopen"
CODE_RESEND = "cabinet.code.resend"
CODE_WRONG = "cabinet.code.wrong"
CODE_USE = "cabinet.code.use"
ACCESS_GRANT = "cabinet.access.grant"
ACCESS_REVOKE = "cabinet.access.revoke"
ACCESS_CLOSE = "cabinet.access.close"
ACCESS_REOPEN = "cabinet.access.reopen"
OPERATOR_ADD = "cabinet.operator.add"
OPERATOR_REMOVE = "cabinet.operator.remove"
PROFILE_CHANGE = "cabinet.profile.change"


@hooks.register("register_log_actions")  # type: ignore[untyped-decorator]
def register_log_actions(actions: Any) -> None:
    """Name the actions for the log's readers."""
    for action, label, message in (
        (REQUEST_SUBMIT, _("Submit a request"), _("Request for access submitted")),
        (REQUEST_WITHDRAW, _("Withdraw a request"), _("Request for access withdrawn")),
        (REQUEST_CONFIRM, _("Confirm a request"), _("Request confirmed, activation code sent")),
        (REQUEST_REFUSE, _("Refuse a request"), _("Request for access refused")),
        (REQUEST_REOPEN, _("Reopen a request"), _("Request confirmed again after an import was undone")),
        (CODE_RESEND, _("Send a code again"), _("New activation code sent, the old one is dead")),
        (CODE_WRONG, _("Wrong code"), _("Wrong activation code entered")),
        (CODE_USE, _("Enter a code"), _("Activation code entered, accounts opened")),
        (ACCESS_GRANT, _("Grant access"), _("Access to the account granted")),
        (ACCESS_REVOKE, _("Revoke access"), _("Access to the account revoked")),
        (ACCESS_CLOSE, _("Close access"), _("Access closed after a change of customer")),
        (ACCESS_REOPEN, _("Reopen access"), _("Access opened again after an import was undone")),
        (OPERATOR_ADD, _("Add an operator"), _("Operator's right added")),
        (OPERATOR_REMOVE, _("Remove an operator"), _("Operator's right removed")),
        (PROFILE_CHANGE, _("Change a profile"), _("Profile changed")),
        (BRANCH_SAVE, _("Save a branch"), _("Branch saved")),
    ):
        actions.register_action(action, label, message)
