"""Every write of online payments, by what it is about."""

from cabinet_pages.billing.online_payments.services.booking import close_problem, mark_booked
from cabinet_pages.billing.online_payments.services.refunding import refund_payment
from cabinet_pages.billing.online_payments.services.reporting import Receipt, apply_report
from cabinet_pages.billing.online_payments.services.starting import hand_over, order_payment

__all__ = ["Receipt", "apply_report", "close_problem", "hand_over", "mark_booked", "order_payment", "refund_payment"]
