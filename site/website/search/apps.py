from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Search over the public pages."""

    name = "website.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
