"""The home page."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from website.content.blocks import BodyBlock, QuickActionBlock


class HomePage(Page):
    """The first page: what the utility is, the way into the cabinet, what people come for most."""

    hero_title = models.CharField(_("headline"), max_length=160)
    hero_text = models.TextField(_("text under the headline"), blank=True)
    cabinet_button = models.CharField(
        _("words on the button to the cabinet"), max_length=60, blank=True, default="Особистий кабінет"
    )
    actions_title = models.CharField(_("heading of the quick actions"), max_length=120, blank=True)
    actions = StreamField(
        [("action", QuickActionBlock(label=_("Quick action")))], verbose_name=_("quick actions"), blank=True
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_title"), FieldPanel("hero_text"), FieldPanel("cabinet_button")], heading=_("Headline")
        ),
        MultiFieldPanel([FieldPanel("actions_title"), FieldPanel("actions")], heading=_("Quick actions")),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("hero_title"),
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("Home page")
        verbose_name_plural = _("Home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the quick actions that lead somewhere; one whose page is gone is left out."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["quick_actions"] = [child.value for child in self.actions if child.value["link"].href]
        return context
