"""What stops a whole file."""

from collections.abc import Mapping


class FileRefused(Exception):
    """A file that cannot be imported as a whole.

    Args:
        code: what is wrong; a sentence is made of it and `params` at the edge.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


class StoredRowsMoved(Exception):
    """What a preview was compared with is no longer what is stored."""


class Cancelled(Exception):
    """Somebody asked that no more be done with a batch."""
