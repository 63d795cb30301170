"""The list of invoices over one or all accounts."""
