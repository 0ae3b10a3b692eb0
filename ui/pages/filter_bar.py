"""The bar over a grid: views as tabs, filters in force, find box, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QTabBar, QToolButton, QWidget

from models.forms import Column
from ui import icons, theme
from ui.presses import Dropped

BIN = "回收站"
MOST_WORD = 18
AIR, FIND_WIDTH = 14, 150
FORGET_KEY = Qt.Key.Key_Delete
DOWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)


@dataclass(frozen=True)
class View:
    """A saved view: a tab with a count.

    Attributes:
        title: Word on the tab.
        filters: Filters by key, as `services.listing` takes them.
        text: Words in the find box.
        own: Saved by a person on this PC, who may take it away again.
    """

    title: str
    filters: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    own: bool = False


class FilterBar(QWidget):
    """Narrows the rows of a grid.

    Attributes:
        find_box: The find box (Ctrl+F).
        tabs: One a view; the last is the bin, shown when something lies in it.
    Signals:
        changed: Words, filters or view changed.
        filter_asked: (column key) the filter of a column is wanted.
        columns_asked: The columns are to be chosen.
        keep_asked: What is in force shall become a view.
        forget_asked: (View) a person's own view shall go.
        left: Enter, ↓ or Esc in the find box: on to the grid.
    """

    changed = Signal()
    filter_asked = Signal(str)
    columns_asked = Signal()
    keep_asked = Signal()
    forget_asked = Signal(object)
    left = Signal()

    def __init__(self, columns: Sequence[Column], views: Sequence[View], parent: QWidget | None = None) -> None:
        """Build the bar.

        Args:
            columns: Columns of the grid.
            views: Tabs; the first shows everything.
            parent: Owner.
        """
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._views: tuple[View, ...] = ()
        self._columns = tuple(columns)
        self._filters: dict[str, tuple[object, str]] = {}
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("视图")
        self.set_views(views)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(4)
        self.keep_button = QPushButton("存为视图")
        self.keep_button.setProperty("kind", "quiet")
        self.keep_button.clicked.connect(self.keep_asked)
        self.keep_button.hide()
        self.filter_button = self._button("筛选", "funnel")
        self.filter_button.setMenu(self._filter_menu())
        self.filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        Dropped(self.filter_button)
        self.columns_button = self._button("列", "columns")
        self.columns_button.clicked.connect(self.columns_asked)
        self._make_find_box()
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 14, 0)
        line.setSpacing(8)
        line.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        line.addLayout(self._chips)
        for widget in (self.keep_button, self.find_box, icons.keycap("Ctrl F"), self.filter_button, self.columns_button):
            line.addWidget(widget)
        self.follow_theme()
        theme.notifier().changed.connect(self.follow_theme)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(theme.tokens()["duration_ms"]["search_after"])
        self._pause.timeout.connect(self.changed)
        self.find_box.textChanged.connect(lambda _text: self._pause.start())
        self.tabs.currentChanged.connect(self._turned)
        self.tabs.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tabs.customContextMenuRequested.connect(self._offer_to_forget)
        self.tabs.installEventFilter(self)

    @property
    def text(self) -> str:
        """Words in the find box."""
        return self.find_box.text().strip()

    @property
    def view(self) -> View:
        """The view in front; the bin shows like the first one."""
        return self._views[0 if self.in_bin else max(self.tabs.currentIndex(), 0)]

    @property
    def views(self) -> tuple[View, ...]:
        """All views, without the bin."""
        return self._views

    @property
    def in_bin(self) -> bool:
        """Whether the rows in the bin are shown."""
        return self.tabs.currentIndex() == len(self._views)

    @property
    def filters(self) -> dict[str, object]:
        """Filters of the view and those chosen beside it."""
        return {**self.view.filters, **{key: value for key, (value, _word) in self._filters.items()}}

    @property
    def own_filters(self) -> dict[str, tuple[object, str]]:
        """Filters chosen beside the view: value and word by key."""
        return dict(self._filters)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the first view is in force."""
        return bool(self.text or self._filters or self.tabs.currentIndex() > 0)

    @property
    def filtered_keys(self) -> tuple[str, ...]:
        """Keys of columns with a filter in force."""
        return tuple(self.filters)

    def follow_theme(self) -> None:
        """Grow with the text, with air over and under the buttons."""
        now = theme.current()
        self.setMinimumHeight(now.px("control", "button") + AIR)
        self.find_box.setFixedWidth(round(FIND_WIDTH * now.scale))

    def follow_width(self) -> None:
        """Stand under the page's title, also where its margin is wide."""
        self._line.setContentsMargins(theme.current().px("space", "xxxl" if theme.is_wide(self) else "page_margin") - 6, 0, 14, 0)

    def set_views(self, views: Sequence[View]) -> None:
        """Show these tabs, and the bin behind them."""
        here = max(self.tabs.currentIndex(), 0)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        self._views = tuple(views)
        for view in views:
            number = self.tabs.addTab(view.title)
            if view.own:
                self.tabs.setTabToolTip(number, "自己存的视图：停在这里按 Delete 去掉，或右键")
        self.tabs.addTab(BIN)
        self.tabs.setTabVisible(len(views), False)
        self.tabs.setCurrentIndex(here if here < len(views) else 0)
        self.tabs.blockSignals(False)

    def set_counts(self, counts: Sequence[int], binned: int = 0) -> None:
        """Write the counts beside the words of the tabs; an empty bin is not shown."""
        for number, (view, count) in enumerate(zip(self._views, counts, strict=False)):
            self.tabs.setTabText(number, f"{view.title} {count:,}")
        place = len(self._views)
        self.tabs.setTabText(place, f"{BIN} {binned:,}")
        self.tabs.setTabVisible(place, binned > 0 or self.in_bin)

    def clear(self) -> None:
        """Take all words and filters away."""
        self._filters.clear()
        self.find_box.blockSignals(True)
        self.find_box.clear()
        self.find_box.blockSignals(False)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(0)
        self.tabs.blockSignals(False)
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go on to the grid with Enter or ↓; Esc empties the find box first.

        Delete on the tab of a person's own view takes it away.
        """
        if watched is self.tabs and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == FORGET_KEY:
            number = self.tabs.currentIndex()
            if 0 <= number < len(self._views) and self._views[number].own:
                self.forget_asked.emit(self._views[number])
                return True
        if watched is self.find_box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.find_box.clear()
            if event.key() in (*DOWN_KEYS, Qt.Key.Key_Escape):
                if self._pause.isActive():
                    self._pause.stop()
                    self.changed.emit()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _make_find_box(self) -> None:
        self.find_box = QLineEdit()
        self.find_box.setProperty("search", "yes")
        self.find_box.setPlaceholderText("在本表查找")
        self.find_box.setAccessibleName("在本表查找")
        self.find_box.setClearButtonEnabled(True)
        self.find_box.installEventFilter(self)

    def _button(self, word: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(word)
        button.setProperty("kind", "plain")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        icons.dress(button, icon)
        return button

    def _filter_menu(self) -> QMenu:
        menu = QMenu(self)
        for column in self._columns:
            action = menu.addAction(column.title.replace("\n", ""))
            action.triggered.connect(lambda _checked=False, key=column.key: self.filter_asked.emit(key))
        return menu

    def _turned(self, _tab: int) -> None:
        """Show another view: its own words and filters, nothing carried over from the last."""
        self._filters.clear()
        self.find_box.blockSignals(True)
        self.find_box.setText(self.view.text if not self.in_bin else "")
        self.find_box.blockSignals(False)
        self._show_chips()
        self.changed.emit()

    def _offer_to_forget(self, place: object) -> None:
        number = self.tabs.tabAt(place)  # type: ignore[arg-type]  # Qt sends a point
        if 0 <= number < len(self._views) and self._views[number].own:
            menu = QMenu(self)
            menu.addAction(f"去掉视图“{self._views[number].title}”", lambda: self.forget_asked.emit(self._views[number]))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.tabs.mapToGlobal(place))  # type: ignore[call-overload]  # the stubs know no point alone

    def _show_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            widget = item.widget()
            if widget:
                widget.hide()
                widget.deleteLater()
        for key, (_value, word) in self._filters.items():
            chip = QPushButton(f"{word if len(word) <= MOST_WORD else word[: MOST_WORD - 1] + '…'}　✕")
            chip.setProperty("kind", "quiet")
            chip.setToolTip(word)
            chip.setAccessibleName(f"去掉筛选 {word}")
            chip.clicked.connect(lambda _checked=False, k=key: self.drop_filter(k))
            self._chips.addWidget(chip)
        self.keep_button.setVisible(bool(self._filters) and not self.in_bin)
