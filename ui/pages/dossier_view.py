"""一企一档: everything known of one enterprise in one window, printed to one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from models.money import show_amount
from services import clock, dossiers
from services.dossiers import Dossier
from services.errors import Problem
from services.exports import sheets
from ui import errors, theme
from ui.pages.page import Desk
from ui.pages.saving import ask_target

PRINT_KEYS = "Ctrl+P"
WIDE, HIGH = 900, 620


class DossierView(QDialog):
    """The dossier of an enterprise, to be read and printed.

    Attributes:
        banner: Says that the enterprise has to stand still; hidden if not.
        sheet: Basics, visits, findings, cases, documents.
        print_button: Saves it as PDF.
        found: The dossier; None until it is read.
    """

    def __init__(self, desk: Desk, *, enterprise_id: int, parent: QWidget | None = None) -> None:
        """Build the window and ask for the dossier. Show it with `open()`.

        Args:
            desk: What may be used of the window.
            enterprise_id: The enterprise.
            parent: Window that it belongs to.
        """
        super().__init__(parent)
        self.desk = desk
        self.found: Dossier | None = None
        self.setWindowTitle("一企一档")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = parent.size() if parent is not None else None
        self.resize(min(WIDE, room.width() - 80) if room else WIDE, min(HIGH, room.height() - 80) if room else HIGH)
        self.name, self.summary, self.banner = QLabel(), QLabel(), QLabel()
        self.name.setProperty("kind", "record")
        self.name.setWordWrap(True)
        self.summary.setProperty("kind", "help")
        self.summary.setWordWrap(True)
        self.banner.setProperty("badge", "bad")
        self.banner.setWordWrap(True)
        self.banner.setContentsMargins(6, 4, 6, 4)
        self.banner.hide()
        self.sheet = QTextBrowser()
        self.sheet.setAccessibleName("一企一档内容")
        self.sheet.setOpenLinks(False)
        self.sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # long cells wrap
        self.sheet.setFrameShape(QFrame.Shape.NoFrame)
        body = QVBoxLayout()
        body.setContentsMargins(20, 16, 20, 8)
        body.setSpacing(8)
        for widget in (self.name, self.summary, self.banner):
            body.addWidget(widget)
        body.addWidget(self.sheet, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(body, 1)
        rows.addWidget(self._foot())
        keys = QShortcut(QKeySequence(PRINT_KEYS), self)
        keys.activated.connect(self.save_pdf)
        theme.notifier().changed.connect(self._write)
        job = desk.tasks.query(dossiers.dossier, enterprise_id=enterprise_id, as_of=clock.today())
        job.then(self._show).failed(self._gone)
        self.sheet.setFocus()

    def save_pdf(self) -> None:
        """Ask where it goes, then print it to one PDF."""
        if self.found is None:
            return
        target = ask_target(self, "一企一档存为", f"{self.found.name} 一企一档.pdf", "PDF (*.pdf)")
        if target is not None:
            job = self.desk.tasks.work(_print, found=self.found, target=target)
            job.with_progress("正在写一企一档").then(self._printed).failed(self._not_printed).start(self)

    def _show(self, found: Dossier) -> None:
        self.found = found
        self.name.setText(found.name)
        grade = f"{found.grade}　" if found.grade else ""
        tags = f"{'、'.join(found.tags)}　" if found.tags else ""
        first = "　没有查到处罚记录" if found.first_time else ""
        self.summary.setText(
            f"{grade}{tags}检查 {len(found.visits)} 次，一年内 {found.visits_in_a_year} 次；未销号 {found.open_findings} 项{first}"
        )
        self.banner.setText(found.standing.sentence)
        self.banner.setVisible(found.standing.stopped)
        self.print_button.setEnabled(True)
        self._write()

    def _write(self) -> None:
        if self.found is None:
            return
        found, grey, line = self.found, theme.current().color("ink2").name(), theme.current().color("hairline").name()
        parts = [_basics(found, grey)]
        for title, heads, rows in _tables(found):
            if rows:
                parts.append(f"<h4 style='margin-top:14px;margin-bottom:4px'>{title}　<span style='color:{grey}'>{len(rows)}</span></h4>")
                parts.append(_table(heads, rows, grey, line))
        self.sheet.setHtml("".join(parts))

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("dialogFoot")
        hint = QLabel("电话只显示两头；打印件也一样")
        hint.setProperty("kind", "note")
        close = QPushButton("关闭")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.print_button = QPushButton("打印成 PDF")
        self.print_button.setProperty("kind", "primary")
        self.print_button.setToolTip(PRINT_KEYS)
        self.print_button.setAutoDefault(False)
        self.print_button.setEnabled(False)
        self.print_button.clicked.connect(lambda _checked=False: self.save_pdf())
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 9, 16, 9)
        line.setSpacing(8)
        line.addWidget(hint, 1)
        line.addWidget(close)
        line.addWidget(self.print_button)
        return foot

    def _printed(self, target: Path) -> None:
        self.desk.say(f"已写出 {target.name}，在 {target.parent}")

    def _not_printed(self, problem: Problem) -> None:
        errors.show_problem(self, problem, what="一企一档没有写成")

    def _gone(self, problem: Problem) -> None:
        owner = self.parentWidget()
        self.reject()
        if owner is not None:
            errors.show_problem(owner, problem, what="一企一档打不开")


def open_dossier(desk: Desk, owner: QWidget, enterprise_id: int) -> DossierView:
    """Open the dossier of an enterprise over a page."""
    view = DossierView(desk, enterprise_id=enterprise_id, parent=owner.window())
    view.open()
    return view


def _print(*, found: Dossier, target: Path, progress: Any) -> Path:
    sheets.deliver_dossier(found, target, made_at=clock.now(), progress=progress)
    return target


def _basics(found: Dossier, grey: str) -> str:
    cells = [f"<td style='color:{grey};padding-right:12px'>{escape(one.title)}</td><td>{escape(one.shown)}</td>" for one in found.basics]
    pairs = [cells[place : place + 2] for place in range(0, len(cells), 2)]
    gap = "<td width='24'></td>"
    return f"<table cellspacing='0' cellpadding='3' width='100%'>{''.join(f'<tr>{gap.join(pair)}</tr>' for pair in pairs)}</table>"


def _tables(found: Dossier) -> list[tuple[str, tuple[str, ...], Sequence[tuple[str, ...]]]]:
    visits = [(_day(one.on), one.level, one.campaign, one.group, one.document_no, _count(one), one.state) for one in found.visits]
    listed = [(_day(one.found_on), one.hazard, one.category, one.level, one.disposal, _day(one.due), one.state) for one in found.findings]
    cases = [(_day(one.filed_on), one.violation, one.procedure, one.stage, one.decision_no, _money(one.amount)) for one in found.cases]
    documents = [(_day(one.on), one.kind, one.name) for one in found.documents]
    return [
        ("检查经过", ("日期", "层级", "专项行动", "检查组", "文书编号", "问题", "状态"), visits),
        ("发现的问题", ("检查日期", "问题", "类别", "级别", "处置", "期限", "状态"), listed),
        ("案件", ("立案日期", "违法行为", "程序", "目前进展", "决定书文号", "金额（万元）"), cases),
        ("文书和材料", ("日期", "种类", "文号或名称"), documents),
    ]


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], grey: str, line: str) -> str:
    style = f"border-bottom:1px solid {line};padding:3px 10px 3px 0"
    head = "".join(f"<td style='{style};color:{grey}'>{word}</td>" for word in heads)
    body = "".join(f"<tr>{''.join(f'<td style={style!r}>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table cellspacing='0' width='100%'><tr>{head}</tr>{body}</table>"


def _count(one: dossiers.Visited) -> str:
    return "" if one.inspection_id is None else f"{one.findings} 项，未销号 {one.open_findings}"


def _money(fen: int | None) -> str:
    return "" if fen is None else show_amount(fen)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
