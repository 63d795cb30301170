"""Receivers of allauth's signals."""
