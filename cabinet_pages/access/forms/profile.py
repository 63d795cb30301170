"""The profile of a signed-in person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.forms.fields import NameField, PhoneField
from cabinet_pages.access.language import offered_languages


class ProfileForm(forms.Form):
    """Name, phone, language, and whether reminders of readings are wanted."""

    first_name = NameField(label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = NameField(label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    phone = PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=offered_languages)
    wants_reminders = forms.BooleanField(
        label=_("Reminders of readings"),
        help_text=_("An e-mail when a reading window opens or closes soon and readings are still to be sent."),
        required=False,
    )
