"""One file of an import: how it was taken, its rows, or why it has none."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from services.imports.desks import DESKS
from ui import icons, regions
from ui.imports.grid import RowsView
from ui.imports.mapping import MappingPane
from ui.imports.received import Received
from ui.imports.rows import OUTCOMES, Shown
from ui.imports.sheet_view import SheetView, letters
from ui.imports.strip import Strip, about_many
from ui.imports.words import Words
from ui.imports.work import FileState, Trouble, doubtful

ROWS, TROUBLE, MAPPING = range(3)
NO_VISIT = "没有检查记录"


class FilePane(QWidget):
    """The right side of the import.

    Attributes:
        grid: Rows of the file.
        strip: What is to be said and decided about the current row.
        sheet: The file as received.
        mapping: What its columns are, said by hand.
        tabs: Rows by outcome, with counts.
        tables: The forms in the file, if it has several.
        trouble: Why the file cannot be written.
        way_out: What to do about it.
        choices: Buttons of the forms that it may be.
        accept_all: 全部照原样收下.
        results: 作为检查组结果导入.
    Signals:
        form_chosen: (path, code) read this file as this form.
        mapping_asked: (path) say by hand what the file is.
        removal_asked: (path) take the file out.
    """

    form_chosen = Signal(object, str)
    mapping_asked = Signal(object)
    removal_asked = Signal(object)

    def __init__(self) -> None:
        """Build the pane without a file."""
        super().__init__()
        self.grid, self.strip, self.sheet, self.mapping = RowsView(), Strip(), SheetView(), MappingPane()
        self.choices: list[QPushButton] = []
        self._state: FileState | None = None
        self._received: Received | None = None
        self._name = regions.label(kind="section")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._about = regions.Elided()
        self.tables, self.tabs = _tabs("文件里的表"), _tabs("按结果看")
        self._other = _quiet("改认法")
        icons.dress(self._other, "sliders-horizontal", "action_text")
        self.accept_all, self.results = _quiet("全部照原样收下"), _quiet("没有检查记录的，作为检查组结果收下")
        self._kind = QStackedWidget()
        for part in (self._rows_part(), self._trouble_part(), self.mapping):
            self._kind.addWidget(part)
        regions.column(self, regions.bar(self._name, self._about, self.tables, self._other), self._kind)
        self._other.clicked.connect(lambda _checked=False: self._state and self.mapping_asked.emit(self._state.path))
        self.grid.wandered.connect(self._speak)
        self.tables.currentChanged.connect(lambda _number: self._show_table())
        self.tabs.currentChanged.connect(lambda _number: self._show_rows())

    def show_state(self, state: FileState | None, *, keep: bool = False) -> None:
        """Show a file as it was planned, or why it was not.

        Args:
            state: The file.
            keep: Stay at the tab and row where the clerk is.
        """
        keep = keep and self._state is not None and state is not None and state.path == self._state.path
        self._state = state
        if not keep:
            self._received = None
            self.sheet.use(None)
        name = state.path.name if state else ""
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 320))
        self._name.setToolTip(str(state.path) if state else "")
        self._about.say(_about(state))
        trouble = state.trouble if state else None
        self._other.setVisible(state is not None and (state.plan is not None or bool(trouble and trouble.mappable)))
        codes = list(dict.fromkeys(code for code, _row in state.plan.rows)) if state and state.plan else []
        _fill(self.tables, [(DESKS[code].noun, code) for code in codes], keep=keep)
        self.tables.setVisible(len(codes) > 1)
        self._kind.setCurrentIndex(TROUBLE if trouble else ROWS)
        if trouble is not None and state is not None:
            self._show_trouble(state.path, trouble)
        self._show_table(keep=keep)

    def show_mapping(self) -> None:
        """Let the clerk say what the file is."""
        self._kind.setCurrentIndex(MAPPING)
        self._other.hide()
        self.mapping.take_focus()

    def leave_mapping(self) -> None:
        """Show the file's rows again, or why it has none."""
        if self.shows_mapping:
            self._kind.setCurrentIndex(TROUBLE if self._state is not None and self._state.trouble else ROWS)
            self._other.setVisible(self._state is not None)

    def take_focus(self) -> None:
        """Put the focus where the file asks for something."""
        if self._kind.currentIndex() == ROWS:
            self.grid.setFocus()
        elif self._kind.currentIndex() == TROUBLE and self.choices:
            self.choices[0].setFocus()

    @property
    def shows_mapping(self) -> bool:
        """Whether the clerk says by hand what the file is."""
        return self._kind.currentIndex() == MAPPING

    def use_received(self, received: Received) -> None:
        """Show the file as it was received beside its rows."""
        if self._state is not None and received.path == self._state.path:
            self._received = received
            self._speak(self.grid.current(), self._key())

    def offer_words(self, words: Words) -> None:
        """Offer words where a cell is typed anew.

        Args:
            words: By form and column.
        """
        self.strip.words = self.grid.words = words
        self.again()

    def lock(self, *, on: bool) -> None:
        """Let nothing be decided while the services are at work."""
        self.strip.locked = self.grid.rows.locked = on

    def again(self) -> None:
        """Speak of the current row anew."""
        self._speak(self.grid.current(), self._key())

    def _rows_part(self) -> QWidget:
        upper, lower = QWidget(), QWidget()
        rows = QVBoxLayout(upper)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(regions.bar(self.tabs, None, self.results, self.accept_all))
        rows.addWidget(self.grid, 1)
        rows.addWidget(self.strip)
        self._caption = regions.Elided()
        regions.column(lower, regions.bar(regions.label("原表原样", "strong"), self._caption), self.sheet)
        self._lower = lower
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(upper)
        split.addWidget(lower)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([320, 180])
        # both scroll, so a laptop's height is enough
        self.grid.setMinimumHeight(72)
        self.sheet.setMinimumHeight(56)
        lower.hide()
        return split

    def _trouble_part(self) -> QWidget:
        self._sign = QLabel()
        self.trouble, self.way_out = regions.label(kind="section"), regions.label(kind="help")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(10)
        for label in (self.trouble, self.way_out):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            words.addWidget(label)
        words.addSpacing(4)
        words.addLayout(self._list)
        words.addStretch(1)
        part = QWidget()
        part.setObjectName("page")
        part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(part)
        line.setContentsMargins(24, 24, 40, 24)
        line.setSpacing(14)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return part

    def _show_table(self, *, keep: bool = False) -> None:
        self._show_rows(keep=keep, first=not keep)

    def _show_rows(self, *, keep: bool = False, first: bool = False) -> None:
        state = self._state if self._state and not self._state.trouble else None
        code = str(self.tables.tabData(self.tables.currentIndex()) or "") if self.tables.count() else ""
        outcome = "" if first or not self.tabs.count() else str(self.tabs.tabData(self.tabs.currentIndex()) or "")
        self.grid.use(state if state and state.plan else None, code, outcome, keep=keep)
        counts = self.grid.rows.counts
        if outcome and not counts.get(outcome):
            outcome = ""  # the last row of this kind was dealt with
            self.grid.use(state, code, "", keep=keep)
        shown = [(f"全部 {self.grid.rows.total:,}", "")]
        shown += [(f"{word} {counts[key]:,}", key) for key, (word, _kind) in OUTCOMES.items() if counts.get(key)]
        _fill(self.tabs, shown, keep=False)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(next((number for number, (_word, key) in enumerate(shown) if key == outcome), 0))
        self.tabs.blockSignals(False)
        self._show_shortcuts(state)

    def _show_shortcuts(self, state: FileState | None) -> None:
        """Offer what would settle many rows at once."""
        waiting = state.waiting if state else []
        doubts = sum(doubtful(row) for row in waiting)
        self.accept_all.setText(f"全部照原样收下 {doubts:,} 行")
        self.accept_all.setVisible(doubts > 1)
        lost = any(NO_VISIT in row.reason for row in waiting)
        self.results.setVisible(lost and state is not None and state.plan is not None and not state.plan.results)

    def _show_trouble(self, path: Path, trouble: Trouble) -> None:
        icons.dress(self._sign, "warning" if trouble.choices else "warning-circle", "soon" if trouble.choices else "bad", 28)
        self.trouble.setText(trouble.sentence)
        self.way_out.setText(trouble.way_out)
        self.way_out.setVisible(bool(trouble.way_out))
        for button in self.choices:
            self._list.removeWidget(button)
            button.hide()
            button.deleteLater()
        offers = [(f"当作“{title}”读", partial(self.form_chosen.emit, path, code)) for code, title in trouble.choices]
        if trouble.mappable:
            offers.append(("自己指定是哪一张表、哪一列", partial(self.mapping_asked.emit, path)))
        offers.append(("不要这个文件", partial(self.removal_asked.emit, path)))
        self.choices = [self._choice(word, act) for word, act in offers]

    def _choice(self, word: str, act: object) -> QPushButton:
        button = QPushButton(word)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: act())  # type: ignore[operator]
        self._list.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return button

    def _key(self) -> str:
        column = self.grid.currentIndex().column()
        return self.grid.rows.columns[column].key if 0 <= column < len(self.grid.rows.columns) else ""

    def _speak(self, one: Shown | None, key: str) -> None:
        """Say the whole of what is to be said of a row, and show it in the file."""
        waiting = [other for other in self.grid.rows.shown if other.doubts]
        place = f"{waiting.index(one) + 1} / {len(waiting)}" if one in waiting else ""
        row = one.planned if one else None
        told = next((other for other, _sentence in one.doubts if other == key), one.doubts[0][0]) if one and one.doubts else key
        column = self._received.column(row, told) if self._received and row else None
        spot = f"{letters(column)}{one.number}" if one and column is not None else ""
        remarks = self._state.plan.read.remarks if self._state is not None and self._state.plan is not None else ()
        note = "\n".join(said for said in (about_many(self.grid.rows.total), *remarks) if said)
        text = self._received.text(row, column) if self._received and row and column is not None else None
        self.strip.show_row(one, key, spot=spot, text=text, place=place, note=note)
        self._show_received(one, column)

    def _show_received(self, one: Shown | None, column: int | None) -> None:
        sheet = self._received.sheet(one.sheet) if self._received and one else None
        self._lower.setVisible(sheet is not None)
        if sheet is None or one is None or self._received is None:
            return
        self.sheet.use(sheet)
        lit = {}
        row = one.planned
        for key, _sentence in one.doubts if row else ():
            where = self._received.column(row, key) if row else None
            if where is not None:
                lit[(one.number, where)] = "soon"
        self.sheet.light(lit)
        self.sheet.go_to(one.number, column or 0)
        several = len(self._received.book.sheets) > 1 if self._received.book else False
        self._caption.say((f"工作表“{one.sheet}”　" if several else "") + "照收到的样子，没有改动")


