"""The window «Отримання документів з ЕЦП» (manual 4.6)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin


class DocumentsPage(WindowMixin, CabinetBasePage):
    """«Отримання документів з ЕЦП»: documents and their signatures, for download."""

    template = "cabinet_pages/documents/documents_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: signed documents")
