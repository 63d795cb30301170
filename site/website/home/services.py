"""The public site as it is first set up."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from wagtail.models import Page, Site

from cabinet_pages.utility.models import UtilitySettings
from website.branches.models import BranchesPage
from website.content.models import ContentPage
from website.home import copy
from website.home.models import HomePage


@dataclass(frozen=True, slots=True)
class PublicSite:
    """The site and the pages that others refer to."""

    site: Site
    home: HomePage
    about: ContentPage
    business: ContentPage
    contacts: BranchesPage
    questions: ContentPage
    consent: ContentPage


@transaction.atomic
def build_public_site(*, root: Page | None = None, hostname: str = "localhost", port: int = 80) -> PublicSite:
    """Create the home page and the first content pages with their Ukrainian text; what is already there stays as it is.

    Wagtail's own «Welcome» page goes when nobody has put anything below it. The default site is pointed at the home
    page, and the consent page is entered into the utility's settings unless another one is.

    Args:
        root: the root of the page tree; the first root when not given.
        hostname: the host name of the default site.
        port: its port.
    """
    cabinet = reverse("cabinet_landing")
    root = root or Page.get_first_root_node()
    home = HomePage.objects.child_of(root).first() or _add_home(root)
    about = _page(home, ContentPage, copy.ABOUT)
    business = _page(home, ContentPage, copy.business(cabinet=cabinet))
    questions = _page(home, ContentPage, copy.QUESTIONS)
    contacts = _page(home, BranchesPage, copy.CONTACTS)
    consent = _page(home, ContentPage, copy.CONSENT)
    if not home.actions:
        home.actions = copy.quick_actions(
            cabinet=cabinet, business=business.pk, contacts=contacts.pk, questions=questions.pk
        )
        home.save_revision().publish()

    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.root_page = hostname, port, home
    site.site_name = site.site_name or copy.SITE_NAME
    site.save()
    _remove_welcome_page(root)

    utility = UtilitySettings.for_site(site)
    if utility.consent_page_id is None:
        utility.consent_page = Page.objects.get(pk=consent.pk)
        utility.save()
    return PublicSite(
        site=site,
        home=home,
        about=about,
        business=business,
        contacts=contacts,
        questions=questions,
        consent=consent,
    )


def _add_home(root: Page) -> HomePage:
    taken = Page.objects.child_of(root).filter(slug=copy.HOME["slug"]).exists()
    fields = {**copy.HOME, "slug": "site" if taken else copy.HOME["slug"]}
    home: HomePage = root.add_child(instance=HomePage(**fields))
    home.save_revision().publish()
    return home


def _page(parent: Page, page_type: type[Any], fields: dict[str, Any]) -> Any:
    """The child of this type and slug, created from the fields where there is none."""
    existing = page_type.objects.child_of(parent).filter(slug=fields["slug"]).first()
    if existing is not None:
        return existing
    page = parent.add_child(instance=page_type(**fields))
    page.save_revision().publish()
    return page


def _remove_welcome_page(root: Page) -> None:
    """Delete the page that Wagtail's first migration made, if it is still untouched and empty."""
    for page in Page.objects.child_of(root).filter(slug="home", numchild=0):
        if page.specific_class is Page and not Site.objects.filter(root_page=page).exists():
            page.delete()


__all__ = ["PublicSite", "build_public_site"]
