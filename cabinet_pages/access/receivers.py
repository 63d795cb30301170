"""Receivers of signals that others send: allauth's, and the saving of users in the admin and by createsuperuser."""

from typing import Any

from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from cabinet_pages.access import audit  # noqa: F401


@receiver(password_reset)
def recovery_activates(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Whoever followed the link in a mail has proved the address; the manual sends people with a lost mail here."""
    verify_email_indirectly(request, user, user.email)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def staff_made_users_are_verified(
    instance: Any, created: bool, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Give a user made by an employee or on the command line a verified address, and keep it with the user's e-mail.

    Without an address row allauth sends a user to the confirmation page for ever. A user who signs up proves the
    address by the link, so `CabinetAccountAdapter.new_user` marks those.
    """
    if raw or getattr(instance, "_signs_up", False) or not instance.email:
        return
    if update_fields is not None and "email" not in update_fields:
        return
    email = instance.email.lower()
    if not created:
        # The address was changed in the admin: the old one no longer opens the login.
        EmailAddress.objects.filter(user_id=instance.pk).exclude(email=email).delete()
    if EmailAddress.objects.filter(user_id=instance.pk, email=email).exists():
        return
    taken = EmailAddress.objects.filter(email=email, verified=True).exists()
    EmailAddress.objects.create(user=instance, email=email, verified=not taken, primary=True)
