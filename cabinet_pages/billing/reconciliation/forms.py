"""The days of an act, and the words of an appeal."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.billing.reconciliation.messages import period_sentence
from cabinet_pages.billing.reconciliation.rules import period_refusal
from cabinet_pages.windows.fields import DayField

#: Longer words belong into a letter.
WORDS_AT_MOST = 2000


class ActPeriodForm(forms.Form):
    """From a Kyiv day to a Kyiv day, both included."""

    first = DayField(label=_("From date"))
    last = DayField(label=_("To date"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Refuse a period that is turned round or not over yet; what is known of it is asked later."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            refusal = period_refusal(first, last, today=self.today, data_from=first)
            if refusal is not None:
                self.add_error("last", period_sentence(refusal))
        return cleaned


class AppealForm(forms.Form):
    """What the person does not agree with."""

    words = forms.CharField(
        label=_("What do you not agree with?"),
        help_text=_("Name the document or the sum that you have, and the branch will compare it with its own."),
        max_length=WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what you do not agree with.")},
    )
