import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WINDOW, MAIL = "window", "mail"


def keep_choices(apps, schema_editor):
    """Who wanted no reminders of readings wants no mail about windows."""
    choice = apps.get_model("cabinet_pages", "NotificationChoice")
    people = apps.get_model("cabinet_pages", "Person").objects.filter(wants_reminders=False)
    choice.objects.bulk_create(
        choice(user_id=user, event=WINDOW, channel=MAIL, wanted=False)
        for user in people.values_list("user_id", flat=True).iterator()
    )


def restore_reminders(apps, schema_editor):
    """The way back."""
    choice = apps.get_model("cabinet_pages", "NotificationChoice")
    refused = choice.objects.filter(event=WINDOW, channel=MAIL, wanted=False)
    apps.get_model("cabinet_pages", "Person").objects.filter(user__in=refused.values("user")).update(
        wants_reminders=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cabinet_pages", "0007_issued_invoices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=40, verbose_name="event")),
                ("channel", models.CharField(max_length=40, verbose_name="channel")),
                ("wanted", models.BooleanField(verbose_name="wanted")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cabinet_notification_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification choice",
                "verbose_name_plural": "notification choices",
                "ordering": ["user", "event", "channel"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "event", "channel"), name="cabinet_notification_choice_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="channel",
            field=models.CharField(default="mail", max_length=40, verbose_name="channel"),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="event",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="event"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="told",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="stalled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="subject",
            field=models.CharField(blank=True, max_length=255, verbose_name="subject"),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="text",
            field=models.TextField(blank=True, verbose_name="text"),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="to",
            field=models.EmailField(blank=True, max_length=254, verbose_name="to"),
        ),
        migrations.RunPython(keep_choices, restore_reminders),
        migrations.RemoveField(model_name="person", name="wants_reminders"),
    ]
