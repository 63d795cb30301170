"""Reads of signed documents; each takes a Scope."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import DateField, QuerySet
from django.db.models.functions import Coalesce, ExtractYear

from cabinet_pages.access.queries import Scope
from cabinet_pages.documents.models import SignedDocument


@dataclass(frozen=True, slots=True)
class DocumentChoices:
    """By what an account's documents can be filtered."""

    kinds: list[str]
    years: list[int]


def documents_for(scope: Scope, *, kind: str = "", year: int | None = None) -> "QuerySet[SignedDocument]":
    """Documents of an account that its present owner may see, newest first.

    Each has `accounted_on`, the first day of its period, or its date where it belongs to no period.

    Args:
        scope: the account.
        kind: only those of this kind.
        year: only those accounted in this year.
    """
    documents = SignedDocument.objects.filter(scope.visible("dated"), account=scope.account, withdrawn=False).annotate(
        accounted_on=Coalesce("period", "dated", output_field=DateField())
    )
    if kind:
        documents = documents.filter(kind=kind)
    if year is not None:
        documents = documents.filter(accounted_on__year=year)
    return documents.order_by("-dated", "-pk")


def document_choices_for(scope: Scope) -> DocumentChoices:
    """Kinds by name and years, newest first, that occur among an account's documents."""
    found = (
        documents_for(scope)
        .order_by()
        .annotate(year=ExtractYear("accounted_on"))
        .values_list("kind", "year")
        .distinct()
    )
    pairs = list(found)
    return DocumentChoices(
        kinds=sorted({kind for kind, year in pairs}),
        years=sorted({year for kind, year in pairs}, reverse=True),
    )


def document_for(scope: Scope, uuid: UUID) -> SignedDocument | None:
    """One document of the account; None for a foreign, a hidden and an absent one alike."""
    return documents_for(scope).filter(uuid=uuid).first()
