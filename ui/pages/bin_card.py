"""回收站 in 设置: how much has lain in the bin for long, and away with it for good."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from services import backup, clock, recycling
from services.words import table_name
from ui import errors
from ui.pages.page import Action, Desk, make_button
from ui.pages.settings_cards import SettingsCard, nothing

DAYS = recycling.KEPT_FOR.days


class BinCard(SettingsCard):
    """Counts what is old; deletes it when asked twice, after a backup.

    Nothing goes by itself: this is the only place from which rows leave the data.

    Attributes:
        button: 彻底删除….
    """

    def __init__(self, desk: Desk, store: Any) -> None:
        """Build the card without a count."""
        super().__init__("回收站", "在各页的“回收站”里随时可以恢复，不会自己清空")
        self._desk, self._store = desk, store
        self._count = 0
        self._may = True
        self.button = make_button(Action("彻底删除…", nothing, "trash", "danger"))
        self.button.clicked.connect(lambda _checked=False: self.ask_purge())
        self.head.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_old({})

    def ask(self) -> None:
        """Ask how much is old."""
        before = clock.now() - recycling.KEPT_FOR
        self._desk.tasks.query(recycling.old, before=before).then(self.show_old)

    def show_old(self, found: Mapping[str, int]) -> None:
        """Say what has lain in the bin for long."""
        self._count = sum(found.values())
        if self._count:
            parts = "、".join(f"{table_name(name)} {count:,} 条" for name, count in found.items())
            self.set_note(f"{DAYS} 天前删除的有 {self._count:,} 条：{parts}")
        else:
            self.set_note(f"没有 {DAYS} 天前删除的；近期删除的在各页“回收站”里，随时可以恢复")
        self._enable()

    def set_read_only(self, why: str) -> None:
        """Switch the button off where nothing may be written."""
        super().set_read_only(why)
        self._may = not why
        self._enable()

    def ask_purge(self) -> None:
        """Ask once more: this is the one thing that undo does not bring back."""
        facts = (
            ("哪些", f"{DAYS} 天前放进回收站的 {self._count:,} 条"),
            ("要反悔", "只能恢复一份备份；删除前会自动备份一次。"),
            ("留下的", "操作记录里记着删了什么；照片和文书原件不动。"),
        )
        trouble = errors.Trouble(f"彻底删除 {self._count:,} 条？", "这一步不能撤销。", facts)
        choices = [errors.Choice("彻底删除", self.purge, "danger"), errors.Choice("不删", kind="primary")]
        errors.ask(self, trouble, choices)

    def purge(self) -> None:
        """Delete for good what is old."""
        label = f"彻底删除回收站里 {DAYS} 天前的 {self._count:,} 条"
        job = self._desk.tasks.command(label, recycling.purge, before=clock.now() - recycling.KEPT_FOR)
        job.opened_by(partial(backup.removing, self._store, label, rows=max(self._count, backup.MANY_ROWS)))
        job.then(self._purged).start(self)

    def _purged(self, count: int) -> None:
        self._desk.say(f"已彻底删除 {count:,} 条")
        self.ask()

    def _enable(self) -> None:
        self.button.setEnabled(bool(self._count) and self._may)
