"""Who is told of an appeal: the branch when it is filed, the customer when it is answered."""

from cabinet_pages.access.announcing import announce, listeners
from cabinet_pages.billing.reconciliation.models import Appeal
from cabinet_pages.notifications.services import post_template_mail

# The code of `events.AppealAnswer`, which knows the page that calls the services that call this.
ANSWER_EVENT = "appeal"


def mail_appeal(appeal: Appeal) -> None:
    """Tell the branch that an appeal waits; a branch without an address finds it in its list alone."""
    branch = appeal.account.branch
    if branch.email:
        post_template_mail(
            event_key=f"appeal-filed:{appeal.uuid}",
            to=branch.email,
            template="cabinet_pages/mail/appeal_filed",
            context={"appeal": appeal, "account": appeal.account},
        )


def announce_answer(appeal: Appeal) -> None:
    """Tell who filed the appeal that it is answered; if that person has left, all who may file one for the account."""
    people = listeners(ANSWER_EVENT, [appeal.account_id])
    own = [one for one in people if one.user_id == appeal.filed_by_id]
    announce(
        event=ANSWER_EVENT,
        items=[{"account": appeal.account_id, "on": appeal.line_day.isoformat(), "appeal": appeal.pk}],
        key=f"appeal-answered:{appeal.uuid}:",
        to=own or people,
    )
