from django.apps import AppConfig


class StrangerConfig(AppConfig):
    """Somebody else's addition to the cabinet; nothing in the cabinet knows of it."""

    name = "stranger"
    default_auto_field = "django.db.models.BigAutoField"
