"""Pictures of the groups: members as chips, equipment, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from services import clock
from services.rosters import LEADER, Member, Roster
from ui import theme

NARROWEST = 300
LOWEST = 120
HIGHEST = 250  # the register under the cards keeps five rows on a laptop
LEAST, SHARE = 120, 0.42  # with large text the register under the cards still shows some rows
LARGE = 1.6  # from here on it shows them only if the cards keep to their heads
SHOWN = 3
EXPERT = "专家"
_SPACE = "&nbsp;&nbsp; "
_JOINER = "\u2060"  # keeps a name in one line: rich text knows no nowrap for a part
_OWN_LINE = frozenset({"equipment", "leader"})  # told where the thing itself stands


class GroupCard(QFrame):
    """One group at a glance; Enter or a click opens it.

    Signals:
        opened: (id) the group shall be shown.
        equipment_asked: (name) its equipment shall be shown.
    """

    opened = Signal(int)
    equipment_asked = Signal(str)

    def __init__(self, roster: Roster, parent: QWidget | None = None) -> None:
        """Write what the group has and lacks."""
        super().__init__(parent)
        self.roster = roster
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(round(NARROWEST * theme.current().scale))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.badge = QLabel()
        self.name = QLabel(roster.name)
        self.name.setProperty("kind", "section")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name)
        head.addStretch(1)
        head.addWidget(self.badge)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(14, 10, 14, 10)
        rows.setSpacing(5)
        rows.addLayout(head)
        self._lines = [self._line() for _ in range(4)]
        for line in self._lines:
            rows.addWidget(line)
        rows.addStretch(1)
        theme.notifier().changed.connect(self._write)
        self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the group on Enter, its equipment on E."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.roster.id)
        elif event.key() == Qt.Key.Key_E:
            self.equipment_asked.emit(self.roster.name)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the group."""
        super().mouseReleaseEvent(event)
        self.opened.emit(self.roster.id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring of the focus over the card."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.current().color("focus"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
            painter.end()

    def height_for(self, width: int) -> int:
        """Return the height needed at a width; Qt's own answer loses wrapped lines."""
        rows = self.layout()
        assert rows is not None
        margins = rows.contentsMargins()
        inner = width - margins.left() - margins.right() - 2
        lines = [line.heightForWidth(inner) for line in self._lines if line.text()]
        head = max(self.name.sizeHint().height(), self.badge.sizeHint().height())
        return head + sum(lines) + rows.spacing() * (len(lines) + 1) + margins.top() + margins.bottom() + 2

    def _line(self) -> QLabel:
        line = QLabel()
        line.setTextFormat(Qt.TextFormat.RichText)
        line.setWordWrap(True)
        line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return line

    def _write(self) -> None:
        roster = self.roster
        bad = sum(lack.weight == "bad" for lack in roster.lacks)
        self.badge.setText(f"{bad} 处不合要求" if bad else f"{len(roster.lacks)} 处要核对" if roster.lacks else "齐了")
        self.badge.setProperty("badge", "bad" if bad else "soon" if roster.lacks else "done")
        self.badge.style().unpolish(self.badge)
        self.badge.style().polish(self.badge)
        for line, text in zip(self._lines, (self._leader(), self._people(), self._equipment(), self._wanting()), strict=True):
            line.setText(text)
            line.setVisible(bool(text))
        self.setAccessibleName(f"{roster.name}，{self.badge.text()}：" + "；".join(lack.sentence for lack in roster.lacks))
        self.setToolTip("\n".join(lack.sentence for lack in roster.lacks))

    def _leader(self) -> str:
        leader, lack = self.roster.leader, self.roster.lack("leader")
        if leader is None:
            return _ink("没定组长", "bad")
        post = escape(leader.post) if leader.post else "职务没登记"
        return f"{_ink('组长', 'ink2')}{_SPACE}<b>{escape(leader.name)}</b>{_SPACE}{_ink(post, lack.weight if lack else 'ink2')}"

    def _people(self) -> str:
        chips = [
            _chip(one.name, _of_member(one), "soon" if one.doubt or one.away else "") for one in self.roster.members if one.role != LEADER
        ]
        return " ".join(chips) or _ink("还没有组员", "soon")

    def _equipment(self) -> str:
        listed = self.roster.equipment
        if listed and not any(one.has for one in listed):
            return f"{_ink('装备没登记', 'soon')}{_SPACE}{_ink('要带 ' + '、'.join(one.need.kind for one in listed), 'ink2')}"
        chips = [_chip(one.need.kind, f"缺 {one.short}" if one.short else "", "soon" if one.short else "") for one in listed]
        return " ".join(chips)

    def _wanting(self) -> str:
        roster = self.roster
        facts = [f"有效执法证 {roster.certificates} 人", f"镇办 {len(roster.towns)} 个", roster.vehicle and f"车 {escape(roster.vehicle)}"]
        told = [lack for lack in roster.lacks if lack.topic not in _OWN_LINE]
        more = f"{_SPACE}等 {len(told)} 处" if len(told) > SHOWN else ""
        lacks = _SPACE.join(_ink(escape(lack.words), lack.weight) for lack in told[:SHOWN])
        return f"{_ink(_SPACE.join(fact for fact in facts if fact), 'ink2')}{'<br>' if lacks else ''}{lacks}{_ink(more, 'ink2')}"


class GroupCards(QScrollArea):
    """All groups side by side, in order of their numbers, never a ranking.

    Signals:
        opened: (id) a group shall be shown.
        equipment_asked: (name) the equipment of a group shall be shown.
    """

    opened = Signal(int)
    equipment_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setObjectName("panelScroll")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("各检查组的情况")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.cards: list[GroupCard] = []
        self._wanted = 0

    def sizeHint(self) -> QSize:
        """Ask for the height of the highest card."""
        return QSize(super().sizeHint().width(), self._wanted)

    def minimumSizeHint(self) -> QSize:
        """Show the heads of the cards at least; the rest can be scrolled to."""
        scale = theme.current().scale
        return QSize(0, min(self._wanted, round(LOWEST * (scale if scale <= LARGE else 1))))

    def show_rosters(self, listed: Sequence[Roster]) -> None:
        """Show other groups; the one in focus keeps it."""
        before = next((card.roster.id for card in self.cards if card.hasFocus()), None)
        body = QWidget()
        body.setObjectName("panelBody")
        line = QHBoxLayout(body)
        margin = self._margin()
        line.setContentsMargins(margin, 12, margin, 12)
        line.setSpacing(theme.current().px("space", "gutter"))
        self.cards = [GroupCard(roster) for roster in listed]
        for card in self.cards:
            card.opened.connect(self.opened)
            card.equipment_asked.connect(self.equipment_asked)
            line.addWidget(card, 1)
        self.setWidget(body)
        self.setVisible(bool(listed))
        self.fit()
        for card in self.cards:
            if card.roster.id == before:
                card.setFocus()

    def fit(self) -> None:
        """Be as high as the highest card wants to be."""
        if not self.cards:
            return
        margin, gutter = self._margin(), theme.current().px("space", "gutter")
        body = self.widget()
        line = body.layout() if body is not None else None
        if line is not None:
            line.setContentsMargins(margin, 12, margin, 12)
        least = self.cards[0].minimumWidth()
        wide = (self.width() - 2 * margin - gutter * (len(self.cards) - 1)) // len(self.cards)
        highest = max(card.height_for(max(wide, least)) for card in self.cards)
        for card in self.cards:
            card.setFixedHeight(highest)
        bar = self.horizontalScrollBar().sizeHint().height() if wide < least else 0
        page = self.parentWidget()
        share = SHARE if theme.current().scale <= LARGE else SHARE / 2
        most = round(page.height() * share) if page is not None else highest
        self._wanted = min(highest + 24 + bar, round(HIGHEST * theme.current().scale), max(most, LEAST))
        self.setMaximumHeight(self._wanted)
        self.updateGeometry()

    def _margin(self) -> int:
        return theme.current().px("space", "xxxl" if theme.is_wide(self) else "page_margin")

    def event(self, event: QEvent) -> bool:
        """Fit again when the width changes."""
        done = super().event(event)
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return done


def _of_member(one: Member) -> str:
    parts = [one.role if one.role == EXPERT else "", one.doubt.replace("没登记执法证号", "缺证号"), *one.away[:1]]
    parts.append(f"自{one.since.month}月{one.since.day}日" if one.since and one.since > clock.today() else "")
    parts.append(f"至{one.until.month}月{one.until.day}日" if one.until else "")
    return "、".join(part for part in parts if part)


def _chip(name: str, note: str, weight: str) -> str:
    now = theme.current()
    ground, ink = (f"{weight}_soft", weight) if weight else ("sunken", "ink")
    style = f"background-color:{now.color(ground).name()};color:{now.color(ink).name()}"
    small = f"color:{now.color(weight or 'ink2').name()};font-size:{now.px('type', 'note')}px"
    more = f"&nbsp;<span style='{small}'>{_whole(note)}</span>" if note else ""
    return f"<span style='{style}'>&nbsp;{_whole(name)}{more}&nbsp;</span>"


def _whole(text: str) -> str:
    return _JOINER.join(escape(char) if char != " " else "&nbsp;" for char in text)


def _ink(text: str, token: str) -> str:
    return f"<span style='color:{theme.current().color(token).name()}'>{text}</span>"
