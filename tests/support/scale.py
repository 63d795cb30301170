"""The one place that says how long suites search: short and seeded in `make test`, long in `make trust`."""

import os
import random
import secrets

TRUST = os.environ.get("TRUST", "") not in {"", "0"}
"""Whether this is the long form."""

SEED = int(os.environ.get("TRUST_SEED") or (secrets.randbits(32) if TRUST else 20260101))
"""The seed of every random choice; `TRUST_SEED=… make trust` repeats a run."""


def scaled(short: int, long: int) -> int:
    """Return how many examples, rounds or rows to use: `short` ordinarily, `long` in the long form."""
    return long if TRUST else short


def chance(subject: str) -> random.Random:
    """Return a random source of one suite, told apart by `subject` so that none shifts another."""
    return random.Random(f"{SEED}:{subject}")
