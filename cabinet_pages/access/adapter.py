"""allauth's adapter: mails go through the outbox, so a dead mail server neither fails a page nor tells who exists."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.language import keep_language
from cabinet_pages.access.models import Person
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.notifications.services import post_template_mail


class CabinetAccountAdapter(DefaultAccountAdapter):
    """allauth with our outbox, our sentences and the profile's language."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The login or the password is wrong."),
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, or set a new password by «Forgot the password?»."
        ),
        "invalid_password_reset": _("The link is no longer valid."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox in the present transaction, in the language of its reader."""
        user = context.get("user")
        person = None if user is None else Person.objects.filter(user_id=user.pk).first()
        post_template_mail(
            event_key=f"account:{uuid4()}",
            to=email,
            template=template_prefix,
            context={**context, "email": email, "person_name": "" if person is None else str(person)},
            language=(person.language if person else "") or translation.get_language() or "",
        )

    def new_user(self, request: HttpRequest) -> Any:
        """A user who signs up and has yet to prove the address."""
        user = super().new_user(request)
        user._signs_up = True
        return user

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Take the language of the profile along."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        person = Person.objects.filter(user_id=user.pk).only("language").first()
        if person is not None and person.language in dict(settings.LANGUAGES):
            keep_language(response, person.language)
        return response

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The activation link, on the configured address of the site whatever host the request named."""
        return absolute_url(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The recovery link, on the configured address of the site whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute_url(path.replace("UID-KEY", key))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of a registered address; its link is on the configured address of the site too."""
        context = {
            "signup_url": absolute_url(reverse("account_signup")),
            "password_reset_url": absolute_url(reverse("account_reset_password")),
        }
        self.send_mail("account/email/account_already_exists", email, context)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile."""
        return reverse("cabinet_profile")
