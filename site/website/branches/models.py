"""Contacts of the utility and of its branches."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from website.branches.queries import branch_contacts
from website.content.blocks import BodyBlock
from website.content.queries import trail_to


class BranchesPage(Page):
    """«Контакти та структурні одиниці»: the utility's contacts from the settings, the branches from their records."""

    intro = models.TextField(_("introduction"), blank=True)
    branches_title = models.CharField(_("heading above the branches"), max_length=120, default="Структурні одиниці")
    body = StreamField(BodyBlock(), verbose_name=_("text after the branches"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("branches_title"),
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "branches/branches_page.html"

    class Meta:
        verbose_name = _("Contacts and branches")
        verbose_name_plural = _("Contacts and branches")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the way to this page and the contacts of every working branch."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["trail"] = trail_to(self, request)
        context["branches"] = branch_contacts()
        return context
