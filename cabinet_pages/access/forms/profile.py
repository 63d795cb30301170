"""The profile of a signed-in person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.forms.fields import PhoneField
from cabinet_pages.access.language import offered_languages


class ProfileForm(forms.Form):
    """Name, phone and language."""

    first_name = forms.CharField(
        label=_("First name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    phone = PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=offered_languages)
