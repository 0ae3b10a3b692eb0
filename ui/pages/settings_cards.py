"""The cards of 设置: each shows one thing and says what was pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from models.annexes import OPERATOR
from services import clock
from services.backup import Age, Backup
from services.dbfile import in_words
from services.verifying import Report
from ui import icons, regions, theme
from ui.backup_list import age_words, ago, away_words, check_words, contents, entries, moment
from ui.forms.checking import check
from ui.forms.field_box import FieldBox
from ui.pages.home_parts import PAD, Card, Elided, head_height
from ui.pages.page import Action, make_button
from ui.two_lines import Item, TwoLineList

THEMES = (("跟随系统", "system"), ("浅色", "light"), ("深色", "dark"), ("高对比", "hc"))
SCALES = (100, 110, 125, 150, 175, 200)
LABEL = 92


def nothing() -> None:
    """Do nothing; the page connects the button."""


class SettingsCard(Card):
    """A card whose buttons can be switched off with a reason in words."""

    def __init__(self, title: str, note: str = "") -> None:
        """Build an empty card."""
        super().__init__(title, note)
        self.writing: list[QWidget] = []
        self._words: list[QLabel] = []
        theme.notifier().changed.connect(self.follow_theme)

    def follow_theme(self) -> None:
        """Give the title line its height at the present text size."""
        self.head.setContentsMargins(PAD, 5, PAD, 3)
        for word in self._words:
            word.setMinimumWidth(round(LABEL * theme.current().scale))
        top = self.head.parentWidget()
        if top is not None:
            top.setMinimumHeight(head_height())

    def set_read_only(self, why: str) -> None:
        """Switch off what would write; empty switches it on again.

        Args:
            why: Stands in the tooltip of every control that is off.
        """
        for control in self.writing:
            control.setEnabled(not why)
            control.setToolTip(why)

    def add_line(self, word: str, *parts: QWidget) -> None:
        """Add a line: a grey word, and what stands beside it."""
        line = QHBoxLayout()
        line.setContentsMargins(PAD, 2, PAD, 2)
        line.setSpacing(8)
        if word:
            named = regions.label(word, "help")
            named.setMinimumWidth(round(LABEL * theme.current().scale))
            self._words.append(named)
            line.addWidget(named)
        growing = [part for part in parts if isinstance(part, Elided) or (isinstance(part, QLabel) and part.wordWrap())]
        for part in parts:
            line.addWidget(part, 1 if part in growing else 0)
        if not growing:
            line.addStretch(1)
        self.body.addLayout(line)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Add a line of buttons at the right."""
        line = QHBoxLayout()
        line.setContentsMargins(PAD, 6, PAD, 12)
        line.setSpacing(8)
        line.addStretch(1)
        for button in buttons:
            line.addWidget(button)
        self.body.addLayout(line)


class PlaceCard(SettingsCard):
    """Where the data lie.

    Attributes:
        open_button: 打开文件夹.
        move_button: 搬到别处.
    """

    def __init__(self) -> None:
        """Build it without a place."""
        super().__init__("数据位置", "数据、附件、备份和报送包都在这个文件夹里")
        self._path = Elided("")
        self._path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._path.setObjectName("factBox")
        self._warnings = _wrapped("soon")
        self._sign = QLabel()
        icons.dress(self._sign, "warning", "soon", 15)
        self._warned = QWidget()
        line = QHBoxLayout(self._warned)
        line.setContentsMargins(PAD, 4, PAD, 0)
        line.setSpacing(6)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._warnings, 1)
        self.open_button = _button("打开文件夹", "folder-open")
        self.move_button = _button("搬到别处…", "arrow-right")
        self.writing = [self.move_button]
        self.add_line("", self._path, self.open_button, self.move_button)
        self.body.addWidget(self._warned)
        self.body.addSpacing(12)

    def show_place(self, root: Path, warnings: Sequence[str]) -> None:
        """Show the folder, and what is to be said of it."""
        _say(self._path, str(root))
        self._warnings.setText("\n".join(warnings))
        self._warned.setVisible(bool(warnings))


