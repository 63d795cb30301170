"""The windows «Рахунки» (manual 4.2) and «Фінансова інформація» (manual 4.4)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin


class InvoicesPage(WindowMixin, CabinetBasePage):
    """«Рахунки»: the invoices of an account, each with its PDF."""

    template = "cabinet_pages/billing/invoices_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: invoices")


class FinancePage(WindowMixin, CabinetBasePage):
    """«Фінансова інформація»: opening and closing balance of a chosen period."""

    template = "cabinet_pages/billing/finance_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: finance")
