"""Writes of archives: orders, the worker's steps, and the sweeping."""
