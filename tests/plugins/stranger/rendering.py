"""A renderer of PDF: exactly one of its kind, so it is chosen by the setting PDF_RENDERER."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from reportlab.pdfgen.canvas import Canvas

from cabinet_pages.printing.rendering import PdfRenderer


class StampedRenderer(PdfRenderer):
    """Writes how long the document is instead of the document.

    Args:
        stamp: a word for the first line.
    """

    def __init__(self, *, stamp: str) -> None:
        self.stamp = stamp

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        """The bytes of a PDF; `context` comes from exports and is never trusted."""
        markup = render_to_string(template, dict(context))
        canvas = Canvas("unused", pageCompression=0)
        canvas.drawString(72, 720, f"{self.stamp}: {len(markup)} characters")
        document: bytes = canvas.getpdfdata()
        return document
