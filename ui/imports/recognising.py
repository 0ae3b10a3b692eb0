"""Saying by hand what a file is; and its cells, read again to be looked at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from ui.imports.host import Host
from ui.imports.received import Received, headers_of, learned_of, likely, receive
from ui.imports.work import FileState, Planned, remember_and_plan


class Recognising(QObject):
    """Loads a file's cells and reads it anew by what the clerk says of them."""

    def __init__(self, wizard: Host, parent: QObject) -> None:
        """Listen to a wizard's pane."""
        super().__init__(parent)
        self._wizard = wizard
        self._received: Received | None = None
        self._wanted: Path | None = None
        wizard.pane.mapping_asked.connect(self.ask)
        wizard.pane.mapping.header_asked.connect(self._show_headers)
        wizard.pane.mapping.changed.connect(wizard.show_foot)

    def look_at(self, state: FileState | None) -> None:
        """Bring the cells of a file beside its rows."""
        if state is None or state.plan is None:
            return
        if self._received is not None and self._received.path == state.path:
            self._wizard.pane.use_received(self._received)
        else:
            self._load(state.path)

    def ask(self, path: Path) -> None:
        """Let the clerk say what a file is."""
        self._wizard.files.choose(path)
        if self._received is not None and self._received.path == path:
            self._show(self._received)
        else:
            self._wanted = path
            self._load(path)

    def read_anew(self) -> None:
        """Read the file by what was said of it, and remember that."""
        wizard, state = self._wizard, self._wizard.current()
        chosen = wizard.pane.mapping.chosen()
        if chosen is None or state is None or wizard.busy:
            return
        tables = state.plan.tables if state.plan else []
        submitter = next((table.submitter for table in tables if table.submitter), None) or ""
        job = wizard.tasks.work(
            remember_and_plan,
            store=wizard.store,
            campaign_id=wizard.campaign_id,
            path=state.path,
            learned=learned_of(chosen, submitter),
            before=wizard.planned,
        )
        job.label, job.writes = "记住这张表的认法", True
        wizard.start(job.with_progress("正在重新读这个文件").then(self._read), reading=[state.path])

    def _load(self, path: Path) -> None:
        wizard = self._wizard
        job = wizard.tasks.work(receive, store=wizard.store, path=path, campaign_id=wizard.campaign_id)
        job.in_background().then(self._loaded).start(wizard.pane)

    def _loaded(self, received: Received) -> None:
        self._received = received  # one at a time: a file at the limits is tens of megabytes
        if self._wanted == received.path:
            self._show(received)
        else:
            self._wizard.pane.use_received(received)

    def _show(self, received: Received) -> None:
        self._wanted = None
        state = self._wizard.current()
        if received.book is None or state is None:
            return
        code = state.plan.rows[0][0] if state.plan and state.plan.rows else ""
        self._fill(received, code)
        self._wizard.show_mapping()

    def _show_headers(self, code: str) -> None:
        if self._received is not None:
            self._fill(self._received, code)

    def _fill(self, received: Received, code: str) -> None:
        if received.book is not None:
            forms = likely(received.book, received.forms)
            headers = headers_of(received.book, received.forms, code)
            self._wizard.pane.mapping.use(received.book, forms, headers, form=code)

    def _read(self, planned: Planned) -> None:
        self._wizard.pane.leave_mapping()
        self._wizard.take(planned)
        self._wizard.show_file(self._wizard.files.current())
        self._wizard.pane.take_focus()
