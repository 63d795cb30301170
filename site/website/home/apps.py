from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The home page of the public site."""

    name = "website.home"
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"