class BackupCard(SettingsCard):
    """The verified backups and their second place.

    Attributes:
        copies: The list.
        try_button: 试恢复.
        restore_button: 恢复….
        choose_button: 选择文件夹….
        clear_button: 清除.
        hint: How a restore mends data that were opened only to look.
    """

    def __init__(self) -> None:
        """Build it without backups."""
        super().__init__("备份", "每份都核对过；开、关、每小时、导入前后、打包前自动做")
        self.last, self.away = regions.label(), Elided("")
        self.away.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._second = Elided("没有设置")
        self._second.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.choose_button, self.clear_button = _button("选择文件夹…", kind="small"), _button("清除", kind="small")
        self.copies = TwoLineList(name="核对过的备份", row="list_two_lines")
        self.copies.setMinimumHeight(92)
        none = regions.label("还没有备份，按右上角“立即备份”做第一份", "help")
        none.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        none.setContentsMargins(0, 24, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.copies)
        self._stack.addWidget(none)
        self.try_button = _button("试恢复", "check")
        self.try_button.setToolTip("在临时文件夹里恢复一遍并核对，现在的数据不动")
        self.restore_button = _button("恢复…", "clock-counter-clockwise")
        self.writing = [self.choose_button, self.clear_button]
        self._may_restore = False
        self.hint = _wrapped("soon")
        self.hint.setContentsMargins(PAD, 2, PAD, 4)
        self.hint.hide()
        self.body.addWidget(self.hint)
        self.add_line("最近一份", self.last)
        self.add_line("本机以外", self.away)
        self.add_line("第二个位置", self._second, self.choose_button, self.clear_button)
        self.body.addSpacing(6)
        self.body.addWidget(_rule())
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(_rule())
        self.body.addSpacing(4)
        self.add_buttons(self.try_button, self.restore_button)
        self.copies.chosen.connect(lambda _path: self._follow())

    def show_age(self, age: Age) -> None:
        """Say how old the newest backups are; the word first, then its colour."""
        self.last.setText(f"{moment(age.verified)}（{ago(age.verified)}）" if age.verified else "还没有备份")
        _say(self.away, away_words(age))
        level = age_words(age)[1]
        for label, said in ((self.last, "" if age.verified else level), (self.away, level)):
            label.setProperty("said", said)
            label.style().unpolish(label)
            label.style().polish(label)

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """List the backups, newest first."""
        self.copies.fill(entries(backups, {one.path: contents(in_words(one.counts)) for one in backups}))
        self._stack.setCurrentIndex(0 if backups else 1)
        if self.copies.current() is None:
            self.copies.choose_first()
        self._follow()

    def show_second(self, folder: str) -> None:
        """Show where each backup is copied to; empty for nowhere."""
        _say(self._second, folder or "没有设置，建议选U盘或另一块硬盘")
        self.choose_button.setText("换一个…" if folder else "选择文件夹…")
        self.clear_button.setVisible(bool(folder))

    def chosen(self) -> Path | None:
        """Return the backup that is chosen in the list."""
        path: Path | None = self.copies.current()
        return path

    def let_restore(self, *, may: bool, why: str) -> None:
        """Offer the restore, or say why not.

        Args:
            may: Whether nobody else holds the data.
            why: What stands in the way of writing; the tooltip of the button then.
        """
        self._may_restore = may
        self.restore_button.setToolTip("" if may else why)
        self.hint.setText(why if may else "")
        self.hint.setVisible(bool(self.hint.text()))
        self._follow()

    def _follow(self) -> None:
        there = self.chosen() is not None
        self.try_button.setEnabled(there)
        self.restore_button.setEnabled(there and self._may_restore)


