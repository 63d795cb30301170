"""Pages of a list, cut by the database."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from cabinet_pages.conf import cabinet_settings


def page_of(rows: Any, request: HttpRequest, *, count: int | None = None) -> "Page[Any]":
    """The page that the query parameter `page` asks for; the nearest one where there is no such page.

    Args:
        rows: a sequence or an ordered query set; only the page's rows are fetched.
        request: the present request.
        count: the number of rows where it is known already, which saves a query.
    """
    paginator: Paginator[Any] = Paginator(rows, cabinet_settings.ROWS_PER_PAGE)
    if count is not None:
        # `count` is a cached property: a value in its place is never computed.
        paginator.__dict__["count"] = count
    return paginator.get_page(request.GET.get("page"))
