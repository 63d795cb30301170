"""A kind of archive of the stranger's own."""

import io
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.kinds import ArchiveFile, ArchiveKind, Column, Content, Entry


class ContractArchive(ArchiveKind):
    """The contract numbers of accounts, each in a file."""

    code: ClassVar[str] = "contracts"

    def content(self, scopes: Sequence[Scope], items: Sequence[int]) -> Content:
        """Only what the scopes show at this moment; the files are read while the ZIP is written."""
        accounts = [scope.account for scope in scopes if scope.account.pk in items]
        return Content(
            columns=[Column("Account"), Column("Contract")],
            entries=[
                Entry(
                    stem=f"Contract {account.number}",
                    files=[
                        ArchiveFile(
                            suffix=".txt",
                            open=partial(io.BytesIO, account.contract_number.encode()),
                            cells=[account.number, account.contract_number],
                        )
                    ],
                )
                for account in accounts
            ],
        )
