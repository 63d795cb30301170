"""Every write of the payments subject, by what it is about."""

from cabinet_pages.payments.services.credits import BankCreditRow, promote_bank_credits, remove_bank_credits
from cabinet_pages.payments.services.payments import (
    PAYMENT_FIELDS,
    PaymentRow,
    insert_payments,
    promote_payments,
    remove_payments,
)
from cabinet_pages.payments.services.queue import CreditRefused, assign_bank_credit, dismiss_bank_credit
from cabinet_pages.payments.services.settling import settle_bank_credits

__all__ = [
    "PAYMENT_FIELDS",
    "BankCreditRow",
    "CreditRefused",
    "PaymentRow",
    "assign_bank_credit",
    "dismiss_bank_credit",
    "insert_payments",
    "promote_bank_credits",
    "promote_payments",
    "remove_bank_credits",
    "remove_payments",
    "settle_bank_credits",
]
