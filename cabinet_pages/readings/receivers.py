"""Receivers of signals: what goes with a person who is deleted."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from cabinet_pages.readings.workbook.storage import forget_workbooks


@receiver(post_delete, sender=settings.AUTH_USER_MODEL)
def workbooks_go_with_their_person(instance: Any, **kwargs: Any) -> None:
    """An uploaded workbook holds the readings of a company, and no row of the database leads to it."""
    transaction.on_commit(partial(forget_workbooks, instance.pk))
