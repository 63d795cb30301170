from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CabinetPagesConfig(AppConfig):
    """The customer cabinet, installable into any Wagtail site."""

    name = "cabinet_pages"
    label = "cabinet_pages"
    verbose_name = _("Customer cabinet")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the receivers of allauth's signals."""
        from cabinet_pages import checks  # noqa: F401
        from cabinet_pages.access import receivers  # noqa: F401
