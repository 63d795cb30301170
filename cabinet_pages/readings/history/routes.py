"""Readings and volumes over 24 months as tables, pictures and files."""


class HistoryRoutes:
    """Addresses below the readings window."""
