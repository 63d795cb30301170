"""Writes about branches."""

from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cabinet_pages.accounts.models import Branch

BRANCH_SAVE = "cabinet.branch.save"


@transaction.atomic
def save_branch(*, code: str, name: str, by: Any = None) -> tuple[Branch, bool]:
    """Create a branch, or rename the one that has this code.

    Args:
        code: as exchange files name it, kept in capitals.
        by: who does it; None for the command line.

    Returns:
        the branch, and whether it is new.

    Raises:
        ValueError: the code or the name is empty or too long.
    """
    code, name = code.strip().upper(), " ".join(name.split())
    for value, field in ((code, "code"), (name, "name")):
        limit = getattr(Branch._meta.get_field(field), "max_length", None) or 0
        if not value or len(value) > limit:
            raise ValueError(f"The {field} of a branch has 1 to {limit} characters.")
    branch, created = Branch.objects.get_or_create(code=code, defaults={"name": name})
    if not created and branch.name == name:
        return branch, False
    Branch.objects.filter(pk=branch.pk).update(name=name)
    branch.name = name
    log(branch, BRANCH_SAVE, user=by, data={"code": code, "name": name})
    return branch, created
