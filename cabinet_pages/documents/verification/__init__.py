"""Verification of signed documents: pure computation on bytes, without Django and without a network.

What is checked, and what is not, is told in docs/decisions/0016-signatures.md.
"""