class PeopleCard(SettingsCard):
    """Office, brigade, and who works here.

    Attributes:
        fields: The boxes by column key.
        save_button: 保存.
    Signals:
        completed: (row) the clean row.
    """

    completed = Signal(dict)

    def __init__(self) -> None:
        """Build the fields of the form."""
        super().__init__("操作人与单位", "每一步操作都记着是谁做的；单位名称印在报表上")
        self.fields = {column.key: FieldBox(column) for column in OPERATOR.columns}
        grid = QGridLayout()
        grid.setContentsMargins(PAD, 0, PAD, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for number, box in enumerate(self.fields.values()):
            grid.addWidget(box, number // 2, number % 2)
            grid.setColumnStretch(number % 2, 1)
            box.edited.connect(self._follow)
            box.entered.connect(self.save)
        self.save_button = _button("保存")
        self.save_button.clicked.connect(lambda _checked=False: self.save())
        grid.addWidget(self.save_button, 1, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.writing = [*(box.editor for box in self.fields.values())]
        self.body.addLayout(grid)
        self.body.addSpacing(12)
        self._kept: dict[str, str] = {}
        self._follow()

    def fill(self, values: Mapping[str, str]) -> None:
        """Show what is stored, unless something else is being typed."""
        typing = self._dirty()
        self._kept = dict(values)
        if not typing:
            for key, text in values.items():
                self.fields[key].set_value(text)
        self._follow()

    def save(self) -> None:
        """Hand on the row if nothing blocks it; else show what is wrong."""
        checked = check(OPERATOR, {key: box.value() for key, box in self.fields.items()}, year=clock.today().year)
        for key, box in self.fields.items():
            box.set_remark(checked.remarks.get(key) if key in checked.blocked else None)
        if checked.blocked:
            self.fields[checked.blocked[0]].take_focus()
        elif self._dirty():
            self._kept = {key: box.value() for key, box in self.fields.items()}
            self._follow()
            self.completed.emit(checked.row)

    def _dirty(self) -> bool:
        return bool(self._kept) and any(box.value() != self._kept.get(key, "") for key, box in self.fields.items())

    def _follow(self) -> None:
        self.save_button.setEnabled(self._dirty())


class LookCard(SettingsCard):
    """Theme, text size, masking of numbers.

    Signals:
        theme_chosen: (name) "system", "light", "dark" or "hc".
        scale_chosen: (text size) 1.0 to 2.0.
        masking_chosen: (on) mask numbers of persons.
    """

    theme_chosen = Signal(str)
    scale_chosen = Signal(float)
    masking_chosen = Signal(bool)

    def __init__(self) -> None:
        """Build the three controls."""
        super().__init__("显示")
        self.themes, self.scales = QComboBox(), QComboBox()
        for word, name in THEMES:
            self.themes.addItem(word, name)
        for percent in SCALES:
            self.scales.addItem(f"{percent} %", percent / 100)
        self.themes.setAccessibleName("外观")
        self.scales.setAccessibleName("文字大小")
        self.masks = QCheckBox("手机号码、证件号打码显示")
        self.masks.setToolTip("表格和记录里打码，点开显示时记入操作记录；导出的表不打码")
        self.writing = [self.masks]
        self.themes.activated.connect(lambda number: self.theme_chosen.emit(self.themes.itemData(number)))
        self.scales.activated.connect(lambda number: self._choose_scale(self.scales.itemData(number)))
        self.masks.clicked.connect(self.masking_chosen)
        self.later = regions.label("文字已经变了；有些栏的宽度重新打开程序后才完全生效", "help")
        self.later.hide()
        self._scale_at_start = theme.current().scale
        size = regions.label("文字大小", "help")
        size.setContentsMargins(20, 0, 0, 0)
        self.add_line("外观", self.themes, size, self.scales)
        self.body.addSpacing(4)
        self.add_line("", self.later)
        self.add_line("", self.masks)
        self.body.addSpacing(10)

    def _choose_scale(self, scale: float) -> None:
        self.scale_chosen.emit(scale)
        self.later.setVisible(scale != self._scale_at_start)

    def show_choices(self, name: str, scale: float, *, masks: bool) -> None:
        """Show what is in force."""
        self.themes.setCurrentIndex(max(self.themes.findData(name), 0))
        self.scales.setCurrentIndex(min(range(len(SCALES)), key=lambda number: abs(SCALES[number] / 100 - scale)))
        self.masks.setChecked(masks)


class CheckCard(SettingsCard):
    """数据体检 with its results.

    Attributes:
        button: 开始体检.
        found: The results.
    """

    def __init__(self) -> None:
        """Build it without results."""
        super().__init__("数据体检", "文件、操作记录、每一行和附件互相核对")
        self.button = _button("开始体检", "check-circle")
        self.found = TwoLineList(name="体检结果", row="list_two_lines")
        self.found.setMinimumHeight(92)
        self._none = regions.label(check_words(None), "help")
        self._none.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._none.setContentsMargins(PAD, 4, PAD, PAD)
        self.found.setSizeAdjustPolicy(TwoLineList.SizeAdjustPolicy.AdjustToContents)
        self.found.hide()
        self.head.addWidget(self.button)
        self.body.addWidget(self._none)
        self.body.addWidget(self.found, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def begin(self) -> None:
        """Show that it runs."""
        self.button.setEnabled(False)

    def stopped(self) -> None:
        """Show that it can be started again."""
        self.button.setEnabled(True)

    def show_report(self, report: Report) -> None:
        """Show what was checked, what is wrong first."""
        self.stopped()
        self.show_last(report)

    def show_last(self, report: Report | None) -> None:
        """Show the last check, whoever asked for it; None where there was none."""
        if report is None:
            return
        self.button.setText("再体检一次")
        items = sorted(report.items, key=lambda item: item.ok)
        wrong = sum(not item.ok for item in items)
        at = moment(datetime.fromisoformat(report.at))
        self.set_note(f"{at} 体检，{f'{wrong} 项不对' if wrong else '都对'}；每周自动做一次")
        looks = {True: ("check-circle", "done"), False: ("warning-circle", "bad")}
        self.found.fill([Item(item.key, item.title, item.sentence, icon=looks[item.ok], tip=item.sentence) for item in items])
        self._none.hide()
        self.found.show()
        self.found.updateGeometry()


class BundleCard(SettingsCard):
    """诊断包: facts for whoever maintains the program.

    Attributes:
        button: 写出诊断包….
    """

    def __init__(self) -> None:
        """Build the card."""
        super().__init__("诊断包", "给维护的人看：版本、条数和日志，不含姓名、企业、号码")
        self.button = _button("写出诊断包…", "export")
        self.head.addWidget(self.button)


def _button(word: str, icon: str = "", kind: str = "") -> QPushButton:
    return make_button(Action(word, nothing, icon, kind))


def _say(line: Elided, text: str) -> None:
    line.full = text
    line.setAccessibleName(text)
    line.resizeEvent(QResizeEvent(line.size(), line.size()))


def _wrapped(kind: str) -> QLabel:
    text = regions.label(kind=kind)
    text.setWordWrap(True)
    text.setTextFormat(Qt.TextFormat.PlainText)
    return text


def _rule() -> QWidget:
    line = QWidget()
    line.setObjectName("separator")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedHeight(1)
    return line
