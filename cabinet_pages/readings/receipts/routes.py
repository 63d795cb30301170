"""«Квитанція про подання показів»: what was sent, as a page, as PDF, and as a public check."""


class ReceiptRoutes:
    """Addresses below the readings window."""
