"""Writes of billing, by what they write."""
