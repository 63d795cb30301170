"""Addresses that one subject's page needs of another's, asked by hook, for subjects do not know one another."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from wagtail import hooks
from wagtail.models import Site

from cabinet_pages.access.queries import Scope
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.windows.queries import first_below

# A function of a request, a scope and a set of numbers that returns the addresses of the account's invoices by number.
INVOICE_ADDRESSES_HOOK = "cabinet_invoice_addresses"


def invoice_addresses(request: HttpRequest, scope: Scope, numbers: Iterable[str]) -> dict[str, str]:
    """The addresses of invoices by number, as far as the account has them; no query where no number is asked for."""
    asked = {number for number in numbers if number}
    found: dict[str, str] = {}
    if asked:
        for function in hooks.get_hooks(INVOICE_ADDRESSES_HOOK):
            found |= function(request, scope, asked)
    return found


def window_address(mixin: type, *, slug: str = "", rest: str = "") -> str:
    """The address, for a mail, of a window of the default site; that of the cabinet's entrance where there is none.

    Args:
        mixin: the window's page type.
        slug: an account's, for its part of the window.
        rest: what follows it in the address.
    """
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    page = first_below(site.root_page, mixin) if site else None
    parts = page.get_url_parts() if page else None
    if parts is None:
        return absolute_url(reverse("cabinet_landing"))
    return absolute_url(f"{parts[2]}{slug}/{rest}" if slug else parts[2])
