"""Reads that the public pages share."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Page, Site


def trail_to(page: Page, request: HttpRequest) -> list[dict[str, Any]]:
    """The live pages from the site's home to a page, for the breadcrumbs; none for the home itself."""
    site = Site.find_for_request(request)
    if site is None or page.pk == site.root_page_id:
        return []
    ancestors = page.get_ancestors().descendant_of(site.root_page, inclusive=True).live()
    trail = [{"title": ancestor.title, "url": ancestor.get_url(request)} for ancestor in ancestors]
    return [*trail, {"title": page.title, "url": None}]


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The live, public pages right below the home that editors put into menus, in tree order."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    pages = site.root_page.get_children().live().public().in_menu()
    return [
        {"title": page.title, "url": url, "is_current": request.path.startswith(url)}
        for page in pages
        if (url := page.get_url(request))
    ]
