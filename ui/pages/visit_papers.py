"""Photos of the findings and films of the recorder, in one line of the visit.

A photo goes to the finding that is current, or to the visit; a film stays
where it lies and is listed with digest and times. What is added waits in the
draft and belongs to the visit from the write that saves it on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from models.forms import Column, Form
from models.kinds import TEXT
from models.ledgers import RECORDINGS, SCENES
from services import attachments, evidence
from services.drafts import KeptFile
from services.errors import Problem
from services.evidence import Film, Piece, Recorded
from services.visiting import Saved
from ui import icons, theme
from ui.forms.form_dialog import FormDialog
from ui.pages.page import Desk
from ui.pages.visit_findings import FindingsGrid

PHOTO_KEYS, FILM_KEYS = "Ctrl+I", "Ctrl+M"
OF_FINDING, OF_VISIT = "问题照片", "证据材料"
_FILMS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".wmv", ".ts", ".3gp", ".m4v", ".mpg"})
_PHOTO_SORTS = "照片和文书 (*.jpg *.jpeg *.png *.pdf *.docx);;所有文件 (*)"
_FILM_SORTS = "视频 (*.mp4 *.avi *.mov *.mkv *.wmv *.ts *.3gp *.m4v *.mpg);;所有文件 (*)"
_LENT = "zhifatai-open"
_KEY = int(Qt.ItemDataRole.UserRole)
_WIDEST = 190
_SIGN, _ABREAST = 34, 2  # what a paper needs beside its words; how many are shown whole at least
FILM = Form(
    code="film",
    title="视频",
    columns=tuple(RECORDINGS.column(key) for key in ("scene", "started_at", "ended_at")),
    source="office",
)


PHOTO = Form(
    code="photo",
    title="照片说明",
    columns=(Column("caption", "这张照片拍的是什么", TEXT, width_mm=80, source="office"),),
    source="office",
)


@dataclass(frozen=True)
class Papers:
    """What waits to be saved with a visit.

    Attributes:
        lines: Files of each finding, in the order of the findings.
        visit: Files of the visit itself.
        films: Films for its index.
    """

    lines: tuple[tuple[KeptFile, ...], ...] = ()
    visit: tuple[KeptFile, ...] = ()
    films: tuple[Film, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What a saved visit has: (number of the finding or 0, piece), and its films."""

    pieces: tuple[tuple[int, Piece], ...] = ()
    films: tuple[Recorded, ...] = ()


class PaperList(QListWidget):
    """Papers side by side, each opened, described or taken away by a key.

    Enter opens, F2 asks what it shows, Delete takes it away.

    Signals:
        removal_asked: (key).
        words_asked: (key) its words shall be typed.
    """

    removal_asked = Signal(object)
    words_asked = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the current one away on Delete, ask for its words on F2."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.removal_asked.emit(item.data(_KEY))
        elif event.key() == Qt.Key.Key_F2 and item is not None:
            self.words_asked.emit(item.data(_KEY))
        else:
            super().keyPressEvent(event)


