"""What an operator says of a file beside it: the period it is complete for, control totals, initial load."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.engine.options import OptionRefused, check_options, check_span
from imports.messages import message
from imports.models import ImportBatch
from imports.values import ValueRefused, parse_money

_MOST_ROWS = 2**31 - 1


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )


class DeclarationsForm(forms.Form):
    """The part of the upload form that may be left empty, but for wrong files."""

    complete_from = _day(
        gettext_lazy("The file is complete for the period: from"),
        gettext_lazy("Only for a file that has everything of these days: what it lacks will be withdrawn."),
    )
    complete_to = _day(gettext_lazy("The file is complete for the period: to"))
    expect_rows = forms.IntegerField(
        label=gettext_lazy("Expected number of rows"), required=False, min_value=0, max_value=_MOST_ROWS
    )
    expect_amount = forms.CharField(label=gettext_lazy("Expected sum, UAH"), required=False, max_length=40)
    initial_load = forms.BooleanField(
        label=gettext_lazy("Initial load"),
        help_text=gettext_lazy("Customers are told nothing about these rows."),
        required=False,
    )

    def clean_expect_amount(self) -> Any:
        """Read the sum as a cell of a file is read."""
        text: str = self.cleaned_data["expect_amount"]
        try:
            return parse_money(text)
        except ValueRefused as refusal:
            raise forms.ValidationError(message("", refusal.code, refusal.params)) from refusal

    def clean(self) -> dict[str, Any]:
        """Tell what does not go together, at the field that says it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("complete_from"), cleaned.get("complete_to")
        for name, end in (("complete_from", first), ("complete_to", last)):
            if end is None and (first or last) and name not in self.errors:
                self.add_error(name, _("A period has two days: enter this one too, or empty the other."))
        field = "complete_from"
        try:
            cleaned["complete"] = check_span(first, last) if first and last else None
            if cleaned.get("kind"):
                check_options(cleaned["kind"], complete=cleaned["complete"], expect_amount=None, accept=())
                field = "expect_amount"
                check_options(cleaned["kind"], complete=None, expect_amount=cleaned.get("expect_amount"), accept=())
        except OptionRefused as refusal:
            self.add_error(field, message("", refusal.code, refusal.params))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """The arguments for the receipt of the file."""
        names = ("complete", "expect_rows", "expect_amount", "initial_load")
        return {name: self.cleaned_data.get(name) for name in names}


def declarations_context(batch: ImportBatch) -> dict[str, Any]:
    """What was said of a batch, for its page."""
    return {
        "is_complete": batch.complete_from is not None,
        "has_expectations": batch.expect_rows is not None or batch.expect_amount is not None,
    }
