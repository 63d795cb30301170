"""What a benchmark hands back, and how a run is written down."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


class NotMeasurable(RuntimeError):
    """The thing to measure is not there or refused to work; the message says why."""


@dataclass(frozen=True)
class Measurement:
    """How fast one contender did one task.

    Attributes:
        task: what was done, the same words for every contender.
        contender: who did it; `engine` is ours, everything else a peer.
        database: the database vendor.
        rows: rows of the input.
        seconds: wall time, of the best round where there are several.
        stages: seconds of its parts, where it has any.
        start: seconds that the process needed before and after the task, beside `seconds`.
        peak_mb: the largest resident set of the process, MB.
        note: how it was measured, where that is not plain.
    """

    task: str
    contender: str
    database: str
    rows: int
    seconds: float
    stages: Mapping[str, float] = field(default_factory=dict)
    start: float = 0.0
    peak_mb: int = 0
    note: str = ""

    @property
    def rows_per_second(self) -> int:
        """The rate."""
        return round(self.rows / self.seconds)


@dataclass(frozen=True)
class Target:
    """A figure that a run is held to: `found` must be at least, or with `at_most` at most, `wanted`."""

    name: str
    database: str
    found: float
    wanted: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether the run is as good as wanted."""
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return (
            f"{'reached' if self.reached else 'MISSED':<9}{self.database:<12}"
            f"{self.name}: {self.found:.2f} (target {sign} {self.wanted:g})"
        )


def table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as a table for people, the stages of each below it."""
    lines = [f"{'task':<34}{'contender':<22}{'database':<12}{'rows':>10}{'seconds':>9}{'rows/s':>9}{'peak MB':>9}"]
    for one in measurements:
        peak = f"{one.peak_mb:>9,}" if one.peak_mb else ""
        lines.append(
            f"{one.task:<34}{one.contender:<22}{one.database:<12}{one.rows:>10,}{one.seconds:>9.2f}"
            f"{one.rows_per_second:>9,}{peak}"
        )
        if one.stages:
            told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in one.stages.items())
            lines.append(f"    {told}; process start apart {one.start:.2f} s")
        if one.note:
            lines.append(f"    {one.note}")
    return "\n".join(lines)


def write(measurements: Sequence[Measurement], targets: Sequence[Target], path: Path) -> None:
    """Write the measurements, with the machine they were made on and the targets, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "measurements": [{**asdict(one), "rows_per_second": one.rows_per_second} for one in measurements],
        "targets": [{**asdict(one), "reached": one.reached} for one in targets],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
