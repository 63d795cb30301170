"""What people are told of online payments: that one is confirmed, and that money went back."""

from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.billing.online_payments.models import OnlinePayment
from cabinet_pages.billing.online_payments.rules import SETTLED
from cabinet_pages.billing.online_payments.services.reporting import NEWS
from cabinet_pages.billing.pages import InvoicesPage
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.events import NotificationEvent
from cabinet_pages.windows.addresses import window_address


class OnlinePaymentNews(AccountEvent):
    """Confirmed online payments and refunds of them; an item has the id of the `order`."""

    code = NEWS
    label = gettext_lazy("Online payment")
    template = "cabinet_pages/mail/online_payment"

    def context(self, told: Told) -> dict[str, Any] | None:
        """The orders as they stand now."""
        orders = list(
            OnlinePayment.objects.filter(
                pk__in={item["order"] for item in told.items}, account__in=told.scopes, state__in=SETTLED
            ).order_by("paid_at", "pk")
        )
        if not orders:
            return None
        account = told.scopes[orders[0].account_id].account
        return {
            "account": account,
            "orders": orders[:NAMED],
            "url": window_address(InvoicesPage, slug=account.slug),
        }


def online_payment_events() -> list[NotificationEvent]:
    """The event, where there is a provider; without one nobody is offered it in the profile."""
    return [OnlinePaymentNews()] if cabinet_settings.PAYMENT_PROVIDER else []
