"""The user manual as a page of the cabinet: open to everybody, because registration is its first section."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cabinet_pages.windows.pages import CabinetBasePage, ManualMixin


class ManualSectionBlock(blocks.StructBlock):
    """A section of the manual; windows refer to it by its number."""

    number = blocks.CharBlock(label=_("number"), max_length=10, help_text=_("As in the manual: 1, 2, 4.1."))
    title = blocks.CharBlock(label=_("title"), max_length=160)
    text = blocks.RichTextBlock(label=_("text"), features=["bold", "italic", "link", "ol", "ul", "image"])

    class Meta:
        icon = "help"
        label = _("section")
        template = "cabinet_pages/manual/section.html"


class ManualPage(ManualMixin, CabinetBasePage):
    """«Довідка»: the manual with its sections 1–4.7, which every window links to."""

    sections = StreamField([("section", ManualSectionBlock())], verbose_name=_("sections"), blank=True)

    template = "cabinet_pages/manual/manual_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []
    content_panels: list[Any] = [*CabinetBasePage.content_panels, FieldPanel("sections")]

    class Meta:
        verbose_name = _("Manual")
