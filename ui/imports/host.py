"""What the parts of the import may use of the wizard that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ui.imports.done import DonePage
from ui.imports.frame import Foot
from ui.imports.pane import FilePane
from ui.imports.work import Applied, FileState, Planned
from ui.tasks import Job, Tasks
from ui.two_lines import TwoLineList


class Host(Protocol):
    """The wizard, as its parts know it.

    Attributes:
        tasks: Door to the services.
        store: The open store.
        campaign_id: The campaign that the files belong to.
        planned: The files, as read so far.
        files: List of files.
        pane: Rows of the chosen file.
        done: What was written.
        foot: The sum, and the buttons.
        said: Tells what was done.
    """

    tasks: Tasks
    store: Any
    campaign_id: int | None
    planned: Planned | None
    files: TwoLineList
    pane: FilePane
    done: DonePage
    foot: Foot
    said: Any

    @property
    def states(self) -> tuple[FileState, ...]:
        """The files, as read so far."""

    @property
    def busy(self) -> bool:
        """Whether the services are at work for it."""

    def current(self) -> FileState | None:
        """Return the chosen file."""

    def start(self, job: Job, *, reading: Sequence[Path] = ()) -> None:
        """Start a job; until it ends nothing else can be decided."""

    def take(self, planned: Planned) -> None:
        """Take a new plan."""

    def refresh(self) -> None:
        """Show list, counts and sum anew."""

    def follow(self) -> None:
        """Show the chosen file as it is now."""

    def show_file(self, path: Path | None, *, keep: bool = False) -> None:
        """Show a file at the right."""

    def show_mapping(self) -> None:
        """Show where the clerk says what the file is."""

    def show_foot(self) -> None:
        """Show step, sum and buttons as they are now."""

    def show_done(self, applied: Applied) -> None:
        """Show what was written."""
