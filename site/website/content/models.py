"""Content pages: whatever editors tell, in blocks."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from website.content.blocks import BodyBlock
from website.content.queries import trail_to


class ContentPage(Page):
    """A page of the public site: a title, an introduction, blocks; it may have pages of its own below it."""

    intro = models.TextField(_("introduction"), blank=True, help_text=_("One or two sentences under the title."))
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    parent_page_types = ["home.HomePage", "content.ContentPage"]
    subpage_types = ["content.ContentPage"]
    template = "content/content_page.html"

    class Meta:
        verbose_name = _("Content page")
        verbose_name_plural = _("Content pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the way to this page and the pages below it."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["trail"] = trail_to(self, request)
        context["subpages"] = [
            {"title": page.title, "url": page.get_url(request), "text": page.intro}
            for page in ContentPage.objects.child_of(self).live().public()
        ]
        return context
