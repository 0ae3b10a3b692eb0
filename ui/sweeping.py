"""Python's garbage collector runs on the UI thread alone, between events.

Left to itself it runs on whatever thread allocates next. If that is a thread
at work on the data, and a closed page still hangs in a cycle of references,
its Qt objects are destroyed there, and the program dies.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from services import garbage

TICK_MS = 1_000


class Sweeper(QObject):
    """Takes the collector over for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        """Stop the collector's own runs; sweep once a second as much as is due."""
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(self.sweep)
        timer.start(TICK_MS)

    def sweep(self) -> int:
        """Collect the oldest generation that is due.

        Returns:
            How many objects went.
        """
        if garbage.is_held_back():  # a walk over all the rows being made would stop the window
            return 0
        counted = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(counted) if count > limit]
        return gc.collect(max(due)) if due else 0


def settle() -> None:
    """Set aside what stays (modules, classes), so that no sweep walks it."""
    gc.freeze()
