"""Receipt: bytes → private file, SHA-256, batch."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.db import IntegrityError, transaction

from cabinet_pages.accounts.models import Branch
from imports.engine.options import Span, check_options
from imports.engine.sources import SourceReading, find_source, reading_of
from imports.engine.steps import reached
from imports.models import BatchSource, ImportBatch

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
    complete: Span | None = None,
    expect_rows: int | None = None,
    expect_amount: Decimal | None = None,
    accept: Iterable[str] = (),
    initial_load: bool = False,
    source: str = BatchSource.DESK.value,
    auto_apply: bool = False,
    idempotency_key: str = "",
    then: Callable[[ImportBatch], object] | None = None,
) -> ImportBatch:
    """Store a file privately and make its batch; nothing of it is read yet.

    Args:
        kind: a registered kind.
        branch: whose file it is; None for all branches, which is the central office's right (the caller checks it).
        file: its bytes, streamed.
        name: the name it had, kept for people only.
        by: the user who gives it.
        as_of: the moment it speaks of; otherwise the date in its preamble, else now.
        profile: the source it comes from; one that is saved decides how the file is read, another is a name alone.
        mapping: headings mapped by hand: heading → name of a column, '' to pass over it.
        options: `encoding`, `delimiter`, `sheet` and `heading_row`, where the operator decides them.
        complete: the file is all there is of its kind and branch between two Kyiv dates; what it lacks is withdrawn.
        expect_rows, expect_amount: control totals; UAH.
        accept: codes of stops that may pass.
        initial_load: announce nothing to customers.
        source: one of `BatchSource`.
        auto_apply: promote as soon as it is prepared; stops and bad rows still refuse.
        idempotency_key: what the sender calls this delivery.
        then: called with the batch in the transaction that makes it.

    Raises:
        OptionRefused: an option does not fit the kind.
        UnknownKind: no such kind.
        IntegrityError: a delivery of that key is there already.
    """
    reached("receiving")
    accepted = check_options(kind, complete=complete, expect_amount=expect_amount, accept=accept)
    source_saved = find_source(kind=kind, branch=branch, name=profile)
    known = reading_of(source_saved) if source_saved else SourceReading({}, {})
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
        mapping={**known.mapping, **(mapping or {})},
        options={**known.options, **(options or {})},
        # A file system may give bytes that are no text, which no database keeps.
        file_name=name.encode("utf-8", "replace").decode()[-255:],
        sha256=digest.hexdigest(),
        size=size,
        as_of=as_of,
        as_of_given=as_of is not None,
        complete_from=complete and complete[0],
        complete_to=complete and complete[1],
        expect_rows=expect_rows,
        expect_amount=expect_amount,
        accepted=list(accepted),
        initial_load=initial_load,
        source=source,
        auto_apply=auto_apply,
        idempotency_key=idempotency_key,
        created_by=by,
    )
    # The name in the storage says nothing and cannot be guessed.
    batch.file.save(uuid4().hex, file, save=False)
    reached("file_stored")
    try:
        with transaction.atomic():
            batch.save()
            if then is not None:
                then(batch)
    except IntegrityError:
        # The same delivery came beside this one and was there first.
        batch.file.delete(save=False)
        raise
    reached("received", batch.pk)
    return batch
