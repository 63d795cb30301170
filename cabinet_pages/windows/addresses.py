"""Addresses that one subject's page needs of another's, asked by hook, for subjects do not know one another."""

from collections.abc import Iterable

from django.http import HttpRequest
from wagtail import hooks

from cabinet_pages.access.queries import Scope

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
