"""Locale and translation key, by the steps that Wagtail offers for it."""

from django.db import migrations
from wagtail.models import BootstrapLocaleField, BootstrapTranslatableModel, BootstrapTranslationKeyField


class Migration(migrations.Migration):
    dependencies = [
        ("county_base", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        BootstrapLocaleField("county_base.BasePage"),
        BootstrapTranslationKeyField("county_base.BasePage"),
        BootstrapTranslatableModel("county_base.BasePage"),
    ]
