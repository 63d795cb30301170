"""allauth's forms with the manual's fields and labels."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.forms.fields import NameField, PhoneField
from cabinet_pages.access.services import register_person
from cabinet_pages.utility.models import UtilitySettings


def _relabel(form: forms.Form, **labels: Any) -> None:
    """Give fields our labels; the placeholders and help that repeated the old ones go."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)


class RegistrationForm(allauth_forms.SignupForm):
    """«Реєстрація у особистому кабінеті»."""

    first_name = NameField(label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = NameField(label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    phone = PhoneField()
    consent = forms.BooleanField(
        label=_("Confirm the consent"),
        error_messages={"required": _("Without your consent the cabinet cannot process your data.")},
    )

    account_already_exists: bool
    field_order = ["first_name", "last_name", "email", "phone", "password1", "password2", "consent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("Login"), password1=_("Password"), password2=_("Confirm the password"))
        self.fields["email"].help_text = _("Your e-mail address.")
        self.fields["password1"].help_text = _("At least 8 characters.")
        self.fields["phone"].help_text = _("For example 067 123 45 67.")

    def try_save(self, request: HttpRequest) -> Any:
        """Create the user with their person at once; an address that is taken answers as a new one does."""
        if self.account_already_exists:
            # The same costly work as for a new address, so that the clock tells nothing either.
            get_user_model()().set_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # Two registrations of one address at the same moment: the other one was first.
            self.account_already_exists = True
            return super().try_save(request)

    def custom_signup(self, request: HttpRequest, user: Any) -> None:
        """Keep the person and their consent, with its version and time."""
        super().custom_signup(request, user)
        register_person(
            user=user,
            first_name=self.cleaned_data["first_name"],
            last_name=self.cleaned_data["last_name"],
            phone=self.cleaned_data["phone"],
            consent_version=UtilitySettings.for_request(request).consent_version,
        )


class LoginForm(allauth_forms.LoginForm):
    """«Вхід», panel «Замовник послуги»."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, login=_("Login"), password=_("Password"))
        self.fields["login"].help_text = _("Your e-mail address.")


class PasswordResetForm(allauth_forms.ResetPasswordForm):
    """«Запит на зміну пароля»."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, email=_("Login"))
        self.fields["email"].help_text = _("Your e-mail address.")

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Mail the link; for an unknown address do the same work and take it back, so that the clock tells nothing."""
        if not self.users:
            with transaction.atomic():
                nobody = get_user_model()(email=self.cleaned_data["email"])
                context = {"user": nobody, "password_reset_url": get_adapter().get_reset_password_from_key_url("0-0")}
                get_adapter().send_password_reset_mail(nobody, nobody.email, context)
                transaction.set_rollback(True)
        return str(super().save(request, **kwargs))


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """«Скинути пароль»."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password1=_("New password:"), password2=_("Repeat the password:"))
        self.fields["password1"].help_text = _("At least 8 characters.")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The change of a password by somebody who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(
            self,
            oldpassword=_("Present password:"),
            password1=_("New password:"),
            password2=_("Repeat the password:"),
        )
        self.fields["password1"].help_text = _("At least 8 characters.")
