"""The window «Перегляд приладів обліку» (manual 4.5)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin


class MetersPage(WindowMixin, CabinetBasePage):
    """«Перегляд приладів обліку»: points, meters and registers of an account."""

    template = "cabinet_pages/metering/meters_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: meters")
