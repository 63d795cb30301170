"""How invoices explain themselves."""
