"""Appeals: «не погоджуюсь» on a line of an act of reconciliation."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.quantities.fields import MoneyField


class AppealState(models.TextChoices):
    """Whether the branch has answered."""

    OPEN = "open", _("awaits an answer")
    ANSWERED = "answered", _("answered")


class Appeal(models.Model):
    """A customer's disagreement with one line of an act, and the branch's answer.

    `line_key` finds the line again in any act of the account; day, text and sums of the line are kept as the person
    saw them, for an import may change or take away what they were made of.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="appeals")
    line_key = models.CharField(max_length=120, editable=False)
    line_day = models.DateField(_("date of the line"))
    line_text = models.CharField(_("line of the act"), max_length=500)
    debit = MoneyField(_("debit"), null=True, blank=True)
    credit = MoneyField(_("credit"), null=True, blank=True)
    first_day = models.DateField(_("the act is from"))
    last_day = models.DateField(_("the act is to"))
    words = models.TextField(_("what the consumer says"))
    state = models.CharField(_("state"), max_length=8, choices=AppealState.choices, default=AppealState.OPEN)
    filed_at = models.DateTimeField(_("filed"), default=timezone.now)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who filed it"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answer = models.TextField(_("answer of the branch"), blank=True)
    answered_at = models.DateTimeField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who answered"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-filed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "line_key"], condition=models.Q(state="open"), name="cabinet_appeal_open_once"
            )
        ]
        indexes = [models.Index(fields=["account", "-filed_at"], name="cabinet_appeal_list")]

    def __str__(self) -> str:
        return self.line_text
