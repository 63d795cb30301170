"""Sources: how the files of one exporter are read for a branch, remembered under a name (`ImportProfile`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.accounts.models import Branch
from imports.columns import NO_HEADING
from imports.engine.errors import FileRefused
from imports.engine.registry import resource_class
from imports.formats.encodings import ENCODINGS
from imports.models import ImportProfile

NAME_LENGTH = 80
_KEPT_OPTIONS = ("encoding", "delimiter", "sheet")
_SHEET_LENGTH = 120


class SourceReading(NamedTuple):
    """What is decided about the files of a source, as a batch keeps it: see `ImportBatch.mapping` and `.options`."""

    mapping: dict[str, str]
    options: dict[str, str]


def find_source(*, kind: str, branch: Branch | None, name: str) -> ImportProfile | None:
    """The source of that name: the branch's own, else the central office's; None where nobody has saved one.

    Args:
        kind: the kind of file.
        branch: whose files they are; None for files of all branches.
        name: as the operator calls it.
    """
    if not name.strip():
        return None
    named = ImportProfile.objects.filter(kind=kind, name=name.strip())
    own = named.filter(branch=branch).first() if branch is not None else None
    return own or named.filter(branch__isnull=True).first()


def reading_of(source: ImportProfile) -> SourceReading:
    """How the files of a source are read."""
    options = {name: value for name in _KEPT_OPTIONS if (value := getattr(source, name))}
    used = [heading for heading, name in source.mapping.items() if name]
    # A mapping by places alone is that of a file without a heading.
    if used and all(heading.startswith("[") for heading in used):
        options["heading_row"] = NO_HEADING
    return SourceReading(dict(source.mapping), options)


def remembered_mapping(*, kind: str, branch: Branch | None) -> dict[str, str]:
    """What headings have been mapped to in sources of a kind, to propose it for another file; the newest wins.

    Args:
        kind: the kind of file.
        branch: whose sources, beside the central office's.
    """
    sources = ImportProfile.objects.filter(kind=kind).filter(Q(branch=branch) | Q(branch__isnull=True))
    mapping: dict[str, str] = {}
    for known in sources.order_by("updated_at").values_list("mapping", flat=True):
        # Places say nothing about another file, and what one file does not use another may.
        mapping |= {heading: name for heading, name in known.items() if name and not heading.startswith("[")}
    return mapping


def check_reading(kind: str, mapping: Mapping[str, str], options: Mapping[str, str]) -> SourceReading:
    """Return a mapping and options that can be used.

    Raises:
        FileRefused: `unknown_mapping` (a name that is no column of the kind), `unknown_encoding`, or `unknown_option`.
        UnknownKind: no such kind.
    """
    names = {column.name for column in resource_class(kind).column_set().columns}
    for heading, name in mapping.items():
        if name and name not in names:
            raise FileRefused("unknown_mapping", heading=heading, value=name)
    told = {name: str(value) for name, value in options.items() if str(value)}
    if told.get("encoding", "utf-8") not in ENCODINGS:
        raise FileRefused("unknown_encoding", encoding=told["encoding"])
    row = told.get("heading_row", "1")
    is_row = row == NO_HEADING or (row.isdecimal() and len(row) < 10)
    if not is_row or len(told.get("delimiter", ";")) != 1 or len(told.get("sheet", "")) > _SHEET_LENGTH:
        raise FileRefused("unknown_option")
    if set(told) - {*_KEPT_OPTIONS, "heading_row"}:
        raise FileRefused("unknown_option")
    return SourceReading(dict(mapping), told)


def save_source(
    *, kind: str, branch: Branch | None, name: str, mapping: Mapping[str, str], options: Mapping[str, str], by: Any
) -> ImportProfile:
    """Remember how the files of a source are read; one of that name is replaced.

    Args:
        kind, branch: what files, and whose; None for the central office's.
        name: as the operator calls it, at most `NAME_LENGTH` characters.
        mapping, options: as `ImportBatch` has them; the row of the heading is not kept, for it is found by the mapping.
        by: the user; the caller has checked that the branch is theirs.

    Raises:
        FileRefused: see `check_reading`; `source_name` for a name that is empty or too long.
    """
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise FileRefused("source_name", limit=NAME_LENGTH)
    reading = check_reading(kind, mapping, options)
    with transaction.atomic():
        source, created = ImportProfile.objects.update_or_create(
            kind=kind,
            branch=branch,
            name=name,
            defaults={
                "mapping": reading.mapping,
                **{one: reading.options.get(one, "") for one in _KEPT_OPTIONS},
                "updated_by": by,
                "updated_at": timezone.now(),
            },
        )
        data = {"kind": kind, "new": created, "mapping": reading.mapping, "options": reading.options}
        log(instance=source, action="imports.save_source", user=by, data=data)
    return source


def delete_source(*, source: ImportProfile, by: Any) -> None:
    """Forget a source; files that were read by it stay as they are."""
    with transaction.atomic():
        log(instance=source, action="imports.delete_source", user=by, data={"kind": source.kind}, deleted=True)
        source.delete()
