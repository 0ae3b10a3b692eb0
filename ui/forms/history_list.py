"""What happened to one record: who, when, what, which fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget


class HistoryList(QScrollArea):
    """Entries of a record's history, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.setObjectName("panelScroll")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("改动记录")
        self.set_rows(())

    def set_rows(self, rows: Sequence[tuple[datetime, str, str, str]]) -> None:
        """Show entries of (moment, operator, label, changes)."""
        body = QWidget()
        body.setObjectName("panelBody")
        lines = QVBoxLayout(body)
        lines.setContentsMargins(16, 12, 16, 12)
        lines.setSpacing(3)
        for at, operator, label, changes in rows:
            lines.addWidget(_label(label, "strong"))
            if changes:
                lines.addWidget(_label(changes.replace("；", "\n"), "help"))
            lines.addWidget(_label(f"{at.month}月{at.day}日 {at:%H:%M}　{operator}", "note"))
            rule = QFrame()
            rule.setObjectName("separator")
            rule.setFixedHeight(1)
            lines.addSpacing(5)
            lines.addWidget(rule)
            lines.addSpacing(5)
        if not rows:
            lines.addWidget(_label("还没有改动记录", "note"))
        lines.addStretch(1)
        self.setWidget(body)


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label
