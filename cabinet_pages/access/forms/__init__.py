"""Forms of the access subject: accounts of people, requests and codes, the profile."""

from cabinet_pages.access.forms.entrance import (
    ChangePasswordForm,
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from cabinet_pages.access.forms.fields import PhoneField
from cabinet_pages.access.forms.profile import NotificationsForm, ProfileForm
from cabinet_pages.access.forms.requests import AccessRequestForm, ActivationForm, RevocationForm

__all__ = [
    "AccessRequestForm",
    "ActivationForm",
    "ChangePasswordForm",
    "LoginForm",
    "NewPasswordForm",
    "NotificationsForm",
    "PasswordResetForm",
    "PhoneField",
    "ProfileForm",
    "RegistrationForm",
    "RevocationForm",
]
