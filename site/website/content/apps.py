from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Pages of text, tables, questions and documents that editors compose."""

    name = "website.content"
    label = "content"
    default_auto_field = "django.db.models.BigAutoField"
