"""The filter of «Отримання документів з ЕЦП», and the form that takes a signed file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.documents.queries import TEXT_AT_MOST, DocumentChoices, DocumentState, DocumentWish
from cabinet_pages.windows.fields import CalendarMonthField

STATE_WORDS = {
    DocumentState.TO_SIGN: _("to be signed by you"),
    DocumentState.SIGNED: _("signed by you"),
    DocumentState.NEW: _("not opened by you yet"),
}


class DocumentFilter(forms.Form):
    """A kind of document, a year, a month, a state and words, or all."""

    kind = forms.ChoiceField(label=_("Kind of document"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    month = CalendarMonthField()
    state = forms.TypedChoiceField(
        label=_("State of the document"),
        required=False,
        coerce=DocumentState,
        empty_value=None,
        choices=[("", _("All")), *((state.value, words) for state, words in STATE_WORDS.items())],
    )
    text = forms.CharField(
        label=_("Number or title"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, data: Any, *, offered: DocumentChoices) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("All kinds")),
            *((kind, kind) for kind in offered.kinds),
        ]
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            ("", _("All years")),
            *((str(year), str(year)) for year in offered.years),
        ]

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def wish(self) -> DocumentWish | None:
        """What the list is to be cut to; None for a choice that nobody offered."""
        return DocumentWish(**self.cleaned_data) if self.is_valid() else None


class CounterSignatureForm(forms.Form):
    """The file with which a consumer signs a document."""

    signed_file = forms.FileField(
        label=_("Signed file"),
        help_text=_(
            "A signature .p7s (detached or with the document inside), a container ASiC-S or ASiC-E, or the PDF with "
            "your signature in it (PAdES)."
        ),
        error_messages={
            "required": _("Choose the signed file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the signed file."),
        },
    )
