"""The bar over a grid: views as tabs, find box, filters in force, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QTabBar, QToolButton, QWidget

from models.forms import Column
from ui import icons, theme

CHOICE_PREFIX = "choice:"


@dataclass(frozen=True)
class View:
    """A saved view: a tab with a count.

    Attributes:
        title: Word on the tab.
        filters: Exact values by key; a tuple means any of them.
    """

    title: str
    filters: Mapping[str, object] = field(default_factory=dict)


class FilterBar(QWidget):
    """Narrows the rows of a grid.

    Attributes:
        find_box: The find box (Ctrl+F).
    Signals:
        changed: Words, filters or view changed.
        column_toggled: (column number, shown).
    """

    changed = Signal()
    column_toggled = Signal(int, bool)

    def __init__(self, columns: Sequence[Column], views: Sequence[View], hidden: Sequence[str] = (), parent: QWidget | None = None) -> None:
        """Build the bar.

        Args:
            columns: Columns of the grid.
            views: Tabs; the first shows everything.
            hidden: Keys of columns that are hidden at first.
            parent: Owner.
        """
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._views = tuple(views)
        self._columns = tuple(columns)
        self._filters: dict[str, tuple[object, str]] = {}
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setDocumentMode(True)
        for view in views:
            self.tabs.addTab(view.title)
        self.find_box = QLineEdit()
        self.find_box.setProperty("search", "yes")
        self.find_box.setPlaceholderText("在本表查找")
        self.find_box.setAccessibleName("在本表查找")
        self.find_box.setClearButtonEnabled(True)
        self.find_box.setFixedWidth(round(150 * theme.current().scale))
        cap = icons.keycap("Ctrl F")
        self._chips = QHBoxLayout()
        self._chips.setSpacing(4)
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 14, 0)
        line.setSpacing(8)
        line.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        line.addLayout(self._chips)
        line.addWidget(self.find_box)
        line.addWidget(cap)
        self.filter_button = self._menu_button("筛选", "funnel", self._filter_menu())
        self.filter_button.setVisible(bool(self._choices()))
        line.addWidget(self.filter_button)
        line.addWidget(self._menu_button("列", "columns", self._column_menu(hidden)))
        self.setMinimumHeight(44)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(theme.tokens()["duration_ms"]["search_after"])
        self._pause.timeout.connect(self.changed)
        self.find_box.textChanged.connect(lambda _text: self._pause.start())
        self.tabs.currentChanged.connect(lambda _number: self.changed.emit())

    @property
    def text(self) -> str:
        """Words in the find box."""
        return self.find_box.text().strip()

    @property
    def filters(self) -> dict[str, object]:
        """Filters of the view and those chosen beside it."""
        view = self._views[max(self.tabs.currentIndex(), 0)]
        return {**view.filters, **{key: value for key, (value, _word) in self._filters.items()}}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the first view is in force."""
        return bool(self.text or self._filters or self.tabs.currentIndex() > 0)

    @property
    def filtered_keys(self) -> tuple[str, ...]:
        """Keys of columns with a filter in force."""
        return tuple(self._filters)

    def follow_width(self) -> None:
        """Stand under the page's title, also where its margin is wide."""
        self._line.setContentsMargins(theme.current().px("space", "xxxl" if theme.is_wide(self) else "page_margin") - 6, 0, 14, 0)

    def set_counts(self, counts: Sequence[int]) -> None:
        """Write the counts beside the words of the tabs."""
        for number, (view, count) in enumerate(zip(self._views, counts, strict=False)):
            self.tabs.setTabText(number, f"{view.title} {count:,}")

    def clear(self) -> None:
        """Take all words and filters away."""
        self._filters.clear()
        self.find_box.blockSignals(True)
        self.find_box.clear()
        self.find_box.blockSignals(False)
        self.tabs.setCurrentIndex(0)
        self._show_chips()
        self.changed.emit()

    def replace(self, filters: Mapping[str, tuple[object, str]]) -> None:
        """Show exactly these rows: value and word by key; everything else is taken away."""
        self.blockSignals(True)
        self.clear()
        self._filters = dict(filters)
        self.blockSignals(False)
        self._show_chips()
        self.changed.emit()

    def set_filter(self, key: str, value: object, word: str) -> None:
        """Show only rows with this value in a column."""
        self._filters[key] = (value, word)
        self._show_chips()
        self.changed.emit()

    def drop_filter(self, key: str) -> None:
        """Take one filter away."""
        self._filters.pop(key, None)
        self._show_chips()
        self.changed.emit()

    def _menu_button(self, word: str, icon: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setText(word)
        button.setProperty("kind", "plain")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        icons.dress(button, icon)
        menu.setParent(button, menu.windowFlags())
        button.setMenu(menu)
        return button

    def _choices(self) -> list[Column]:
        return [column for column in self._columns if column.kind.editor.startswith(CHOICE_PREFIX) or column.kind.editor == "flag"]

    def _filter_menu(self) -> QMenu:
        menu = QMenu()
        for column in self._choices():
            title = column.title.replace("\n", "")
            submenu = menu.addMenu(title)
            editor = column.kind.editor
            words = editor.removeprefix(CHOICE_PREFIX).split("|")
            options: list[tuple[str, object]] = [("是", True), ("否", False)] if editor == "flag" else [(word, word) for word in words]
            for word, value in [*options, ("未填", None)]:
                action = submenu.addAction(word)
                action.triggered.connect(lambda _checked=False, k=column.key, v=value, w=f"{title}：{word}": self.set_filter(k, v, w))
        return menu

    def _column_menu(self, hidden: Sequence[str]) -> QMenu:
        menu = QMenu()
        for number, column in enumerate(self._columns):
            action = menu.addAction(column.title.replace("\n", ""))
            action.setCheckable(True)
            action.setChecked(column.key not in hidden)
            action.setEnabled(number > 0)
            action.toggled.connect(lambda shown, n=number: self.column_toggled.emit(n, shown))
        return menu

    def _show_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            widget = item.widget()
            if widget:
                widget.deleteLater()
        for key, (_value, word) in self._filters.items():
            chip = QPushButton(f"{word}　✕")
            chip.setProperty("kind", "quiet")
            chip.setAccessibleName(f"去掉筛选 {word}")
            chip.clicked.connect(lambda _checked=False, k=key: self.drop_filter(k))
            self._chips.addWidget(chip)
