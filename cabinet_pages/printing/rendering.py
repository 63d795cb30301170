"""Documents as PDF: the contract of a renderer, and the one that ships."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.printing.sealing import PdfSeal, SealFailed, pdf_seal

ASSETS = Path(__file__).resolve().parent / "assets"
# What the templates of documents extend.
LAYOUT = "cabinet_pages/printing/document.html"
# Documents are issued in the language of the country's accounting, whatever the reader's own.
DOCUMENT_LANGUAGE = "uk"


class PdfFailed(RuntimeError):
    """A document could not be rendered."""


class PdfRenderer(ABC):
    """Turns a template and its values into a PDF; chosen by the setting PDF_RENDERER.

    Values come from exports and are never trusted: an implementation escapes them, fetches nothing over the network
    and reads no file outside its own assets.
    """

    @abstractmethod
    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        """Render a template.

        Args:
            template: the name of a Django template.
            context: its values.

        Returns:
            the bytes of the PDF.

        Raises:
            PdfFailed: the document cannot be made.
        """


class Xhtml2PdfRenderer(PdfRenderer):
    """xhtml2pdf with every resource but its own fonts out of reach.

    Args:
        assets: a folder with the fonts that the templates name; ours by default.
        max_render_seconds: how long one document may take.
    """

    def __init__(self, *, assets: str | Path = ASSETS, max_render_seconds: float = 20) -> None:
        self.assets = Path(assets)
        self.policy = ResourceAccessPolicy.server(
            base_dir=self.assets, allow_remote=False, max_render_seconds=max_render_seconds
        )

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        with translation.override(DOCUMENT_LANGUAGE):
            markup = render_to_string(template, dict(context))
        target = BytesIO()
        # The name of a file in the assets is what relative addresses of fonts are resolved against.
        document = self.assets / "document.html"
        result = pisa.CreatePDF(
            markup,
            dest=target,
            path=str(document),
            encoding="utf-8",
            resource_policy=self.policy,
            raise_exception=False,
        )
        if result.err:
            raise PdfFailed(f"{template}: xhtml2pdf reported {result.err} errors")
        return target.getvalue()


class SealedRenderer(PdfRenderer):
    """Another renderer, whose documents get the utility's seal.

    Args:
        renderer: makes the documents.
        seal: signs them.
    """

    def __init__(self, renderer: PdfRenderer, seal: PdfSeal) -> None:
        self.renderer = renderer
        self.seal = seal

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        document = self.renderer.render(template, context)
        try:
            return self.seal.seal(document)
        except SealFailed as error:
            raise PdfFailed(f"{template}: the seal failed: {error}") from error


def pdf_renderer() -> PdfRenderer:
    """The renderer that the setting PDF_RENDERER names, with the seal of PDF_SEAL where there is one."""
    chosen = cabinet_settings.PDF_RENDERER
    renderer = import_string(chosen["BACKEND"])(**chosen.get("OPTIONS", {}))
    if not isinstance(renderer, PdfRenderer):
        raise TypeError(f"{chosen['BACKEND']} is not a PdfRenderer")
    seal = pdf_seal()
    return renderer if seal is None else SealedRenderer(renderer, seal)


__all__ = ["LAYOUT", "PdfFailed", "PdfRenderer", "SealedRenderer", "Xhtml2PdfRenderer", "pdf_renderer"]
