"""Writes about people: who they are, what they agreed to, their language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access import audit
from cabinet_pages.access.models import Person
from cabinet_pages.notifications.choices import Cell, choose


def register_person(*, user: Any, first_name: str, last_name: str, phone: str, consent_version: str) -> Person:
    """Keep who signed up and to which version of the consent text they agreed, with the moment.

    Args:
        phone: +380XXXXXXXXX or empty.
    """
    return Person.objects.create(
        user=user,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        consent_version=consent_version,
        consent_at=timezone.now(),
    )


@transaction.atomic
def change_profile(
    *,
    user: Any,
    first_name: str,
    last_name: str,
    phone: str,
    language: str,
    wanted: Mapping[Cell, bool] | None = None,
) -> Person:
    """Change a person's own profile; somebody who never signed up (an employee) gets one.

    Args:
        phone: +380XXXXXXXXX or empty.
        language: a code of LANGUAGES, or empty for the site's.
        wanted: by event and channel, whether the person wants to hear of the one by the other; what is absent stays.
    """
    fields = {"first_name": first_name, "last_name": last_name, "phone": phone, "language": language}
    person, _ = Person.objects.update_or_create(user=user, defaults=fields)
    choose(user=user, wanted=wanted or {})
    log(person, audit.PROFILE_CHANGE, user=user)
    return person


def set_language(*, user: Any, language: str) -> None:
    """Remember the language a signed-in person chose. Raises ValueError for one that the site does not speak."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(language)
    Person.objects.filter(user_id=user.pk).update(language=language)
