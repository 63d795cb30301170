"""The profile of a signed-in person."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.forms.fields import NameField, PhoneField
from cabinet_pages.access.language import offered_languages
from cabinet_pages.notifications.choices import Cell, Matrix


class ProfileForm(forms.Form):
    """Name, phone and language."""

    first_name = NameField(label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = NameField(label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    phone = PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=offered_languages)


class NotificationsForm(forms.Form):
    """A box for each event and channel.

    Args:
        matrix: what the person may choose, and has chosen.
    """

    def __init__(self, data: Any = None, *, matrix: Matrix) -> None:
        super().__init__(data)
        self.matrix = matrix
        for event in matrix.events:
            for channel in matrix.channels:
                cell = (event.code, channel.code)
                self.fields[_name(cell)] = forms.BooleanField(
                    label=f"{event.label}: {channel.label}", required=False, initial=matrix.wanted[cell]
                )

    @property
    def wanted(self) -> dict[Cell, bool]:
        """What the person has ticked, by event and channel."""
        return {cell: self.cleaned_data[_name(cell)] for cell in self.matrix.wanted}

    def rows(self) -> "Iterator[tuple[str | Promise, list[forms.BoundField]]]":
        """Each event with its boxes, in the order of the channels."""
        for event in self.matrix.events:
            yield event.label, [self[_name((event.code, channel.code))] for channel in self.matrix.channels]


def _name(cell: Cell) -> str:
    return f"notify-{cell[0]}-{cell[1]}"
