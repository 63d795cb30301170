"""Kind `documents`: a ZIP with a registry and the files that it names."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar

from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from cabinet_pages.documents.events import DocumentToSign
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.documents.promotion import DocumentRow, promote_documents
from cabinet_pages.documents.restoration import (
    countersigned,
    drop_unused_files,
    files_of,
    is_kept,
    remove_documents,
    restore_documents,
)
from imports.conf import import_settings
from imports.formats import Limits
from imports.formats.archive import Archive, Member, member_key, open_archive
from imports.models import BatchRow, BatchSource, BatchState, IssueLevel, RowStatus
from imports.resources.base import (
    Change,
    Entry,
    ImportColumn,
    InForce,
    Issue,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.references import names_account, names_branch
from imports.resources.rows import exact_date, exact_decimal
from imports.resources.standing import held
from imports.values import clean_text, parse_date, parse_flag, parse_money, parse_period

#: Files of documents are many and small, unlike the parts of a workbook.
MOST_MEMBERS = 20_000


class DocumentResource(KindResource):
    """Documents by account, kind, number and date; their bytes are known by SHA-256."""

    kind: ClassVar[str] = "documents"
    tables = (SignedDocument,)
    title = _("Signed documents")
    key_columns = ("account", "document_kind", "number", "dated")
    counts_documents = True
    is_dated = True
    date_column = "dated"
    event = DocumentToSign.code
    news_values = ("document_kind", "number", "needs_signature")
    messages: ClassVar[Mapping[str, Any]] = {
        "not_an_archive": _("This is not a ZIP archive. Documents come as a ZIP with registry.csv and the files."),
        "no_registry": _("The archive has no registry.csv, or more than one."),
        "unsafe_name": _("The archive has a file with a path that leads out of it: %(name)s."),
        "symbolic_link": _("The archive has a link instead of a file: %(name)s."),
        "same_name": _("Two files of the archive have the same name: %(name)s."),
        "file_absent": _("The archive has no file “%(value)s”."),
        "file_empty": _("The file “%(value)s” is empty."),
        "bytes_gone": _("The earlier file is not kept any more."),
        "file_unnamed": _("The archive has the file “%(value)s”, which no row of the registry names."),
    }

    account = names_account("account__number")
    document_kind = ImportColumn(
        "Вид документа",
        partial(clean_text, max_length=80),
        synonyms=("Тип документа",),
        required=True,
        attribute="kind",
    )
    number = ImportColumn(
        "№",
        partial(clean_text, max_length=60),
        synonyms=("Номер", "№ документа", "Номер документа"),
        required=True,
        attribute="number",
    )
    dated = ImportColumn(
        "Дата", parse_date, synonyms=("Дата документа",), required=True, numeric=True, attribute="dated"
    )
    file = ImportColumn(
        "Файл",
        partial(clean_text, max_length=255),
        synonyms=("Ім'я файлу", "Файл документа"),
        required=True,
        attribute="file_name",
    )
    signature = ImportColumn(
        "Файл підпису",
        partial(clean_text, max_length=255),
        synonyms=("Підпис", "Файл ЕЦП", "Файл КЕП"),
        attribute="signature_name",
    )
    period = ImportColumn("Період", parse_period, numeric=True, attribute="period")
    document_title = ImportColumn(
        "Назва",
        partial(clean_text, max_length=255),
        synonyms=("Назва документа",),
        free_text=True,
        attribute="title",
    )
    amount_column = ImportColumn("Сума", parse_money, synonyms=("Сума документа", "Сума з ПДВ"), attribute="amount")
    needs_signature = ImportColumn("Потребує підпису", parse_flag, attribute="needs_signature")
    branch = names_branch("account__branch__code")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._archive: Archive | None = None
        self._named: set[str] = set()
        self._digests: dict[str, str] = {}
        # Files that an undo may leave without a document: path → SHA-256.
        self._released: dict[str, str] = {}

    # --- the archive ----------------------------------------------------------------------------------------------

    @contextmanager
    def table(self, path: Path) -> Iterator[Path]:
        """The registry, for as long as the archive is open.

        Raises:
            UnreadableFile: it is no such archive.
        """
        limits = replace(Limits(**import_settings.LIMITS), members=MOST_MEMBERS)
        with open_archive(path, limits) as archive, tempfile.NamedTemporaryFile() as registry:
            archive.copy_registry(registry)
            registry.flush()
            self._archive = archive
            yield Path(registry.name)

    def table_format(self, name: str) -> str:
        """What was given is the archive, whatever its registry is."""
        return "zip"

    @property
    def archive(self) -> Archive:
        """The open archive. Raises RuntimeError outside of `table`."""
        if self._archive is None:
            raise RuntimeError("the archive is not open")
        return self._archive

    def leftovers(self) -> Sequence[Row]:
        """A rejected row for every file that the registry does not name."""
        rows = []
        for key, member in self.archive.files.items():
            if key not in self._named:
                issue = Issue(None, "file", member.path, IssueLevel.ERROR, "file_unnamed", {"value": member.path})
                rows.append(Row(0, {}, {}, issues=[issue], rejected=True))
        return rows

    # --- rows -----------------------------------------------------------------------------------------------------

    def unusable(self, rows: Sequence[Row]) -> None:
        """A cut row still names its files."""
        for row in rows:
            self._named.update(member_key(row.texts.get(name, "")) for name in ("file", "signature"))

    def prepare(self, rows: Sequence[Row]) -> None:
        """Find the files that rows name."""
        super().prepare(rows)
        for row in rows:
            for name in ("file", "signature"):
                path = row.cells.get(name)
                if path:
                    row.cells[name] = self._member(row, name, path)

    def key(self, row: Row) -> str:
        """Kind, number and day."""
        cells = row.cells
        return join_key(cells["document_kind"], cells["number"], cells["dated"].isoformat())

    def values(self, row: Row) -> Values:
        """The registry's row with the digests of its files."""
        cells = row.cells
        values: Values = {
            "document_kind": cells["document_kind"],
            "number": cells["number"],
            "dated": exact(cells["dated"]),
        }
        values |= {name: exact(cells[name]) for name in _OPTIONAL if name in cells}
        member: Member = cells["file"]
        values |= {"file_name": member.name, "sha256": self._digest(member), "size": str(member.size)}
        if "signature" in cells:
            signature: Member | None = cells["signature"] or None
            values["signature_name"] = signature.name if signature else ""
            values["signature_sha256"] = self._digest(signature) if signature else ""
        return values

    # --- comparison and promotion ---------------------------------------------------------------------------------

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The documents of the entries' accounts between the first and the last of their days."""
        wanted = {entry.object_key for entry in entries}
        days = [entry.values["dated"] for entry in entries]
        found: dict[ObjectKey, Stored] = {}
        documents = SignedDocument.objects.filter(
            account_id__in={entry.owner_id for entry in entries}, dated__range=(min(days), max(days))
        )
        for pk, account, withdrawn, *rest in documents.values_list(
            "pk", "account_id", "withdrawn", *_FIELDS
        ).iterator():
            values = dict(zip(_VALUES, map(exact, rest), strict=True))
            key = (account, join_key(values["document_kind"], values["number"], values["dated"]), 1)
            if key in wanted:
                found[key] = Stored(pk, values, withdrawn)
        return found

    def in_force(self, first: date, last: date) -> Iterator[InForce]:
        """The documents of these days."""
        documents = SignedDocument.objects.filter(dated__range=(first, last), withdrawn=False)
        if self.context.branch is not None:
            documents = documents.filter(account__branch=self.context.branch)
        for pk, account, number, *rest in (
            documents.order_by("account_id", "dated", "pk")
            .values_list("pk", "account_id", "account__number", *_FIELDS)
            .iterator()
        ):
            values = dict(zip(_VALUES, map(exact, rest), strict=True))
            key = join_key(values["document_kind"], values["number"], values["dated"])
            yield InForce(account, number, key, 1, Stored(pk, values))

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the documents to their service, which takes the bytes out of the archive by their digest."""
        paths: dict[str, str] = {}

        def content(sha256: str) -> AbstractContextManager[IO[bytes]]:
            if not paths:
                paths.update({self._digest(member): member.path for member in self.archive.files.values()})
            return self.archive.open(paths[sha256])

        promote_documents(rows=map(_document, changes), content=content)

    def news(self, values: Mapping[str, str | None]) -> Mapping[str, Any] | None:
        """Documents that the consumer has to sign."""
        if not values["needs_signature"]:
            return None
        return {"kind": values["document_kind"], "number": values["number"]}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New documents that something refers to, changed ones whose earlier bytes are gone, and signed ones.

        What a consumer has signed stays as it was signed. Marks of who has read a document hold nothing.
        """
        staying = held(entries, SignedDocument, passing_over={"documentmark"})
        changed = {
            entry.object_id: entry
            for entry in entries
            if entry.status == RowStatus.CHANGED and entry.object_id and "sha256" in (entry.before or {})
        }
        for pk in countersigned(digests={pk: entry.values["sha256"] or "" for pk, entry in changed.items()}):
            staying[changed[pk].object_key] = "has_counter_signature"
        for entry in entries:
            before = entry.before or {}
            digests = (before.get(name) for name in ("sha256", "signature_sha256"))
            if entry.status == RowStatus.CHANGED and any(digest and not is_kept(digest) for digest in digests):
                staying[entry.object_key] = "bytes_gone"
        return staying

    def restore(self, changes: Iterator[Change]) -> None:
        """Give documents their earlier files, which were kept under their digests."""
        rows = [_document(change) for change in changes]
        self._released |= files_of(row.pk for row in rows if row.pk is not None)
        restore_documents(rows=rows)

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete documents; their files follow in `retract`."""
        ids = [change.pk for change in changes if change.pk is not None]
        self._released |= files_of(ids)
        remove_documents(ids=ids)

    def retract(self) -> None:
        """Drop waiting mails, and files that no document uses and no other import could bring back."""
        super().retract()
        replaced = BatchRow.objects.filter(
            batch__kind=self.kind, batch__state=BatchState.APPLIED, status=RowStatus.CHANGED
        ).exclude(batch__source=BatchSource.UNDO)
        needed: set[str] = set()
        for name in ("sha256", "signature_sha256"):
            digests = replaced.filter(**{f"before__{name}__isnull": False}).values_list(
                KT(f"before__{name}"), flat=True
            )
            needed.update(digests.iterator())
        drop_unused_files(files=self._released, needed=needed)

    def _member(self, row: Row, name: str, path: str) -> Member | None:
        member = self.archive.find(path)
        if member is None:
            row.reject("file_absent", name, value=path)
            return None
        self._named.add(member_key(member.path))
        if not member.size:
            row.reject("file_empty", name, value=path)
        return member

    def _digest(self, member: Member) -> str:
        if member.path not in self._digests:
            self._digests[member.path] = self.archive.sha256(member.path)
        return self._digests[member.path]


_OPTIONAL = ("document_title", "period", "amount_column", "needs_signature")
_VALUES = (
    "document_kind", "number", "dated", "document_title", "period", "amount_column", "needs_signature", "file_name",
    "sha256", "size", "signature_name", "signature_sha256",
)  # fmt: skip
_FIELDS = (
    "kind", "number", "dated", "title", "period", "amount", "needs_signature", "file_name", "sha256", "size",
    "signature_name", "signature_sha256",
)  # fmt: skip


def _document(change: Change) -> DocumentRow:
    values = change.values
    return DocumentRow(
        pk=change.pk,
        account_id=change.owner_id,
        kind=values["document_kind"],
        number=values["number"],
        dated=date.fromisoformat(values["dated"]),
        title=values.get("document_title", ""),
        period=exact_date(values.get("period", "")),
        amount=exact_decimal(values.get("amount_column", "")),
        needs_signature=bool(values.get("needs_signature")),
        file_name=values["file_name"],
        sha256=values["sha256"],
        size=int(values["size"]),
        signature_name=values.get("signature_name", ""),
        signature_sha256=values.get("signature_sha256", ""),
        withdrawn=values.get("withdrawn") == "1",
    )
