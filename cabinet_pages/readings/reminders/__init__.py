"""Reminders: the mail about readings that are still to be sent, and the calendar of windows and verifications."""
