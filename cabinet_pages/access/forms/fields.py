"""Fields of our own."""

import re
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

# Signs of a web address, an e-mail or mark-up; no name has them.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:<>@{}\[\]]|\.\w{2,}")


class NameField(forms.CharField):
    """A person's first or last name.

    Anybody may register any e-mail, and its owner gets a mail that greets them by this name: so a name is one line
    without an address in it, or the cabinet would send strangers' messages.
    """

    default_error_messages = {"invalid_name": _("Enter a name: letters, spaces, hyphens and apostrophes.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Put the name on one line. Raises ValidationError for what is no name."""
        name = " ".join(super().clean(value).split())
        if _NOT_IN_NAMES.search(name):
            raise forms.ValidationError(self.error_messages["invalid_name"], code="invalid_name")
        return name


class PhoneField(forms.CharField):
    """A mobile phone, optional, as people write it; its value is +380XXXXXXXXX or empty."""

    default_error_messages = {
        "invalid_phone": _("Enter a Ukrainian phone number, for example 067 123 45 67."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mobile phone"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Normalise the number. Raises ValidationError for what is no number of Ukraine."""
        text: str = super().clean(value)
        if not text:
            return ""
        # «80671234567» is how the number was dialled inside the country for decades.
        digits = "".join(sign for sign in text if sign.isdigit())
        if len(digits) == 11 and digits.startswith("80"):
            text = f"+3{digits}"
        elif len(digits) == 12 and digits.startswith("380"):
            text = f"+{digits}"
        try:
            number = phonenumbers.parse(text, "UA")
        except phonenumbers.NumberParseException as error:
            raise forms.ValidationError(self.error_messages["invalid_phone"], code="invalid_phone") from error
        if number.country_code != 380 or not phonenumbers.is_valid_number(number):
            raise forms.ValidationError(self.error_messages["invalid_phone"], code="invalid_phone")
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
