"""Written for whatever base page a site has, as the cabinet's own first migration is."""

import django.db.models.deletion
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

PAGE = getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page")
PAGE_LINK = f"{PAGE.split('.')[1].lower()}_ptr"


def page_type(name: str) -> migrations.CreateModel:
    """A page type of the cabinet without fields of its own."""
    return migrations.CreateModel(
        name=name,
        fields=[
            (
                PAGE_LINK,
                models.OneToOneField(
                    auto_created=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    parent_link=True,
                    primary_key=True,
                    serialize=False,
                    to=PAGE,
                ),
            ),
            ("intro", wagtail.fields.RichTextField(blank=True, verbose_name="introduction")),
            ("help_text", wagtail.fields.RichTextField(blank=True, verbose_name="help")),
        ],
        options={"abstract": False},
        bases=(PAGE.lower(),),
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("wagtailcore", "0094_alter_page_locale"),
        migrations.swappable_dependency(PAGE),
    ]

    operations = [page_type("ContractWindowPage"), page_type("HouseholdSectionPage")]
