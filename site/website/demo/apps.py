from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo's data and its mail page; installed by development and test settings only."""

    name = "website.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
