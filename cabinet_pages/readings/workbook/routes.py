"""The reading sheet as an XLSX file, out and in."""


class WorkbookRoutes:
    """Addresses below the readings window."""
