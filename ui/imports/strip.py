"""What is to be said and decided about the current row of an import.

One sentence in front; under it what can be done: type the cell anew, take it
as it is, keep what the office has, say which record it is, leave the row out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from models.forms import Column
from services.imports.desks import DESKS
from services.imports.planned import Candidate, Choice
from ui import icons, regions, theme
from ui.forms.editors import LineEditor
from ui.imports.rows import LEFT_OUT, MOST_ROWS, Shown, answer, can_be_new, edit_text, words
from ui.imports.words import Words
from ui.imports.work import NOTES

MOST_CANDIDATES = 5
_EDITOR = 180
_BESIDE = 1.2


class Strip(QFrame):
    """Sentence and ways out of one row.

    Attributes:
        sentence: What is wrong or to be known.
        editor: Where a cell is typed anew; None where there is none.
        buttons: The ways out that are offered, by their words.
        locked: Nothing can be decided now.
        words: Words to offer while typing, by form and column.
    Signals:
        decided: (Shown, Choice) the clerk has answered.
        taken: (Shown) the row is taken as it is.
        next_asked: Go to the next trouble.
        return_asked: Send the file back with its troubles marked.
    """

    decided = Signal(object, object)
    taken = Signal(object)
    next_asked = Signal()
    return_asked = Signal()

    def __init__(self) -> None:
        """Build the strip, hidden until there is something to say."""
        super().__init__()
        self.setObjectName("panelFoot")
        self._sign = QLabel()
        self.sentence = regions.label(kind="strong")
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.editor: LineEditor | None = None
        self.buttons: dict[str, QPushButton] = {}
        self._place = regions.label(kind="help")
        self._next = _small("下一处 F8")
        self._next.clicked.connect(lambda _checked=False: self.next_asked.emit())
        head = QHBoxLayout()
        head.setSpacing(9)
        self._sign.setContentsMargins(0, 2, 0, 0)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.sentence, 1)
        head.addWidget(self._place, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._next, 0, Qt.AlignmentFlag.AlignTop)
        self._body = QWidget()
        self._below = QHBoxLayout()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(14, 10, 14, 10)
        self._rows.setSpacing(8)
        self._rows.addLayout(head)
        self._rows.addWidget(self._body)
        self._one: Shown | None = None
        self._stood: str | None = None
        self.locked = False
        self.words: Words = {}
        self.hide()

    def show_row(self, one: Shown | None, key: str, *, spot: str = "", text: str | None = None, place: str = "", note: str = "") -> None:
        """Speak of a row.

        Args:
            one: The row; None says nothing.
            key: Column of the current cell.
            spot: Where the cell stands in the file ("C5"), if that is known.
            text: What the file says there, if that is known.
            place: "1 / 3" among the troubles.
            note: What to say where the row itself has nothing.
        """
        self._one, self._stood = one, text
        self.editor, self.buttons = None, {}
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(24, 0, 0, 0)
        lines.setSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(8)
        lines.addLayout(line)
        # with large text the ways out stand under the editor, not beside it
        self._below = QHBoxLayout() if theme.current().scale > _BESIDE else line
        if self._below is not line:
            self._below.setSpacing(8)
            lines.addLayout(self._below)
        said = self._fill(one, key, line, spot) if one else ""
        self._place.setText(place)
        self._place.setVisible(bool(place))
        self._next.setVisible(bool(place))
        self._rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        body.setVisible(line.count() + self._below.count() > 0)
        if not said and note:
            said = note
            icons.dress(self._sign, "info", "ink2", 16)
        self.sentence.setText(said)
        self.setVisible(bool(said))

    def focus_editor(self) -> bool:
        """Put the focus where the decision is made; return whether there is such a place."""
        target = self.editor or next(iter(self.buttons.values()), None)
        if target is None:
            return False
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(target, LineEditor):
            target.selectAll()
        return True

    def _fill(self, one: Shown, key: str, line: QHBoxLayout, spot: str) -> str:
        """Offer what can be done with a row; return the sentence."""
        row = one.planned
        if row is None:
            return ""
        where = f"第 {one.number} 行"
        if not row.choice.write:
            icons.dress(self._sign, "info", "ink2", 16)
            self._offer(line, "还是导入", partial(self._decide, write=True))
            line.addStretch(1)
            return f"{where}：{LEFT_OUT}"
        if row.candidates and one.outcome == "look":
            return self._ask(one, line, where)
        if one.outcome == "look" and row.reason:
            icons.dress(self._sign, "warning-circle", "bad", 16)
            if row.twin is not None:
                self._offer(line, "以这一行为准", partial(self._decide, instead=True))
            self._editor_of(one, key, line, spot)
            self._ways(take=False)
            return f"{where}：{_bare(row.reason, where)}"
        if one.outcome == "look":
            icons.dress(self._sign, "warning", "soon", 16)
            doubts = one.doubts
            own = [sentence for other, sentence in doubts if other == key] or [doubts[0][1]]
            told = key if any(other == key for other, _sentence in doubts) else doubts[0][0]
            self._editor_of(one, told, line, spot)
            self._ways(take=True)
            more = len(doubts) - len(own)
            column = _column(one, told)
            title = column.title.replace(chr(10), "") if column else ""
            named = "" if not title or title in "".join(own) else f"{title} "
            return f"{where} {named}{_bare('；'.join(own), where)}" + (f"（这一行还有 {more} 处）" if more > 0 else "")
        return self._told(one, key, line, where)

    def _told(self, one: Shown, key: str, line: QHBoxLayout, where: str) -> str:
        """Offer old and new of a changed cell; else say what is known of the row."""
        row = one.planned
        assert row is not None
        icons.dress(self._sign, "info", "ink2", 16)
        column = _column(one, key)
        if column is not None and key in row.changes and row.action in ("changed", "same"):
            ours, theirs = row.changes[key]
            kept = key in row.choice.keep
            self._offer(line, f"用来表的　{words(column, theirs) or '空'}", partial(self._keep, key, on=False), chosen=not kept)
            self._offer(line, f"保留现在的　{words(column, ours) or '空'}", partial(self._keep, key, on=True), chosen=kept)
            line.addWidget(regions.label("空格键来回换", "note"))
            line.addStretch(1)
            return f"{where} {column.title.replace(chr(10), '')}：来表与现有记录不同"
        said = [flag.message for flag in row.flags if flag.key in (key, "*") or flag.code not in NOTES]
        if one.accepted and said:
            return f"{where} 已照原样收下：{_bare('；'.join(said), where)}"
        return f"{where} {_bare('；'.join(said), where)}" if said else ""

    def _ask(self, one: Shown, line: QHBoxLayout, where: str) -> str:
        """Offer the records that a row may be, with what speaks for each."""
        row = one.planned
        assert row is not None
        icons.dress(self._sign, "warning", "soon", 16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for number, candidate in enumerate(row.candidates[:MOST_CANDIDATES], start=1):
            self._candidate(grid, number, one, candidate)
        line.addLayout(grid, 1)
        side = QVBoxLayout()
        side.setSpacing(4)
        ways: list[tuple[str, Callable[[], None]]] = [("不导入这一行 Del", self._leave_out)]
        if can_be_new(one):
            ways.insert(0, (f"0　都不是，照新的{DESKS[one.code].noun}记", partial(self._decide, new=True, record_id=None)))
        for word, act in ways:
            button = _small(word)
            button.clicked.connect(partial(_call, act))
            button.setEnabled(not self.locked)
            self.buttons[word] = button
            side.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        side.addStretch(1)
        line.addLayout(side)
        name = str(row.values.get("name") or row.values.get("enterprise") or "")
        asked = row.question or row.reason or f"同一家企业？来表写的是“{name}”，名称相近的有"
        return f"{where}：{_bare(asked, where)}"

    def _candidate(self, grid: QGridLayout, number: int, one: Shown, candidate: Candidate) -> None:
        button = _small(f"{number}　就是 {candidate.name}")
        button.setEnabled(not self.locked)
        button.clicked.connect(lambda _checked=False: self.decided.emit(one, answer(one, candidate)))
        why = regions.Elided()
        why.say(candidate.why + ("" if candidate.record_id is not None else "，在同批来表里"))
        self.buttons[candidate.name] = button
        grid.addWidget(button, number, 0)
        grid.addWidget(why, number, 1)
        grid.setColumnStretch(1, 1)

    def _editor_of(self, one: Shown, key: str, line: QHBoxLayout, spot: str) -> None:
        column = _column(one, key)
        if column is None or one.planned is None:
            return
        read = one.planned.read
        raw = self._stood if self._stood is not None else str(read.raw.get(key) or "") or words(column, read.values.get(key))
        if spot or raw:
            line.addWidget(regions.label(f"原表 {spot} 写的是" if spot else "原表写的是", "label"))
            stood = regions.label(raw[:40] or "（空）")
            stood.setTextFormat(Qt.TextFormat.PlainText)
            line.addWidget(stood)
        line.addWidget(regions.label("改为" if spot or raw else f"{column.title.replace(chr(10), '')} 填上", "label"))
        editor = LineEditor(column)
        editor.setAccessibleName(f"{column.title.replace(chr(10), '')} 改为")
        editor.setFixedWidth(round(_EDITOR * min(theme.current().scale, 1.5)))
        editor.set_value(edit_text(one, column))
        if words_offered := self.words.get(one.code, {}).get(key):
            editor.set_suggestions(words_offered)
        editor.setProperty("issue", "soon")
        editor.setEnabled(not self.locked)
        editor.returnPressed.connect(partial(self._typed, key))
        self.editor = editor
        line.addWidget(editor)

    def _ways(self, *, take: bool) -> None:
        line = self._below
        if take:
            self._offer(line, "照原样收下 Enter", self._take)
        self._offer(line, "不导入这一行 Del", self._leave_out)
        self._offer(line, "连原表退回修改", self.return_asked.emit, icon="arrow-u-up-left")
        line.addStretch(1)

    def _offer(self, line: QHBoxLayout, word: str, act: Callable[[], None], *, chosen: bool = False, icon: str = "") -> None:
        button = _small(word)
        if icon:
            icons.dress(button, icon, "action_text", 14)
        if chosen:
            icons.dress(button, "check", "action_text", 14)
        button.setEnabled(not self.locked)
        button.clicked.connect(lambda _checked=False: act())
        self.buttons[word] = button
        line.addWidget(button)

    def _typed(self, key: str) -> None:
        one = self._one
        if one is None or one.planned is None or self.editor is None:
            return
        column = _column(one, key)
        if column is not None and self.editor.value() == edit_text(one, column):
            self._take()
            return
        mended = {**one.planned.choice.mended, key: self.editor.value()}
        self._decide(mended=mended)

    def _take(self) -> None:
        if self._one is not None:
            self.taken.emit(self._one)

    def _leave_out(self) -> None:
        self._decide(write=False)

    def _keep(self, key: str, *, on: bool) -> None:
        if self._one and self._one.planned:
            kept = self._one.planned.choice.keep
            self._decide(keep=kept | {key} if on else kept - {key})

    def _decide(self, **changes: object) -> None:
        one = self._one
        if one is None or one.planned is None:
            return
        choice: Choice = replace(one.planned.choice, **changes)  # type: ignore[arg-type]  # each change is a field of Choice
        self.decided.emit(one, choice)


def _call(act: Callable[[], None], _checked: bool = False) -> None:
    act()


def about_many(total: int) -> str:
    """Return what is said where not all rows are listed."""
    return f"这里只列 {MOST_ROWS:,} 行，要核对的排在前面；写入时按全部 {total:,} 行算" if total > MOST_ROWS else ""


def _column(one: Shown, key: str) -> Column | None:
    columns = DESKS[one.code].listing.form.columns
    return next((column for column in columns if column.key == key), None)


def _bare(sentence: str, where: str) -> str:
    """Return a sentence without the row number that stands before it already."""
    return sentence.replace(where.replace(" ", "") + " ", "").replace(where + " ", "")


def _small(word: str) -> QPushButton:
    button = QPushButton(word)
    button.setProperty("kind", "small")
    button.setAutoDefault(False)
    return button
