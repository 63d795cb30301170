"""Reads of signed documents; each takes a Scope."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractYear

from cabinet_pages.access.queries import Scope
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, DocumentMark, SignedDocument

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: What somebody types is cut to so many characters.
TEXT_AT_MOST: Final = 200
#: States in which a file that the consumer signed stands for the document.
SIGNED_STATES: Final = (CounterSignatureState.WAITING, CounterSignatureState.ACCEPTED)


class DocumentState(StrEnum):
    """What a person may still have to do with a document."""

    TO_SIGN = "to_sign"
    SIGNED = "signed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """What a list of documents is cut to; what is empty leaves it whole.

    Args:
        kind: only those of this kind.
        year, month: in which a document is accounted.
        state: to be signed by the consumer, signed by the consumer, or not opened by the person.
        text: words each of which stands in the kind, number, title or file name.
    """

    kind: str = ""
    year: int | None = None
    month: int | None = None
    state: DocumentState | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DocumentChoices:
    """By what an account's documents can be filtered."""

    kinds: list[str]
    years: list[int]


def documents_for(scope: Scope, *, user: Any = None, wish: DocumentWish | None = None) -> "QuerySet[SignedDocument]":
    """Documents of an account that its present owner may see, newest first.

    Each has `accounted_on`, the first day of its period, or its date where it belongs to no period; `signing`, the
    state of what the consumer has signed of its present bytes, None without it; `opened_at` and `downloaded_at`, when
    the person did so first.

    Args:
        scope: the account.
        user: whose marks are read; without anybody there are none, and every document is new.
        wish: what the list is cut to; None leaves it whole.
    """
    signed = CounterSignature.objects.filter(document=OuterRef("pk"), document_sha256=OuterRef("sha256")).exclude(
        state=CounterSignatureState.SUPERSEDED
    )
    marks = DocumentMark.objects.filter(
        document=OuterRef("pk"), sha256=OuterRef("sha256"), user=None if user is None else user.pk
    )
    visible = SignedDocument.objects.filter(scope.visible("dated"), account=scope.account, withdrawn=False)
    documents: QuerySet[Any] = visible.annotate(
        accounted_on=Coalesce("period", "dated", output_field=DateField()),
        signing=Subquery(signed.order_by("-version").values("state")[:1]),
        opened_at=Subquery(marks.values("opened_at")[:1]),
        downloaded_at=Subquery(marks.values("downloaded_at")[:1]),
    )
    if wish is not None:
        documents = _cut(documents, wish, marks)
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


def document_for(scope: Scope, uuid: UUID, *, user: Any = None) -> SignedDocument | None:
    """One document of the account; None for a foreign, a hidden and an absent one alike."""
    return documents_for(scope, user=user).filter(uuid=uuid).first()


def counter_signatures_of(document: SignedDocument) -> "QuerySet[CounterSignature]":
    """What the consumer has signed of a document, every version, the newest first."""
    return document.counter_signatures.order_by("-version")


def _cut(documents: "QuerySet[Any]", wish: DocumentWish, marks: "QuerySet[DocumentMark]") -> "QuerySet[Any]":
    if wish.kind:
        documents = documents.filter(kind=wish.kind)
    if wish.year is not None:
        documents = documents.filter(accounted_on__year=wish.year)
    if wish.month is not None:
        documents = documents.filter(accounted_on__month=wish.month)
    if wish.state == DocumentState.TO_SIGN:
        documents = documents.filter(Q(signing=None) | Q(signing=CounterSignatureState.RETURNED), needs_signature=True)
    elif wish.state == DocumentState.SIGNED:
        documents = documents.filter(signing__in=SIGNED_STATES)
    elif wish.state == DocumentState.NEW:
        documents = documents.filter(~Exists(marks))
    for word in _CONTROL.sub(" ", wish.text)[:TEXT_AT_MOST].split():
        documents = documents.filter(_with_word(word))
    return documents


def _with_word(word: str) -> Q:
    """Databases do not agree on the letter case of Cyrillic, so a word is asked for as people write it."""
    found = Q(pk__in=[])
    for spelling in {word, word.lower(), word.upper(), word.capitalize()}:
        for field in ("kind", "number", "title", "file_name"):
            found |= Q(**{f"{field}__contains": spelling})
    return found
