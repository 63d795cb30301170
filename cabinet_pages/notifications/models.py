"""The outbox: a mail is written in the transaction of the act it tells of, and sent by the worker."""

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """One mail, to one address, for one event; the event key keeps it from being sent twice."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    event_key = models.CharField(max_length=160, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    send_after = models.DateTimeField(_("not before"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Who sends it right now; an expired lease means the sender died, and another takes the mail over.
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["sent_at", "send_after"], name="cabinet_mail_due")]

    def __str__(self) -> str:
        return self.subject
