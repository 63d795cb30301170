"""The page of search results."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from website.search.queries import search_pages

PAGE_SIZE = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer `?query=` with the pages that hold its words, ten at a time."""
    query = request.GET.get("query", "").strip()
    results = Paginator(search_pages(request, query), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "search/search.html", {"query": query, "results": results})
