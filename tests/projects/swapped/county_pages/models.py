"""The county's own page type."""

from county_base.models import BasePage
from django.db import models


class CountyPage(BasePage):
    """A page of the county."""

    welcome = models.CharField(max_length=200, blank=True)