class VisitPapers(QFrame):
    """The line of papers.

    Attributes:
        visit: Files of the visit that wait.
        films: Films that wait.
        listed: What is there, stored and waiting.
        list_button: Prints 问题及处置意见清单.
        buttons: All three; with large text they stand over the findings.
        meetings: Gives the times of the four meetings as they are typed, by scene.
    Signals:
        changed: Something was added or taken away that waits.
        said: (sentence, weight) what became of a file.
    """

    changed = Signal()
    said = Signal(str, str)

    def __init__(self, desk: Desk, grid: FindingsGrid) -> None:
        """Build it empty over the grid whose findings the photos belong to."""
        super().__init__()
        self._desk, self._grid = desk, grid
        self.visit: tuple[KeptFile, ...] = ()
        self.films: tuple[Film, ...] = ()
        self.meetings: Callable[[], Mapping[str, str]] = dict
        self._stored = Stored()
        self._roomy = True
        self._inspection: int | None = None
        self.word = QLabel()
        self.word.setProperty("kind", "label")
        self.photo_button = _button(f"照片 {PHOTO_KEYS}", "plus", "加到当前这一条问题；不在问题表里时加到这次检查")
        self.photo_button.clicked.connect(lambda _checked=False: self.choose_photos())
        self.film_button = _button(f"视频 {FILM_KEYS}", "plus", "执法记录仪视频留在原处，只记位置、校验值和起止时间")
        self.film_button.clicked.connect(lambda _checked=False: self.choose_films())
        self.list_button = _button("问题清单 Ctrl+P", "export", "问题及处置意见清单存成 PDF；每条问题都有依据才印")
        self.listed = PaperList()
        self.listed.setObjectName("papers")
        self.listed.setAccessibleName("照片和视频")
        self.listed.setFlow(QListWidget.Flow.LeftToRight)
        self.listed.setWrapping(False)
        self.listed.setFrameShape(QFrame.Shape.NoFrame)
        self.listed.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.listed.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.listed.itemActivated.connect(lambda item: self.open(item.data(_KEY)))
        self.listed.removal_asked.connect(self.remove)
        self.listed.words_asked.connect(self.describe)
        self.hint = QLabel("照片拖到问题行上，视频拖进来；拍摄地点会去掉")
        self.hint.setProperty("kind", "note")
        self.buttons, line = QWidget(), QHBoxLayout()
        buttons = QHBoxLayout(self.buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(2)
        buttons.addStretch(1)
        for widget in (self.photo_button, self.film_button, self.list_button):
            buttons.addWidget(widget)
        line.setSpacing(8)
        line.addWidget(self.word)
        line.addWidget(self.listed, 1)
        rows = self._rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 2, 12, 2)
        rows.setSpacing(0)
        rows.addWidget(self.buttons)
        rows.addLayout(line)
        rows.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignRight)
        self._fit()
        theme.notifier().changed.connect(self._fit)
        grid.findings.modelReset.connect(self._show)
        grid.findings.rowsRemoved.connect(lambda *_where: self._show())
        self._show()

    def set_roomy(self, *, on: bool) -> None:
        """Say how files are added, and keep the buttons, only where there is room."""
        self._roomy = on
        if on:
            self._rows.insertWidget(0, self.buttons)
        self._show()

    def show_visit(self, inspection_id: int | None) -> None:
        """Start over with a visit; what it has already is asked for."""
        self._inspection, self._stored, self.visit, self.films = inspection_id, Stored(), (), ()
        self.ask()
        self._show()

    def ask(self) -> None:
        """Ask what the visit has by now."""
        if self._inspection is not None:
            job = self._desk.tasks.query(_stored, inspection_id=self._inspection)
            job.then(partial(self._found, self._inspection)).failed(lambda _gone: None)

    def waiting(self) -> Papers:
        """Return what is to be saved with the visit."""
        return Papers(tuple(row.files for row in self._grid.findings.rows), self.visit, self.films)

    def packed(self) -> list[dict[str, Any]]:
        """Return what waits beside the findings as plain data, for a draft."""
        if not self.visit and not self.films:
            return []
        return [{"visit": [astuple(file) for file in self.visit], "films": [astuple(film) for film in self.films]}]

    def unpack(self, kept: Sequence[Mapping[str, Any]]) -> None:
        """Show again what `packed` gave."""
        self.visit = tuple(KeptFile(*file) for row in kept for file in row.get("visit", ()))
        self.films = tuple(Film(*film) for row in kept for film in row.get("films", ()))
        self._show()

    def choose_photos(self) -> None:
        """Ask for photos and documents."""
        row = self._grid.currentIndex().row() if self._grid.hasFocus() else -1
        paths, _kind = QFileDialog.getOpenFileNames(self.window(), "添加照片和文书", "", _PHOTO_SORTS)
        self.take([Path(path) for path in paths], row)

    def choose_films(self) -> None:
        """Ask for films of the recorder."""
        paths, _kind = QFileDialog.getOpenFileNames(self.window(), "添加执法记录仪视频", "", _FILM_SORTS)
        for path in paths:
            self._look_at(Path(path))

    def take(self, paths: Sequence[Path], row: int = -1) -> None:
        """Add files: films to the index, the others to a finding or the visit."""
        store: Any = self._desk.tasks.store
        of_finding = 0 <= row < len(self._grid.findings.rows)
        for path in paths:
            if path.suffix.lower() in _FILMS:
                self._look_at(path)
                continue
            kind = OF_FINDING if of_finding else OF_VISIT
            job = self._desk.tasks.work(evidence.take_in, folder=store.folder, path=path, kind=kind)
            target = self._grid.findings.rows[row] if of_finding else None
            job.then(partial(self._taken_in, self._inspection, target)).failed(self._refused).start(self)

    def remove(self, key: Any) -> None:
        """Take a paper away: one that waits is forgotten, a saved one goes to the bin."""
        if isinstance(key, Piece | Recorded):
            name = key.name if isinstance(key, Piece) else Path(key.path).name
            call = evidence.remove if isinstance(key, Piece) else evidence.remove_recordings
            job = self._desk.tasks.command(f"移去材料 {name}", call, record_ids=[key.id])
            job.then(lambda _none: self.ask()).failed(self._refused).start(self)
            return
        self.visit = tuple(file for file in self.visit if file is not key)
        self.films = tuple(film for film in self.films if film is not key)
        for row in self._grid.findings.rows:
            row.files = tuple(file for file in row.files if file is not key)
        self._show()
        self.changed.emit()

    def open(self, key: Any) -> None:
        """Open a copy of a photo with the desktop's program; ask times of a film."""
        if isinstance(key, Film | Recorded):
            self._ask_times(key)
            return
        store: Any = self._desk.tasks.store
        into = Path(tempfile.gettempdir()) / _LENT
        job = self._desk.tasks.work(attachments.lend, folder=store.folder, sha256=key.sha256, name=key.name, into=into)
        job.then(lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))).failed(self._refused).start(self)

    def describe(self, key: Any) -> None:
        """Ask what a photo shows; of a film, its scene and times."""
        if isinstance(key, Film | Recorded):
            self._ask_times(key)
            return
        dialog = FormDialog(PHOTO, help_line=key.name, save_label="确定", values={"caption": key.caption}, parent=self.window())
        dialog.completed.connect(partial(self._words_given, dialog, key))
        dialog.open()

    def _words_given(self, dialog: FormDialog, key: KeptFile | Piece, row: dict[str, Any]) -> None:
        caption = str(row.get("caption") or "")
        dialog.accept()
        if isinstance(key, Piece):
            job = self._desk.tasks.command(f"写照片说明 {key.name}", evidence.describe, record_id=key.id, caption=caption)
            job.then(lambda _none: self.ask()).failed(self._refused).start(self)
            return
        new = replace(key, caption=caption)
        self.visit = tuple(new if file is key else file for file in self.visit)
        for line in self._grid.findings.rows:
            line.files = tuple(new if file is key else file for file in line.files)
        self._show()
        self.changed.emit()

    def _look_at(self, path: Path) -> None:
        job = self._desk.tasks.work(evidence.look_at, path=path).with_progress(f"正在读视频 {path.name}")
        job.then(partial(self._looked, self._inspection)).failed(self._refused).start(self)

    def _looked(self, inspection_id: int | None, film: Film) -> None:
        if inspection_id == self._inspection and film.sha256 not in self._known():
            self.films = (*self.films, replace(film, scene=_scene(film.started_at, self.meetings())))
            self._show()
            self.changed.emit()

    def _known(self) -> set[str]:
        return {one.sha256 for one in self.films} | {one.sha256 for one in self._stored.films}

    def _taken_in(self, inspection_id: int | None, target: Any, file: KeptFile) -> None:
        if inspection_id != self._inspection or (target is not None and target not in self._grid.findings.rows):
            return
        if target is None:
            self.visit = self.visit if _among(file, self.visit) else (*self.visit, file)
        elif not _among(file, target.files):
            target.files = (*target.files, file)
        self._show()
        self.changed.emit()

    def _ask_times(self, film: Film | Recorded) -> None:
        values = {"scene": film.scene, "started_at": film.started_at, "ended_at": film.ended_at}
        dialog = FormDialog(FILM, help_line=Path(film.path).name, save_label="确定", values=values, parent=self.window())
        dialog.completed.connect(partial(self._times_given, dialog, film))
        dialog.open()

    def _times_given(self, dialog: FormDialog, film: Film | Recorded, row: dict[str, Any]) -> None:
        said = {key: str(row.get(key) or "") for key in FILM.keys}
        new = Film(film.path, film.sha256, film.size, said["scene"] or SCENES[-1], said["started_at"], said["ended_at"])
        dialog.accept()
        if isinstance(film, Film):
            self.films = tuple(new if one is film else one for one in self.films)
            self._show()
            self.changed.emit()
        elif self._inspection is not None:
            what = {"inspection_id": self._inspection, "films": [new], "remark": film.remark or None}
            job = self._desk.tasks.command(f"修改视频索引 {Path(film.path).name}", evidence.index_films, **what)
            job.then(lambda _ids: self.ask()).failed(self._refused).start(self)

    def _refused(self, problem: Problem) -> None:
        self.said.emit(f"{problem.message()}{problem.way_out()}", "bad")

    def _found(self, inspection_id: int, stored: Stored) -> None:
        if inspection_id == self._inspection:
            self._stored = stored
            self._show()

    def _show(self) -> None:
        rows = self._grid.findings.rows
        films: list[Film | Recorded] = [*self._stored.films, *self.films]
        waits = "随保存一起存"
        found: list[tuple[Any, str, str]] = [
            (one, _photo_words(one, number), f"{one.name}\n{one.kind}") for number, one in self._stored.pieces
        ]
        found += [(file, _photo_words(file, number), f"{file.name}\n{waits}") for number, row in enumerate(rows, 1) for file in row.files]
        found += [(file, _photo_words(file, 0), f"{file.name}\n{waits}") for file in self.visit]
        found += [(one, _film_words(one), f"{one.path}\nSHA-256 {one.sha256}") for one in films]
        self.listed.clear()
        for key, text, note in found:
            sign = "clock-counter-clockwise" if isinstance(key, Film | Recorded) else "file-text"
            item = QListWidgetItem(icons.icon(sign, "ink3", 16), text)
            item.setData(_KEY, key)
            item.setToolTip(f"{text}\n{note}\nEnter 打开，F2 写说明，Delete 移去")
            self.listed.addItem(item)
        self._share()
        photos = len(found) - len(films)
        self.word.setText(f"照片 {photos}　视频 {len(films)}")
        self.word.setVisible(bool(found))
        self.listed.setVisible(bool(found))
        self.hint.setVisible(self._roomy and not found)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the line anew."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Let a few papers stand side by side, shortened and not cut."""
        items = [self.listed.item(row) for row in range(self.listed.count())]
        widest = round(_WIDEST * theme.current().scale)
        wanted = [min(self.listed.fontMetrics().horizontalAdvance(item.text()) + _SIGN, widest) for item in items]
        room = self.listed.viewport().width() - 2
        if items and sum(wanted) > room:
            share = room // min(len(items), _ABREAST)
            wanted = [min(width, max(share, _SIGN * 2)) for width in wanted]
        for item, width in zip(items, wanted, strict=True):
            item.setSizeHint(QSize(width, self.listed.height() - 2))

    def _fit(self) -> None:
        self.listed.setFixedHeight(self.fontMetrics().height() + 10)


