"""Who is told of a signed file: the branch when it comes, the customer when the branch has decided."""

from cabinet_pages.access.announcing import announce, listeners
from cabinet_pages.documents.models import CounterSignature
from cabinet_pages.notifications.services import post_template_mail

# The code of `documents.events.CounterSignatureDecision`, which knows the page that calls the services that call this.
DECISION_EVENT = "counter_signature"


def mail_upload(signed: CounterSignature) -> None:
    """Tell the branch that a signed file has come; a branch without an address finds it in its list alone."""
    account = signed.document.account
    if account.branch.email:
        post_template_mail(
            event_key=f"counter-signed:{signed.uuid}",
            to=account.branch.email,
            template="cabinet_pages/mail/counter_signed",
            context={"document": signed.document, "account": account},
        )


def announce_decision(signed: CounterSignature) -> None:
    """Tell who sent the file what the branch says of it; if that person has left, all who may sign for the account."""
    account = signed.document.account_id
    people = listeners(DECISION_EVENT, [account])
    own = [one for one in people if one.user_id == signed.uploaded_by_id]
    announce(
        event=DECISION_EVENT,
        items=[{"account": account, "on": signed.document.dated.isoformat(), "counter_signature": signed.pk}],
        key=f"counter-signature-decided:{signed.uuid}:",
        to=own or people,
    )
