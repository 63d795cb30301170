"""The home page and the shell around every public page."""

from collections.abc import Callable
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page, Site
from wagtail.test.utils import WagtailPageTestCase

from website.branches.models import BranchesPage
from website.content.models import ContentPage
from website.home.models import HomePage
from website.home.services import PublicSite, build_public_site

ADDRESSES = ["/", "/about/", "/business/", "/contacts/", "/questions/", "/consent/", "/search/?query=покази"]


class TestPlaceInTheTree(WagtailPageTestCase):
    """Which page may stand below which."""

    def test_a_home_page_stands_under_the_root_alone(self) -> None:
        self.assertCanCreateAt(Page, HomePage)
        self.assertCanNotCreateAt(HomePage, HomePage)
        self.assertCanNotCreateAt(ContentPage, HomePage)

    def test_content_and_contacts_stand_under_the_home_page(self) -> None:
        self.assertCanCreateAt(HomePage, ContentPage)
        self.assertCanCreateAt(ContentPage, ContentPage)
        self.assertCanCreateAt(HomePage, BranchesPage)
        self.assertCanNotCreateAt(ContentPage, BranchesPage)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_public_page_shows_the_utility_in_its_header_and_footer(
    public_site: PublicSite, client: Client, address: str
) -> None:
    html = unescape(client.get(address).content.decode())

    header, footer = html.split("<main", 1)[0], html.split("<footer", 1)[1]
    assert "Кол-центр:" in header
    assert "Головна" in header
    assert "Увійти" in header
    for phone in ("0 (800) 217-217", "(0432) 65-95-95"):
        assert phone in header
        assert phone in footer
    assert 'href="tel:0800217217"' in header
    assert "21050, м. Вінниця, вул. Магістратська, 2" in footer
    assert "office@utility.example" in footer
    assert "v.1.0" in footer
    assert '© АТ "Вінницяобленерго", 2019–' in footer


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_public_page_has_inline_code_or_fetches_from_elsewhere(
    public_site: PublicSite,
    client: Client,
    asks_nothing_foreign: Callable[[HttpResponse], None],
    address: str,
) -> None:
    response = client.get(address)

    assert response.status_code == 200
    asks_nothing_foreign(response)
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_home_page_leads_to_the_cabinet_and_to_each_quick_action(public_site: PublicSite, client: Client) -> None:
    response = client.get("/")

    assert public_site.home.hero_title in response.content.decode()
    assert [action["title"] for action in response.context["quick_actions"]] == [
        "Передати покази",
        "Для бізнесу",
        "Контакти",
        "Питання й відповіді",
    ]


def test_a_quick_action_whose_page_is_withdrawn_is_not_shown(public_site: PublicSite, client: Client) -> None:
    public_site.business.unpublish()

    titles = [action["title"] for action in client.get("/").context["quick_actions"]]

    assert "Для бізнесу" not in titles
    assert "Контакти" in titles


def test_the_menu_has_the_pages_that_editors_put_there_in_tree_order(public_site: PublicSite, client: Client) -> None:
    html = client.get("/questions/").content.decode()
    menu = html[html.index('id="menu"') : html.index("<main")]

    positions = [menu.index(title) for title in ("Про компанію", "Для бізнесу", "Питання й відповіді", "Контакти")]
    assert positions == sorted(positions)
    assert "Згода на обробку" not in menu
    assert menu.count('aria-current="page"') == 1


def test_building_the_site_again_changes_nothing(public_site: PublicSite) -> None:
    before = list(Page.objects.order_by("path").values_list("path", "title", "latest_revision_id"))
    public_site.about.title = "Про нас"
    public_site.about.save()

    again = build_public_site()

    assert again.home.pk == public_site.home.pk
    assert again.about.title == "Про нас"
    assert Page.objects.count() == len(before)
    assert Site.objects.get(is_default_site=True).root_page_id == again.home.pk


def test_building_the_site_keeps_what_stands_below_the_first_page(db: None) -> None:
    welcome = Page.objects.child_of(Page.get_first_root_node()).first()
    if welcome is None:
        welcome = Page.get_first_root_node().add_child(instance=Page(title="Welcome", slug="home"))
    welcome.add_child(instance=Page(title="Важливе", slug="kept"))

    build_public_site()

    assert Page.objects.filter(slug="kept").exists()


def test_the_consent_page_is_entered_into_the_settings(public_site: PublicSite) -> None:
    from cabinet_pages.utility.models import UtilitySettings

    assert UtilitySettings.for_site(public_site.site).consent_page_id == public_site.consent.pk


def test_the_site_map_lists_public_pages_and_robots_names_it(public_site: PublicSite, client: Client) -> None:
    site_map = client.get("/sitemap.xml").content.decode()
    robots = client.get("/robots.txt")

    assert "/contacts/</loc>" in site_map
    assert "/cabinet/" not in site_map
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in robots.content.decode()
    assert "Disallow: /admin/" in robots.content.decode()


def test_the_way_into_the_cabinet_asks_a_visitor_to_sign_in(public_site: PublicSite, client: Client) -> None:
    actions = client.get("/").context["quick_actions"]
    address = next(action["link"].href for action in actions if action["title"] == "Передати покази")

    response = client.get(address)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")
