"""Garbage collection held back while thousands of rows are made.

Rows that are kept are no garbage, yet each few hundred of them would make the
collector walk all that are there. Nothing in such a stretch makes cycles, so
memory grows by what is kept alone; references are counted as always.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class _Stretches:
    """How many run now, on whatever threads, and what to go back to."""

    running: int = 0
    collected_before: bool = False
    lock: Lock = field(default_factory=Lock)


_stretches = _Stretches()


@contextmanager
def held_back() -> Iterator[None]:
    """Collect no garbage in this block; the last block to end starts it again."""
    with _stretches.lock:
        if not _stretches.running:
            _stretches.collected_before = gc.isenabled()
            gc.disable()
        _stretches.running += 1
    try:
        yield
    finally:
        with _stretches.lock:
            _stretches.running -= 1
            if not _stretches.running and _stretches.collected_before:
                gc.enable()


def is_held_back() -> bool:
    """Tell whether such a stretch runs now, on any thread."""
    return _stretches.running > 0
