"""The bar over 统计数据: which days, what counts, which campaign beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from models.forms import Context
from models.kinds import DATE
from services.figures.basis import Switches
from services.figures.comparing import Earlier
from services.figures.statistics import Asked
from ui import regions, theme

NONE = "不对比"


class FiguresBar(QWidget):
    """What the numbers of the page are asked for.

    Attributes:
        since, until: First and last day that count; empty for the usual.
        rechecks, records: What counts.
        against: Which campaign stands beside.
        remark: What cannot be read.
    Signals:
        changed: Something else is asked for.
    """

    changed = Signal()

    def __init__(self) -> None:
        """Ask for everything until today, compared with nothing."""
        super().__init__()
        self.since, self.until = _day_box("第一天", "第一天"), _day_box("截至", "今天")
        self._given = ("", "")
        self.against = QComboBox()
        self.against.setAccessibleName("和哪一次行动对比")
        self.against.setMinimumContentsLength(12)
        self.against.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.against.addItem(NONE, None)
        self.rechecks, self.records = QCheckBox("家次含复查"), QCheckBox("文书含检查记录")
        self.records.setChecked(True)
        self.remark = regions.label(kind="bad")
        self.remark.hide()
        words = (regions.label("检查日期", "label"), self.since, regions.label("至", "label"), self.until, self.rechecks, self.records)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(regions.bar(*words, self.remark, None, regions.label("对比", "label"), self.against))
        for box in (self.since, self.until):
            box.editingFinished.connect(self._days_given)
        for check in (self.rechecks, self.records):
            check.toggled.connect(lambda _on: self.changed.emit())
        self.against.activated.connect(lambda _number: self.changed.emit())

    @property
    def narrowed(self) -> bool:
        """Whether days are given."""
        return bool(self.since.text().strip() or self.until.text().strip())

    def asked(self, tables: tuple[tuple[str, str], ...], *, year: int | None) -> Asked | None:
        """Return what is asked for, None while a day cannot be read.

        Args:
            tables: Tables wanted; all of them if empty.
            year: Year of days that name none.
        """
        days: list[date | None] = []
        for box in (self.since, self.until):
            text = box.text().strip()
            value = DATE.parse(text, Context(year, "检查日期")).value if text else None
            if text and not isinstance(value, date):
                self._refuse(f"“{text}”读不出来，请写成 2023-04-20")
                return None
            days.append(value if isinstance(value, date) else None)
        since, until = days
        if since and until and since > until:
            self._refuse("第一天在最后一天之后")
            return None
        self.remark.hide()
        switches = Switches(rechecks=self.rechecks.isChecked(), records=self.records.isChecked())
        return Asked(until, since, switches, self.against.currentData(), tables)

    def offer(self, earlier: Sequence[Earlier]) -> None:
        """Offer campaigns to compare with; the chosen one stays."""
        listed: list[tuple[str, Any]] = [(NONE, None), *((one.name, one.id) for one in earlier)]
        if listed != [(self.against.itemText(row), self.against.itemData(row)) for row in range(self.against.count())]:
            chosen = self.against.currentData()
            self.against.clear()
            for name, number in listed:
                self.against.addItem(name, number)
            self.against.setCurrentIndex(max(self.against.findData(chosen), 0))
        self.against.setEnabled(len(listed) > 1)
        self.against.setToolTip("" if len(listed) > 1 else "没有别的行动可以对比")

    def clear(self) -> None:
        """Ask for everything again, without a word: another campaign is shown."""
        self.since.clear()
        self.until.clear()
        self._given = ("", "")
        self.against.setCurrentIndex(0)

    def _refuse(self, sentence: str) -> None:
        self.remark.setText(sentence)
        self.remark.show()

    def _days_given(self) -> None:
        # also sent when the focus leaves without a change
        given = (self.since.text(), self.until.text())
        if given != self._given:
            self._given = given
            self.changed.emit()


def _day_box(name: str, hint: str) -> QLineEdit:
    box = QLineEdit()
    box.setAccessibleName(name)
    box.setPlaceholderText(hint)
    box.setFixedWidth(round(104 * theme.current().scale))
    return box
