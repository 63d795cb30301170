"""The outbox, and what people want to be told of.

A message is written in the transaction of the act it tells of, and sent by the worker.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NotificationChoice(models.Model):
    """Whether a person wants to hear of one event by one channel; without a row the channel's own default holds."""

    wagtail_reference_index_ignore = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cabinet_notification_choices"
    )
    event = models.CharField(_("event"), max_length=40)
    channel = models.CharField(_("channel"), max_length=40)
    wanted = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("notification choice")
        verbose_name_plural = _("notification choices")
        ordering = ["user", "event", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["user", "event", "channel"], name="cabinet_notification_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.event}/{self.channel}: {self.wanted}"


class OutgoingMail(models.Model):
    """One message, to one person by one channel; the event key keeps it from being sent twice.

    A mail has its text from the beginning, or names an event: then `told` holds what happened, and the text is made
    of it when it is sent, of what the person may see at that moment.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    event_key = models.CharField(max_length=160, unique=True)
    channel = models.CharField(_("channel"), max_length=40, default="mail")
    # Set with `event` alone: other mails also go to addresses that belong to nobody yet.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    event = models.CharField(_("event"), max_length=40, blank=True)
    told = models.JSONField(default=dict, blank=True)
    to = models.EmailField(_("to"), blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    send_after = models.DateTimeField(_("not before"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Who sends it right now; an expired lease means the sender died, and another takes the mail over.
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=255, blank=True)
    # When the server itself, and not this mail, was last the reason; all others wait a little then, too.
    stalled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["sent_at", "send_after"], name="cabinet_mail_due")]

    def __str__(self) -> str:
        return self.subject
