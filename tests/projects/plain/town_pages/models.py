"""The town's only page type of its own."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class TownPage(Page):
    """A page of the town."""

    welcome = models.CharField(max_length=200, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("welcome")]
