"""Progress of long work: one call reports and is the point of cancellation."""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):
    """The user stopped the work; nothing half-done is kept."""


class Progress(Protocol):
    """Reports how far a job is; may raise `Cancelled`.

    Called between rows or files, never inside a flush, so that a rollback
    leaves nothing half-written.
    """

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Report `done` of `total` with a short note.

        Raises:
            Cancelled: The user wants to stop.
        """


def silent(done: int, total: int | None = None, note: str = "") -> None:
    """Report to nobody; the default of every service."""
