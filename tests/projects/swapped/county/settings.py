"""A county's site: the town's settings, with a base page of its own (Wagtail 8's `WAGTAIL_PAGE_MODEL`)."""

from town.settings import *  # noqa: F403
from town.settings import DATA_DIR, INSTALLED_APPS

ROOT_URLCONF = "town.urls"
WAGTAIL_PAGE_MODEL = "county_base.BasePage"
WAGTAIL_SITE_NAME = "County"
INSTALLED_APPS = ["county_base", "county_pages", *(name for name in INSTALLED_APPS if name != "town_pages")]
STATIC_ROOT = DATA_DIR / "county-static"
