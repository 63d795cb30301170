"""Paying an invoice online: the contract of payment providers, the orders given to them, and what they report."""
