"""Reads for the shell of the cabinet: sections, windows, addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from wagtail.models import get_page_models

from cabinet_pages.access.queries import Scope


@dataclass(frozen=True, slots=True)
class WindowLink:
    """One entry of the window bar."""

    title: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class WindowBar:
    """The windows of an account, and the addresses of the account list and the manual; '' where there is none.

    Args:
        addresses: where windows open for the account, by the names of their page types and of what those derive from;
            of two of a kind the first.
    """

    windows: list[WindowLink]
    accounts_url: str
    manual_url: str
    addresses: dict[str, str]


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button of an account's row in the account list; primary ones stand first."""

    label: "str | Promise"
    is_primary: bool = False
    url: str = ""


def concrete_types(mixin: type) -> list[type[Any]]:
    """Every installed page type that carries a mixin, a stranger's among them."""
    return [model for model in get_page_models() if issubclass(model, mixin)]


def window_bar(
    section: Any,
    mixin: type,
    scope: Scope,
    *,
    request: HttpRequest,
    current: Any,
    list_mixin: type,
    manual_mixin: type,
) -> WindowBar:
    """The live windows of a section in tree order, each at the address of the account, and what stands beside them.

    One query for all of it.
    """
    list_types, manual_types = concrete_types(list_mixin), concrete_types(manual_mixin)
    windows, accounts_url, manual_url = [], "", ""
    addresses: dict[str, str] = {}
    for page in section.get_children().live().type(*concrete_types(mixin), *list_types, *manual_types):
        url = page.get_url(request)
        page_type = page.cached_content_type.model_class()
        if issubclass(page_type, tuple(list_types)):
            accounts_url = accounts_url or url
        elif issubclass(page_type, tuple(manual_types)):
            manual_url = manual_url or url
        else:
            own = f"{url}{scope.account.slug}/"
            windows.append(WindowLink(title=page.title, url=own, is_current=page.pk == current.pk))
            for ancestor in page_type.__mro__:
                if issubclass(ancestor, mixin) and ancestor is not mixin:
                    addresses.setdefault(ancestor.__name__, own)
    return WindowBar(windows=windows, accounts_url=accounts_url, manual_url=manual_url, addresses=addresses)


def manual_anchor(number: str) -> str:
    """The anchor of a section on the manual's page: «4.7» is at `section-4-7`."""
    return f"section-{number.replace('.', '-')}"


def manual_address(url: str, number: str) -> str:
    """The address of a section of the manual; of its beginning without a number, '' without a manual."""
    return f"{url}#{manual_anchor(number)}" if url and number else url


def row_actions(windows: list[tuple[type[Any], str]], scope: Scope) -> list[RowAction]:
    """The buttons of one account's row: those that the section's windows offer for it, primary ones first.

    Args:
        windows: page types and addresses of the section's windows, in tree order, as `window_addresses` gives them.
        scope: the account.
    """
    offered = [(page_type.account_list_action(scope), url) for page_type, url in windows]
    actions = [
        RowAction(label=action.label, is_primary=action.is_primary, url=f"{url}{scope.account.slug}/")
        for action, url in offered
        if action is not None
    ]
    return sorted(actions, key=lambda action: not action.is_primary)


def all_accounts_actions(windows: list[tuple[type[Any], str]], scopes: Sequence[Scope]) -> list[RowAction]:
    """The buttons above the account list that lead to several accounts at once.

    Args:
        windows: as of `row_actions`.
        scopes: the accounts of the list.
    """
    offered = [(page_type.all_accounts_action(scopes), url) for page_type, url in windows]
    return [
        RowAction(label=action.label, is_primary=action.is_primary, url=f"{url}{action.url}")
        for action, url in offered
        if action is not None
    ]


def window_addresses(section: Any, mixin: type, request: HttpRequest) -> list[tuple[type[Any], str]]:
    """Page types and addresses of a section's live windows, in tree order; one query."""
    pages = section.get_children().live().type(*concrete_types(mixin))
    return [(page.cached_content_type.model_class(), page.get_url(request)) for page in pages]


def first_of_type(parent: Any, mixin: type) -> Any | None:
    """The first live child page that carries a mixin, or None."""
    types = concrete_types(mixin)
    return parent.get_children().live().type(*types).first() if types else None


def deepest_page(root: Any, components: list[str]) -> tuple[Any, list[str]] | None:
    """The deepest live page under `root` that a path leads to, with the rest of the path; two queries at any depth.

    Every page on the way must be live, as in Wagtail's own step-by-step routing.
    """
    prefixes = [root.url_path + "/".join(components[:length]) + "/" for length in range(1, len(components) + 1)]
    parent = found = None
    for page in root.get_descendants().live().filter(Q(url_path__in=prefixes)).order_by("depth"):
        if page.depth != (found or root).depth + 1:
            break
        parent, found = found, page
    if found is None:
        return None
    specific = found.specific
    # Page trees remember a parent once asked for; it is at hand here, so asking costs no query.
    specific._cached_parent_obj = parent or root
    return specific, components[found.depth - root.depth :]


def first_below(root: Any, mixin: type) -> Any | None:
    """The first live page below `root`, at any depth in tree order, that carries a mixin; None without one."""
    page = _first_base_below(root, mixin)
    return None if page is None else page.specific


def address_below(root: Any, mixin: type, request: HttpRequest) -> str:
    """The address of the page that `first_below` finds, without loading what only its own type has; '' without one."""
    page = _first_base_below(root, mixin)
    return "" if page is None else str(page.get_url(request))


def _first_base_below(root: Any, mixin: type) -> Any | None:
    types = concrete_types(mixin)
    if root is None or not types:
        return None
    return root.get_descendants().live().type(*types).order_by("path").first()
