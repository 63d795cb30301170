"""Reads for the shell of the cabinet: sections, windows, addresses."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from wagtail.models import get_page_models

from cabinet_pages.access.queries import Scope


@dataclass(frozen=True, slots=True)
class WindowLink:
    """One entry of the window bar."""

    title: str
    url: str
    is_current: bool


def concrete_types(mixin: type) -> list[type[Any]]:
    """Every installed page type that carries a mixin, a stranger's among them."""
    return [model for model in get_page_models() if issubclass(model, mixin)]


def window_bar(section: Any, mixin: type, scope: Scope, *, request: HttpRequest, current: Any) -> list[WindowLink]:
    """The live windows of a section in tree order, each at the address of the account; one query."""
    pages = section.get_children().live().type(*concrete_types(mixin))
    return [
        WindowLink(
            title=page.title,
            url=f"{page.get_url(request)}{scope.account.slug}/",
            is_current=page.pk == current.pk,
        )
        for page in pages
    ]


def first_of_type(parent: Any, mixin: type) -> Any | None:
    """The first live child page that carries a mixin, or None."""
    types = concrete_types(mixin)
    return parent.get_children().live().type(*types).first() if types else None


def deepest_page(root: Any, components: list[str]) -> tuple[Any, list[str]] | None:
    """The deepest live page under `root` that a path leads to, with the rest of the path; two queries at any depth.

    Every page on the way must be live, as in Wagtail's own step-by-step routing.
    """
    prefixes = [root.url_path + "/".join(components[:length]) + "/" for length in range(1, len(components) + 1)]
    found = None
    for page in root.get_descendants().live().filter(Q(url_path__in=prefixes)).order_by("depth"):
        if page.depth != (found or root).depth + 1:
            break
        found = page
    return None if found is None else (found.specific, components[found.depth - root.depth :])
