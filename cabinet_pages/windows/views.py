"""Where a person goes after signing in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail import hooks
from wagtail.models import Site
from wagtail.permission_policies.pages import PagePermissionPolicy

from cabinet_pages.access.queries import accesses_for, branches_for, requests_of
from cabinet_pages.access.views import private
from cabinet_pages.windows.pages import AccountListMixin, CabinetMixin, SectionMixin
from cabinet_pages.windows.queries import first_below

# A function of a request that returns an address for an employee, or None; the first answer counts.
STAFF_LANDING_HOOK = "cabinet_staff_landing"


@private
@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """Send everybody to their own work: operators, editors, administrators, customers with and without accounts."""
    return redirect(_staff_landing(request) or _customer_landing(request))


@private
@login_required
def activation(request: HttpRequest) -> HttpResponse:
    """The address that a mail with a code names: the section's page where the code is typed."""
    section = first_below(_root(request), SectionMixin)
    return redirect("/" if section is None else f"{section.get_url(request)}{section.reverse_subpage('requests')}")


def _staff_landing(request: HttpRequest) -> str | None:
    user: Any = request.user
    if not user.has_perm("wagtailadmin.access_admin"):
        return None
    if user.is_superuser:
        return reverse("wagtailadmin_home")
    if branches_for(user).exists():
        for function in hooks.get_hooks(STAFF_LANDING_HOOK):
            if url := function(request):
                return str(url)
        return reverse("wagtailadmin_home")
    if PagePermissionPolicy().explorable_root_instance(user) is not None:
        return reverse("wagtailadmin_explore_root")
    return reverse("wagtailadmin_home")


def _customer_landing(request: HttpRequest) -> str:
    root = _root(request)
    page = None
    if accesses_for(request.user).exists():
        page = first_below(root, AccountListMixin)
    elif requests_of(request.user).exists():
        page = first_below(root, SectionMixin)
    page = page or first_below(root, CabinetMixin)
    return "/" if page is None else str(page.get_url(request))


def _root(request: HttpRequest) -> Any:
    site = Site.find_for_request(request)
    return None if site is None else site.root_page
