"""What a benchmark hands back, and how a run is written down."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


class NotMeasurable(RuntimeError):
    """The thing to measure is not there or refused to work; the message says why."""


@dataclass(frozen=True)
class Measurement:
    """How fast one contender did one task.

    Attributes:
        task: what was done, the same words for every contender.
        contender: who did it; `product` is ours, everything else a peer.
        database: the database vendor.
        rows: rows of the input.
        seconds: wall time of the best round.
    """

    task: str
    contender: str
    database: str
    rows: int
    seconds: float

    @property
    def rows_per_second(self) -> int:
        """The rate."""
        return round(self.rows / self.seconds)


def table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as a table for people."""
    lines = [f"{'task':<32}{'contender':<16}{'database':<14}{'rows':>10}{'seconds':>10}{'rows/s':>12}"]
    lines += [
        f"{one.task:<32}{one.contender:<16}{one.database:<14}{one.rows:>10,}{one.seconds:>10.2f}"
        f"{one.rows_per_second:>12,}"
        for one in measurements
    ]
    return "\n".join(lines)


def write(measurements: Sequence[Measurement], path: Path) -> None:
    """Write the measurements, with the machine they were made on, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "measurements": [{**asdict(one), "rows_per_second": one.rows_per_second} for one in measurements],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
