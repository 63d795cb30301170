"""The filter of «Отримання документів з ЕЦП»."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.documents.queries import DocumentChoices


class DocumentFilter(forms.Form):
    """A kind of document and a year, or all."""

    kind = forms.ChoiceField(label=_("Kind of document"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

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
