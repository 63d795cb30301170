"""The window «Отримання платежів» (manual 4.7)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin


class PaymentsPage(WindowMixin, CabinetBasePage):
    """«Отримання платежів»: two dates, the payments between them, totals by article."""

    template = "cabinet_pages/payments/payments_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: payments")
