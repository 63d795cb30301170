"""Reads of the branches' public contacts."""

import re
from dataclasses import dataclass

from cabinet_pages.accounts.models import Branch


@dataclass(frozen=True, slots=True)
class BranchContact:
    """What the public may know of a branch."""

    name: str
    address: str
    phones: tuple[str, ...]
    email: str
    working_hours: str


def split_phones(text: str) -> tuple[str, ...]:
    """Divide phones that stand in one line behind commas, semicolons or line breaks."""
    return tuple(phone.strip() for phone in re.split(r"[,;\n]", text) if phone.strip())


def branch_contacts() -> list[BranchContact]:
    """The contacts of every working branch, by name; one query."""
    return [
        BranchContact(
            name=branch.name,
            address=branch.address,
            phones=split_phones(branch.phones),
            email=branch.email,
            working_hours=branch.working_hours,
        )
        for branch in Branch.objects.filter(is_active=True)
    ]
