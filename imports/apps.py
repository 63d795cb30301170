from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Exchange with 1C and ERP systems, installable beside `cabinet_pages`."""

    name = "imports"
    label = "imports"
    verbose_name = _("Exchange with 1C")
    default_auto_field = "django.db.models.BigAutoField"
