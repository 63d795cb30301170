"""The window «Введення показів лічильника» (manual 4.1)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin


class ReadingsPage(WindowMixin, CabinetBasePage):
    """«Введення показів лічильника»: choose a point, type, see the volumes, confirm; and the history."""

    template = "cabinet_pages/readings/readings_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: readings")