def keep(session: Any, *, saved: Saved, papers: Papers) -> None:
    """Let what waited belong to a visit and its findings, in their write."""
    for number, files in zip(saved.finding_ids, papers.lines, strict=True):
        evidence.link(session, owner="finding_id", record_id=number, files=files)
    evidence.link(session, owner="inspection_id", record_id=saved.inspection_id, files=papers.visit)
    if papers.films:
        evidence.index_films(session, inspection_id=saved.inspection_id, films=papers.films)


def _stored(session: Any, *, inspection_id: int) -> Stored:
    from services import findings  # noqa: PLC0415 - only a visit that was saved has papers

    pieces = [(0, piece) for piece in evidence.of(session, inspection_id=inspection_id)]
    for number, one in enumerate(findings.of_visit(session, inspection_id=inspection_id), start=1):
        pieces += [(number, piece) for piece in evidence.of(session, finding_id=one.id)]
    return Stored(tuple(pieces), tuple(evidence.recordings(session, inspection_id=inspection_id)))


def _scene(started_at: str, meetings: Mapping[str, str]) -> str:
    """Return the scene in whose time a film begins, by the meetings as they are typed."""
    for scene, times in meetings.items():
        begin, _dash, end = times.partition("-")
        if started_at and begin.zfill(5) <= started_at <= (end or begin).zfill(5):
            return scene
    return SCENES[-1]


def _film_words(film: Film | Recorded) -> str:
    times = f" {film.started_at}–{film.ended_at or '?'}" if film.started_at else ""
    return f"{film.scene}{times} {Path(film.path).name}"


def _among(file: KeptFile, files: Sequence[KeptFile]) -> bool:
    """Tell whether a photo waits already; its words may have been typed since."""
    return any(one.original_sha256 == file.original_sha256 for one in files)


def _photo_words(photo: KeptFile | Piece, number: int) -> str:
    """Return what the list says of a photo: whose it is, and its words instead of its name."""
    return f"{f'第{number}条 ' if number else ''}{photo.caption or photo.name}"


def _button(text: str, sign: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "quiet")
    button.setAutoDefault(False)
    button.setToolTip(tip)
    icons.dress(button, sign, "action_text", 14)
    return button
