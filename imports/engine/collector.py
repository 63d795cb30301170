"""The collector of cycles, held back while rows pass through."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Net allocations between two looks for cycles: about ten chunks of rows.
_ALLOCATIONS = 1_000_000


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cycles rarely: rows come by the hundred thousand, none is part of a cycle, and a quarter of the time
    of an import would go into looking at them again and again.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(max(thresholds[0], _ALLOCATIONS), *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
