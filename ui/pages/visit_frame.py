"""Where the parts of a visit stand, and what the page says about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from services import visiting
from services.assist import Hint
from services.doubts import Doubt
from ui import icons, regions, theme
from ui.forms.panel_parts import DraftLine
from ui.pages.page import Action, Desk, make_button
from ui.pages.visit_fields import LARGEST, VisitFields, packed, unpacked
from ui.pages.visit_findings import PICK_KEYS, FindingsGrid
from ui.pages.visit_papers import VisitPapers
from ui.pages.visit_tour import Tour

A_LINE, FEW = 7, 4
LARGE = 1.2
SAID = 2  # words that speak for a suggestion; more would not stand on one line
FEWEST = 120
GRID_KEYS = (
    ("Ctrl V", "整段粘贴"),
    ("Enter", "接受建议"),
    ("1–9", "选一个"),
    ("Ctrl D", "同上"),
    ("Ctrl Shift D", "填到底"),
)
_SCENES = {"meeting_open": "启动会", "meeting_site": "现场检查", "meeting_talk": "沟通会", "meeting_close": "总结会"}
_WAYS = (
    ("Ctrl+↓", "到问题表"),
    ("Ctrl+↑", "回到上面"),
    ("F6", "换一块"),
    ("Ctrl+PgDn", "下一家，这一家留草稿"),
    ("Esc", "回检查记录"),
)
_FREE = {
    "hazard": "一行一条；Enter 到下一行，Tab 到下一格",
    "basis": "写法律、标准和条款；每条都有依据，问题及处置意见清单才印得出",
    "stop_scope": "只停一部分的写明是哪些设施设备、场所；空着按全部停产停业算，复查合格前企业一直挂着",
    "due": "如 5.5；Ctrl+D 同上一行，Ctrl+Shift+D 把空着的都填上",
}


class Roll(QScrollArea):
    """The fields at their full height; very large text makes them scroll."""

    def __init__(self, inner: QWidget, *, tall: bool = False) -> None:
        """Show a widget and follow the focus in it.

        Args:
            inner: What is shown.
            tall: Take all the height there is.
        """
        super().__init__()
        inner.setObjectName(inner.objectName() or "panelBody")
        self._inner = inner
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding if tall else QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(FEWEST)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]

    def sizeHint(self) -> QSize:
        """Ask for what the fields need."""
        return self._inner.sizeHint()

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 8)


class VisitFrame(QFrame):
    """List at the left; head, fields, findings, keys under each other at the right.

    Attributes:
        tour: The enterprises at the left.
        fields: The fields of the visit.
        grid: Its findings.
        draft_line: Says that a draft was taken up.
        papers: Photos and films.
        save_button: Saves and goes on.
        back_button: Leads back to the register.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        """Build all parts empty."""
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.tour = Tour()
        self.fields = VisitFields(self, year=desk.year)
        self.grid = FindingsGrid()
        self.papers = VisitPapers(desk, self.grid)
        self.papers.meetings = lambda: {scene: self.fields.boxes[key].value() for key, scene in _SCENES.items()}
        self.fields.findings = (self._packed, self._unpack)
        self.draft_line = DraftLine()
        self.back_button = make_button(Action("登记簿", lambda: None, "caret-left", "quiet"))
        self.back_button.setToolTip("回到登记簿，没存的自动留草稿（Esc）")
        self.back_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by key it is Esc, and Tab stays in the visit
        self.name = regions.label(kind="headline")
        self.badge = QLabel()
        self.facts, self.doubt = regions.Elided(), regions.Elided()
        self.save_button = QPushButton("保存并下一家  Ctrl+Enter")
        self.save_button.setProperty("kind", "primary")
        self.save_button.setAutoDefault(False)
        self.count = regions.Elided()
        self.count.setProperty("kind", "section")
        self.choices = regions.label(kind="help")
        self.choices.setTextFormat(Qt.TextFormat.RichText)
        self.choices.setWordWrap(True)
        self.choices.setContentsMargins(16, 4, 16, 6)
        self.choices.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.choices.setMinimumHeight(3 * self.choices.fontMetrics().height() + 12)
        huge = theme.current().scale > LARGEST
        side = _upright(self._title(), self.draft_line, self._body(huge=huge))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.tour)
        line.addWidget(regions.rule())
        line.addLayout(side, 1)

    def show_badge(self, word: str) -> None:
        """Say beside the name how far the visit is."""
        kinds = {visiting.WRITING: "info", visiting.NOT_ON_PLATFORM: "soon", visiting.NULL: "bad"}
        self.badge.setText(word)
        self.badge.setProperty("badge", kinds.get(word, "plain"))
        self.badge.style().unpolish(self.badge)
        self.badge.style().polish(self.badge)

    def show_count(self) -> None:
        """Say over the grid how many findings there are."""
        rows = self.grid.findings.rows
        named = sum(bool(row.texts.get("category")) for row in rows)
        more = f"　{len(rows)} 项：已定类别 {named}，待定 {len(rows) - named}" if rows else ""
        self.count.say(f"发现问题{more}")

    def show_choices(self, key: str) -> None:
        """Say under the grid what a key chooses in a column."""
        words = self.grid.findings.words(key)
        hint = self.grid.findings.hinted(self.grid.currentIndex().row(), key)
        said = _suggested(hint, key) if hint is not None else ""
        if words or said:
            self.choices.setText(said + (_table(words) if words else ""))
        else:
            self.choices.setText(_FREE.get(key, "&nbsp;&nbsp;&nbsp; ".join(f"<b>{one}</b>&nbsp;{what}" for one, what in _WAYS)))

    def say(self, sentence: str, weight: str) -> None:
        """Say under the fields what is odd, or what keeps the visit from being saved."""
        self.doubt.setProperty("issue", weight)
        self.doubt.style().unpolish(self.doubt)
        self.doubt.style().polish(self.doubt)
        self.doubt.say(sentence or "　")

    def show_doubts(self, found: Sequence[Doubt]) -> None:
        """Say what is odd: at its field, and the first of it under the fields."""
        self.fields.doubts = tuple(found)
        self.fields.show_remarks()
        bad = [one for one in found if one.weight == "bad"]
        listed = [*bad, *(one for one in found if one.weight != "bad")]
        more = f"　（共 {len(listed)} 处，不影响保存）" if len(listed) > 1 else ""
        self.say(listed[0].sentence + more if listed else "", "bad" if bad else "")
        self.doubt.setToolTip("\n".join(one.sentence for one in listed))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take photos and films here, not as an import."""
        if self.fields.frame.isVisible() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add dropped files to the finding under the pointer, or to the visit."""
        viewport = self.grid.viewport()
        place = viewport.mapFrom(self, event.position().toPoint())
        row = self.grid.indexAt(place).row() if viewport.rect().contains(place) else -1
        self.papers.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()], row)
        event.acceptProposedAction()

    def _packed(self) -> str:
        return packed([*self.grid.findings.packed(), *self.papers.packed()])

    def _unpack(self, text: str) -> None:
        kept = unpacked(text)
        self.grid.findings.unpack(kept)
        self.papers.unpack(kept)

    def _body(self, *, huge: bool) -> QWidget:
        """Return what stands under the title; with the largest text it scrolls as a whole, fields and findings."""
        body = QWidget()
        fields = self.fields.frame if huge else Roll(self.fields.frame)
        body.setLayout(_upright(fields, self._doubts(), self._findings_head(), self.grid, self._foot()))
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        return Roll(body, tall=True) if huge else body

    def _title(self) -> QVBoxLayout:
        huge = theme.current().scale > LARGEST
        title, under = QHBoxLayout(), QHBoxLayout()
        for line in (title, under):
            line.setSpacing(10)
            line.setContentsMargins(8, 0, 16, 0)
        title.addWidget(self.back_button)
        if huge:
            title.addStretch(1)
            under.setContentsMargins(16, 0, 16, 0)
        (under if huge else title).addWidget(self.name)
        (under if huge else title).addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        (under if huge else title).addWidget(self.facts, 1)
        title.addWidget(self.save_button)
        both = _upright(title, under) if huge else _upright(title)
        both.setContentsMargins(0, 8, 0, 2)
        return both

    def _doubts(self) -> QHBoxLayout:
        pin = QLabel()
        icons.dress(pin, "push-pin", "action_text", 14)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.setContentsMargins(16, 0, 12, 2)
        line.addWidget(self.doubt, 1)
        hints: list[QWidget] = [pin, regions.label("日期、人员沿用上一家", "note")] if theme.current().scale < LARGE else []
        for widget in (*hints, icons.keycap("F9"), regions.label("四项规范都做到", "note")):
            line.addWidget(widget)
        return line

    def _foot(self) -> QBoxLayout:
        self._under = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._under.setSpacing(0)
        self._under.addWidget(self.choices, 1)
        self._under.addWidget(self.papers, 0, Qt.AlignmentFlag.AlignTop)
        theme.notifier().changed.connect(self._turn_foot)
        self._turn_foot()
        return self._under

    def _turn_foot(self) -> None:
        """Let the papers stand under the words where large text leaves no room beside them."""
        large = theme.current().scale >= LARGE
        self._under.setDirection(QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight)
        self.papers.set_roomy(on=not large)
        self._caps.setVisible(not large)  # F1 lists them
        line = self._head.layout()
        if large and line is not None:
            line.addWidget(self.papers.buttons)

    def _findings_head(self) -> QFrame:
        self._caps = QWidget()
        caps = QHBoxLayout(self._caps)
        caps.setContentsMargins(0, 0, 0, 0)
        caps.setSpacing(8)
        for key, word in GRID_KEYS:
            caps.addWidget(icons.keycap(key))
            caps.addWidget(regions.label(word, "note"))
        head = self._head = regions.bar(self.count, self._caps)
        head.setMinimumHeight(head.fontMetrics().height() + 12)
        return head


