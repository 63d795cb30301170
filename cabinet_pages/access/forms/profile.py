"""The profile of a signed-in person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.forms.fields import NameField, PhoneField
from cabinet_pages.access.language import offered_languages


class ProfileForm(forms.Form):
    """Name, phone and language."""

    first_name = NameField(label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = NameField(label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    phone = PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=offered_languages)
