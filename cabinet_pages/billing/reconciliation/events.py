"""What people are told of their appeals: that the branch has answered."""

from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.access.models import Role
from cabinet_pages.billing.pages import FinancePage
from cabinet_pages.billing.reconciliation.models import Appeal, AppealState
from cabinet_pages.windows.addresses import window_address


class AppealAnswer(AccountEvent):
    """Answers to appeals against lines of an act; an item has the id of the `appeal`."""

    code = "appeal"
    label = gettext_lazy("Answer to an appeal")
    template = "cabinet_pages/mail/appeal_answered"
    roles = (Role.OWNER, Role.SUBMITTER)

    def context(self, told: Told) -> dict[str, Any] | None:
        """The answers as they stand now."""
        appeals = list(
            Appeal.objects.filter(
                pk__in={item["appeal"] for item in told.items},
                account__in=told.scopes,
                state=AppealState.ANSWERED,
            ).order_by("answered_at", "pk")
        )
        if not appeals:
            return None
        account = told.scopes[appeals[0].account_id].account
        return {
            "account": account,
            "appeals": appeals[:NAMED],
            "url": window_address(FinancePage, slug=account.slug, rest="appeals/"),
        }
