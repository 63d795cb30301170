"""`manage.py cabinet_install`: pages, groups and permissions of the cabinet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from cabinet_pages.install import install_groups, install_pages


class Command(BaseCommand):
    """Adds the cabinet below the default site's home page; safe to run again."""

    help = "Create the cabinet's pages, staff groups and permissions. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
        if site is None:
            raise CommandError("There is no default Wagtail site: create one in Settings → Sites first.")
        cabinet = install_pages(parent=site.root_page.specific)
        groups = install_groups()
        self.stdout.write(f"Cabinet: {cabinet.url_path}")
        self.stdout.write(f"Groups: {', '.join(group.name for group in groups)}")
