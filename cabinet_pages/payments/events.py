"""What people are told of payments: those that are booked."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.payments.models import Payment
from cabinet_pages.payments.pages import PaymentsPage
from cabinet_pages.windows.addresses import window_address


class PaymentReceived(AccountEvent):
    """Payments that are booked; an item has their `amount` in UAH as exact text."""

    code = "payment"
    label = gettext_lazy("Payment received")
    template = "cabinet_pages/mail/payment_received"

    def context(self, told: Told) -> dict[str, Any] | None:
        """The payments that are still booked."""
        days = [item["on"] for item in told.items]
        stored = Counter(
            Payment.objects.filter(
                account__in=told.scopes, paid_on__range=(min(days), max(days)), withdrawn=False
            ).values_list("account_id", "paid_on", "amount")
        )
        told_items = []
        left = Counter({(account, on.isoformat(), f"{amount:.2f}"): n for (account, on, amount), n in stored.items()})
        for item in told.items:
            key = (item["account"], item["on"], item["amount"])
            if left[key]:
                left[key] -= 1
                told_items.append(item)
        if not told_items:
            return None
        window = window_address(PaymentsPage)
        return {
            "count": len(told_items),
            "lines": [
                {
                    "account": told.scopes[item["account"]].account,
                    "day": date.fromisoformat(item["on"]),
                    "amount": Decimal(item["amount"]),
                    "url": f"{window}{told.scopes[item['account']].account.slug}/"
                    f"?from_date={item['on']}&to_date={item['on']}",
                }
                for item in told_items[:NAMED]
            ],
            "more": max(len(told_items) - NAMED, 0),
        }
