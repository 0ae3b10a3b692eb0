"""Photos and documents of the record in a panel.

Of a stored record a file is added and taken away at once, each an operation
to be undone. Of a new one it is kept at once, waits in the draft, and belongs
to the record from the write that saves it on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QImageReader
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from services import attachments, clock, evidence
from services.drafts import KeptFile
from services.errors import Problem
from services.evidence import Piece
from services.paths import DataFolder
from ui import errors
from ui.forms.file_strip import THUMB, FileStrip, Shown
from ui.forms.side_panel import SidePanel
from ui.pages.declared import Register
from ui.pages.page import Desk

_FIRST_KINDS = {"inspection_id": "证据材料", "finding_id": "问题照片", "case_id": "证据材料"}
_PAPERS, _PHOTOS = "证据材料", frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
_SHARP = 2
_SORTS = "照片和文书 (*.jpg *.jpeg *.png *.pdf *.docx);;所有文件 (*)"
_LENT = "zhifatai-open"


class RecordFiles(QObject):
    """Fills the strip of a panel, keeps what is added, lets it belong to the record.

    Attributes:
        strip: The strip.
        waiting: Files of a record that was never saved.
    """

    def __init__(self, desk: Desk, register: Register, panel: SidePanel) -> None:
        """Put the strip under the fields of a panel.

        Args:
            desk: What the page may use of the window.
            register: Says what its files hang on.
            panel: The record panel; also the owner.
        """
        super().__init__(panel)
        self._desk, self._register, self._panel = desk, register, panel
        self.strip = FileStrip()
        self.strip.kind.setCurrentText(_FIRST_KINDS[register.evidence])
        self.waiting: tuple[KeptFile, ...] = ()
        self._before: tuple[KeptFile, ...] = ()
        self._saved: list[Piece] = []
        inner = panel.body.widget()
        fields = inner.layout() if inner is not None else None
        assert isinstance(fields, QVBoxLayout)
        fields.insertWidget(fields.count() - 1, self.strip)
        panel.take_drops(self.strip)
        self.strip.add_asked.connect(self.choose)
        self.strip.given.connect(self.add)
        self.strip.painted.connect(self._add_picture)
        self.strip.open_asked.connect(self.open)
        self.strip.removal_asked.connect(self.remove)
        panel.fields.filled.connect(self._another)
        panel.fields.settled.connect(self._settled)
        panel.fields.stirred.connect(self._stirred)
        panel.fields.discarded.connect(self.drop)
        desk.tasks.changes.connect(self._take_changes)

    @property
    def _folder(self) -> DataFolder:
        store: Any = self._desk.tasks.store
        folder: DataFolder = store.folder
        return folder

    def link(self, session: Any, *, record_id: int, files: Sequence[KeptFile]) -> None:
        """Let files that waited belong to the saved record."""
        evidence.link(session, owner=self._register.evidence, record_id=record_id, files=files)

    def choose(self) -> None:
        """Ask for files."""
        owner: QWidget = self._panel.window()
        paths, _kind = QFileDialog.getOpenFileNames(owner, "添加照片和文书", "", _SORTS)
        if paths:
            self.add([Path(path) for path in paths])

    def add(self, paths: Sequence[Path]) -> None:
        """Add files to the record that is shown."""
        if self._panel.several:
            return
        folder, kind = self._folder, self.strip.kind.currentText()
        if kind.endswith("照片") and not any(path.suffix.lower() in _PHOTOS for path in paths):
            kind = _PAPERS
        self.strip.say("")
        if self._panel.record_id is None:
            for path in paths:
                job = self._desk.tasks.work(evidence.take_in, folder=folder, path=path, kind=kind)
                job.then(partial(self._taken_in, self._panel.record_id)).failed(self._not_added).start(self._panel)
            return
        label = f"添加{kind} {paths[0].name if len(paths) == 1 else f'{len(paths)} 个文件'}"
        owner = {self._register.evidence: self._panel.record_id}
        job = self._desk.tasks.command(label, _add_all, folder=folder, paths=tuple(paths), kind=kind, owner=owner)
        job.then(lambda _none: self._desk.say(f"已{label}", undoable=True)).failed(self._not_added).start(self._panel)

    def remove(self, key: Any) -> None:
        """Take a file away: one that waits is forgotten, a saved one goes to the bin."""
        if isinstance(key, KeptFile):
            self.waiting = tuple(file for file in self.waiting if file != key)
            self._show()
            self._panel.fields.typed.emit()
            return
        name = next((piece.name for piece in self._saved if piece.id == key), "")
        label = f"移去附件 {name}"
        job = self._desk.tasks.command(label, evidence.remove, record_ids=[key])
        job.then(lambda _none: self._desk.say(f"已{label}", undoable=True)).failed(self._not_added).start(self._panel)

    def open(self, key: Any) -> None:
        """Open a copy of a file with the program that the desktop has for it."""
        shown = next((one for one in self._all() if one.key == key), None)
        if shown is not None:
            into = Path(tempfile.gettempdir()) / _LENT
            job = self._desk.tasks.work(attachments.lend, folder=self._folder, sha256=shown.sha256, name=shown.name, into=into)
            job.then(_open).failed(partial(errors.show_problem, self._panel.window(), what=f"“{shown.name}”打不开")).start(self._panel)

    def take_up(self, files: Sequence[KeptFile]) -> None:
        """Show files of a draft that waits; what was added meanwhile stays."""
        self.waiting = (*files, *(file for file in self.waiting if file not in files))
        self._show()

    def drop(self) -> None:
        """Forget the files that wait."""
        self.waiting = ()
        self._show()

    def _another(self) -> None:
        self.waiting, self._before, self._saved = (), (), []
        self.strip.say("")
        self.strip.setVisible(not self._panel.several)
        self._show()
        self._ask()

    def _settled(self) -> None:
        self._before, self.waiting = self.waiting, ()
        self._show()

    def _stirred(self) -> None:
        self.waiting, self._before = (*self._before, *self.waiting), ()
        self._show()

    def _take_changes(self, changes: Any) -> None:
        if "evidence" in changes.tables and not self._panel.isHidden():
            self._ask()

    def _ask(self) -> None:
        record_id = self._panel.record_id
        if record_id is not None:
            owner = {self._register.evidence: record_id}
            self._desk.tasks.query(evidence.of, **owner).then(partial(self._found, record_id))

    def _found(self, record_id: int, pieces: list[Piece]) -> None:
        if record_id == self._panel.record_id:
            self._saved = pieces
            self._show()

    def _taken_in(self, record_id: int | None, file: KeptFile) -> None:
        if record_id == self._panel.record_id and file not in self.waiting:
            self.waiting = (*self.waiting, file)
            self._show()
            self._panel.fields.typed.emit()

    def _add_picture(self, picture: QImage) -> None:
        """Keep a pasted picture as a file of its own."""
        target = Path(tempfile.mkdtemp(prefix=_LENT)) / f"粘贴的图片 {clock.now():%Y%m%d-%H%M%S}.png"
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")  # type: ignore[call-overload]  # takes a device; the stubs want bytes
        target.write_bytes(buffer.data().data())
        self.add([target])

    def _not_added(self, problem: Problem) -> None:
        mend = f" {problem.mend}" if problem.mend else ""
        self.strip.say(f"{problem.message()}{mend}", weight="bad")

    def _all(self) -> list[Shown]:
        saved = [Shown(one.id, one.name, one.kind, one.size, one.sha256) for one in self._saved]
        return [*saved, *(Shown(file, file.name, file.kind, file.size, file.sha256, waits=True) for file in self.waiting)]

    def _show(self) -> None:
        listed = self._all()
        self.strip.show_files(listed)
        root = self._folder
        for one in listed:
            place = attachments.place(root, one.sha256)
            side = THUMB * _SHARP
            self._desk.tasks.work(_thumb, place=place, side=side).then(partial(self.strip.show_thumb, one.key))


def _thumb(*, place: Path, side: int) -> QImage:
    """Return a small picture of a kept file; a null one if it is no photo."""
    reader = QImageReader(str(place))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if not reader.canRead() or not size.isValid():
        return QImage()
    reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _add_all(session: Any, *, folder: Any, paths: Sequence[Path], kind: str, owner: dict[str, int]) -> None:
    for path in paths:
        evidence.add(session, folder=folder, path=path, kind=kind, **owner)  # type: ignore[arg-type]  # one of its three owners


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
