"""«Відомість показів»: all points of an account, or of all of a person's accounts, on one screen."""


class SheetRoutes:
    """Addresses below the readings window."""