def _suggested(hint: Hint, key: str) -> str:
    """Return what is suggested for the current cell, and why."""
    word = hint.basis if key == "basis" else hint.category
    why = hint.why + (f"：{'、'.join(hint.words[:SAID])}" if hint.words else "")
    mark = f"，{hint.checked}" if hint.checked else ""
    return f"<div><b>Enter</b>&nbsp;{escape(word)}&nbsp;&nbsp;&nbsp;{escape(why)}{mark}&nbsp;&nbsp;&nbsp;只是建议，由检查人员认定</div>"


def _upright(*parts: QWidget | QLayout) -> QVBoxLayout:
    """Return parts under each other without gaps; grids and what scrolls take the room."""
    rows = QVBoxLayout()
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for part in parts:
        if isinstance(part, QLayout):
            rows.addLayout(part)
        else:
            takes = part.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding or isinstance(part, FindingsGrid)
            rows.addWidget(part, 1 if takes else 0)
    return rows


def _table(words: Sequence[str]) -> str:
    """Return words with the keys that choose them, in columns."""
    cells = [f"<td><b>{key}</b>&nbsp;{word.removesuffix('类')}&nbsp;&nbsp;&nbsp;</td>" for key, word in zip(PICK_KEYS, words, strict=False)]
    most = A_LINE if theme.current().scale <= LARGEST else FEW
    lines = ["".join(cells[start : start + most]) for start in range(0, len(cells), most)]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
