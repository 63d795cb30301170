"""Context processor of the cabinet's shell."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cabinet_pages.access.models import Person


def cabinet(request: HttpRequest) -> dict[str, Any]:
    """`cabinet_person`: the signed-in person's name and phone, read only where a template asks for it."""

    def person() -> Person | None:
        if not getattr(request, "user", None) or not request.user.is_authenticated:
            return None
        return getattr(request.user, "cabinet_person", None)

    return {"cabinet_person": SimpleLazyObject(person)}
