"""Search over the public pages."""

import re
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page, Site, get_page_models

from cabinet_pages.windows.pages import Guard

MAX_QUERY_LENGTH = 200


def search_pages(request: HttpRequest, query: str) -> Any:
    """Live, public pages of the request's site that hold every word of a query; never a page of the cabinet.

    Returns:
        a lazy sequence of pages by relevance, or an empty list for an empty query.
    """
    site = Site.find_for_request(request)
    # Only words reach the database: its full-text search has a language of its own, in which a lone quote is an error.
    words = " ".join(re.findall(r"\w+", query[:MAX_QUERY_LENGTH]))
    if site is None or not words:
        return []
    guarded = [model for model in get_page_models() if issubclass(model, Guard)]
    pages = Page.objects.descendant_of(site.root_page, inclusive=True).live().public()
    return (pages.not_type(*guarded) if guarded else pages).specific().search(words, operator="and")
