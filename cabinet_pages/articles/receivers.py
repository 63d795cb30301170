"""The standard articles come with the tables: after every migration, and after a test has emptied the database."""

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver


@receiver(post_migrate)
def add_standard_articles(sender: Any, using: str, **kwargs: Any) -> None:
    """Add the standard articles once the cabinet's tables are there."""
    if sender is not apps.get_app_config("cabinet_pages") or using != "default":
        return
    # The service imports models, which may only be done when the apps are loaded.
    from cabinet_pages.articles.models import ArticleSynonym
    from cabinet_pages.articles.services import install_standard_articles

    if ArticleSynonym._meta.db_table in connections[using].introspection.table_names():
        install_standard_articles()
