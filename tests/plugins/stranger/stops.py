"""Something of our own to look at before a file is applied."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from imports.engine.facts import Preview
from imports.engine.stops import Stop


class RoundSum(Stop):
    """A file whose sum is a round million was perhaps typed by hand."""

    code: ClassVar[str] = "round_sum"

    def find(self, preview: Preview) -> Iterator[Mapping[str, object]]:
        """The rows are read and compared, and nothing of them is written yet."""
        if preview.amount and preview.amount % 1_000_000 == 0:
            yield {"sum": f"{preview.amount:.0f}"}

    def message(self, params: Mapping[str, object]) -> str:
        """The sentence in the reader's language."""
        return f"The rows make {params['sum']}, a very round sum."

    def acknowledgement(self, params: Mapping[str, object]) -> str:
        """What the operator ticks to let the file pass."""
        return "I see that the sum is very round."
