"""Bank statements: the tables of Ukrainian banks, whose account a payment is for, and what becomes of a row."""
