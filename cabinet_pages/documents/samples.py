"""Made-up documents for previews in the page editor; nothing of it is saved."""

from datetime import date

from django.utils.translation import gettext as _

from cabinet_pages.documents.models import SignedDocument


def sample_documents() -> list[SignedDocument]:
    """A signed document and one without a signature."""
    return [
        SignedDocument(
            kind=_("Sample act"),
            number=str(number),
            dated=date(2020, number, 1),
            title=_("Sample document"),
            file="sample.pdf",
            file_name="sample.pdf",
            signature=signature,
        )
        for number, signature in ((2, "sample.pdf.p7s"), (1, ""))
    ]
