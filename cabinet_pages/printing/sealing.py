"""The utility's seal on the PDFs that it issues: the contract, and the seal that the settings choose."""

from abc import ABC, abstractmethod

from django.utils.module_loading import import_string

from cabinet_pages.conf import cabinet_settings


class SealFailed(RuntimeError):
    """A document could not be sealed."""


class PdfSeal(ABC):
    """Puts the utility's seal on a PDF; chosen by the setting PDF_SEAL."""

    @abstractmethod
    def seal(self, document: bytes) -> bytes:
        """Return the PDF with the seal. Raises SealFailed."""


def pdf_seal() -> PdfSeal | None:
    """The seal that the setting PDF_SEAL names; None where it names none.

    Raises:
        TypeError: what it names is no seal, or takes other options.
    """
    chosen = cabinet_settings.PDF_SEAL
    if chosen is None:
        return None
    seal = import_string(chosen["BACKEND"])(**chosen.get("OPTIONS", {}))
    if not isinstance(seal, PdfSeal):
        raise TypeError(f"{chosen['BACKEND']} is not a PdfSeal")
    return seal
