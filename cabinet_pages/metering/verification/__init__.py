"""The horizon of verifications (повірка): which meters of a customer are due soon or overdue. It forbids nothing."""
