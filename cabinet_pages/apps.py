from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class CabinetPagesConfig(AppConfig):
    """The customer cabinet, installable into any Wagtail site."""

    name = "cabinet_pages"
    label = "cabinet_pages"
    verbose_name = _("Customer cabinet")
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Say plainly that allauth is missing, before one of its models says it obscurely."""
        missing = [name for name in ("allauth", "allauth.account") if not apps.is_installed(name)]
        if missing:
            raise ImproperlyConfigured(f"cabinet_pages needs {' and '.join(missing)} in INSTALLED_APPS.")
        super().import_models()

    def ready(self) -> None:
        """Register the system checks and the receivers of signals."""
        from cabinet_pages import checks, host_checks  # noqa: F401
        from cabinet_pages.access import receivers  # noqa: F401
        from cabinet_pages.archives import audit as archive_audit  # noqa: F401
        from cabinet_pages.archives import receivers as archive_receivers  # noqa: F401
        from cabinet_pages.articles import receivers as article_receivers  # noqa: F401
        from cabinet_pages.billing import checks as billing_checks  # noqa: F401
        from cabinet_pages.billing.online_payments import checks as online_payment_checks  # noqa: F401
        from cabinet_pages.notifications import checks as notification_checks  # noqa: F401
        from cabinet_pages.readings import receivers as reading_receivers  # noqa: F401