def _quiet(word: str) -> QPushButton:
    made = QPushButton(word)
    made.setProperty("kind", "quiet")
    made.setAutoDefault(False)
    return made


def _tabs(name: str) -> QTabBar:
    made = QTabBar()
    made.setDrawBase(False)
    made.setDocumentMode(True)
    made.setExpanding(False)
    made.setAccessibleName(name)
    return made


def _fill(tabs: QTabBar, shown: list[tuple[str, str]], *, keep: bool) -> None:
    before = tabs.currentIndex() if keep else 0
    tabs.blockSignals(True)
    while tabs.count() > len(shown):
        tabs.removeTab(tabs.count() - 1)
    for number, (word, data) in enumerate(shown):
        if number == tabs.count():
            tabs.addTab(word)
        tabs.setTabText(number, word)
        tabs.setTabData(number, data)
    if shown:
        tabs.setCurrentIndex(min(max(before, 0), len(shown) - 1))
    tabs.blockSignals(False)


def _about(state: FileState | None) -> str:
    """Return how a file was taken: form, header row, who sent it."""
    if state is None or state.plan is None:
        return ""
    plan = state.plan
    table = plan.tables[0]
    parts = [f"认作 {table.form.title}" if table.form else ""]
    if table.header_rows:
        parts.append(f"表头在第 {'、'.join(map(str, table.header_rows))} 行")
    submitter = next((one.submitter for one in plan.tables if one.submitter), "")
    parts.append(f"报送单位 {submitter}" if submitter else "")
    if plan.returned is not None:
        back = plan.returned
        parts.append(
            f"退改件：改好 {len(back.mended)} 行，还有 {len(back.left)} 行" if back.left else f"退改件：{len(back.mended)} 行都改好了"
        )
    return "　".join(part for part in parts if part)
