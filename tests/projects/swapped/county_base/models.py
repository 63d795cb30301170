"""The county's base page: every page of its site, the cabinet's among them, knows the office that keeps it."""

from django.db import models
from wagtail.models import AbstractPage


class BasePage(AbstractPage):
    """What each page of the county is."""

    office = models.CharField(max_length=80, blank=True)

    promote_panels = [*AbstractPage.promote_panels, "office"]
