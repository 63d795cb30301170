from django.apps import AppConfig


class BranchesConfig(AppConfig):
    """Contacts of the utility and of its branches."""

    name = "website.branches"
    label = "branches"
    default_auto_field = "django.db.models.BigAutoField"
