"""Receipt: bytes → private file, SHA-256, batch."""

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files import File

from cabinet_pages.accounts.models import Branch
from imports.engine.registry import resource_class
from imports.models import ImportBatch

_BLOCK = 1024 * 1024


def receive(
    *,
    kind: str,
    branch: Branch | None,
    file: "File[bytes]",
    name: str,
    by: Any = None,
    as_of: datetime.datetime | None = None,
    profile: str = "",
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> ImportBatch:
    """Store a file privately and make its batch; nothing of it is read yet.

    Args:
        kind: a registered kind.
        branch: whose file it is; None for all branches, which is the central office's right (the caller checks it).
        file: its bytes, streamed.
        name: the name it had, kept for people only.
        by: the user who gives it.
        as_of: the moment it speaks of; otherwise the date in its preamble, else now.
        profile: the source it comes from.
        mapping: headings mapped by hand: heading → name of a column, '' to pass over it.
        options: `encoding`, `delimiter` and `sheet`, where the operator decides them.

    Raises:
        UnknownKind: no such kind.
    """
    resource_class(kind)
    digest = hashlib.sha256()
    size = 0
    for block in file.chunks(_BLOCK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    batch = ImportBatch(
        kind=kind,
        branch=branch,
        profile=profile,
        mapping=dict(mapping or {}),
        options=dict(options or {}),
        # A file system may give bytes that are no text, which no database keeps.
        file_name=name.encode("utf-8", "replace").decode()[-255:],
        sha256=digest.hexdigest(),
        size=size,
        as_of=as_of,
        as_of_given=as_of is not None,
        created_by=by,
    )
    # The name in the storage says nothing and cannot be guessed.
    batch.file.save(uuid4().hex, file, save=False)
    batch.save()
    return batch
