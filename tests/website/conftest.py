"""The public site with its first pages, and what a reader's browser must never be asked."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse

from cabinet_pages.utility.models import UtilitySettings
from website.home.services import PublicSite, build_public_site

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style|\sstyle=", re.IGNORECASE)
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)[^>]*\ssrc=["']([^"']+)|<link[^>]*\shref=["']([^"']+)"""
)


@pytest.fixture
def public_site(db: None) -> PublicSite:
    """The first pages, and a utility with every contact."""
    made = build_public_site()
    utility = UtilitySettings.for_site(made.site)
    utility.full_name = "Акціонерне товариство «Вінницяобленерго»"
    utility.short_name = 'АТ "Вінницяобленерго"'
    utility.cabinet_title = 'Особистий кабінет споживача АТ "Вінницяобленерго"'
    utility.cabinet_version = "1.0"
    utility.founded_year = 2019
    utility.call_centre_phones = "0 (800) 217-217\n(0432) 65-95-95"
    utility.email = "office@utility.example"
    utility.postal_code = "21050"
    utility.address = "м. Вінниця, вул. Магістратська, 2"
    utility.save()
    return made


@pytest.fixture
def asks_nothing_foreign() -> Callable[[HttpResponse], None]:
    """A check that a page has no inline script or style and fetches from this site alone."""

    def check(response: HttpResponse) -> None:
        html = response.content.decode()
        assert not INLINE_SCRIPT.search(html)
        assert not INLINE_STYLE.search(html)
        addresses = [source or href for source, href in FETCHED.findall(html)]
        assert addresses
        assert [address for address in addresses if not address.startswith(("/", "http://localhost/"))] == []

    return check
