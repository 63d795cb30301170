"""What a hostile file is: its bytes, what it is refused with, and what it does where its guard is lifted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: What comes through a lifted guard: memory or time beyond the bounds, the whole file, or the wrong sentence.
MEMORY, TIME, TAKEN, MISLED = "memory", "time", "taken", "misled"
MEGABYTE = 1 << 20
BIG = 10**9


@dataclass(frozen=True)
class Hostile:
    """A file that means harm.

    Attributes:
        name: as an operator would upload it.
        make: its bytes.
        codes: of the refusal of the file or of its rows, any of them.
        harm: `MEMORY` or `TIME` beyond the bounds, `TAKEN` (it is read to its end, or ends in an error that nobody
            foresaw), `MISLED` (the sentence is about something else), or a text that must not be seen.
        limits: that are raised, to let the harm through.
        lifted: guards that are taken away for that; several where one stands behind the other.
        kind: of the import.
    """

    name: str
    make: Callable[[], bytes]
    codes: tuple[str, ...]
    harm: str
    limits: Mapping[str, int] = field(default_factory=dict)
    lifted: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "payments"
