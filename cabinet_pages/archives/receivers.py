"""Receivers of signals: the file of an archive goes with its row, also when its person is deleted."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from cabinet_pages.access.models import private_storage
from cabinet_pages.archives.models import Archive


@receiver(post_delete, sender=Archive)
def the_file_goes_with_its_archive(instance: Archive, **kwargs: Any) -> None:
    """No row of the database would lead to it, and it holds a company's papers."""
    if instance.file:
        transaction.on_commit(partial(private_storage().delete, str(instance.file.name)))
