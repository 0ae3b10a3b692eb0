"""Filters of columns, a person's own views, the choice of columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from services import listing as listings
from services.conditions import as_json, from_json
from services.listing import Listing
from ui import theme
from ui.pages.column_chooser import ColumnChooser
from ui.pages.column_filter import ColumnFilter
from ui.pages.filter_bar import FilterBar, View
from ui.pages.page import Desk
from ui.pages.popup import Popup
from ui.tables.columns_view import ColumnsView

NAME_WIDE = 250
MOST_VIEWS = 8
LONGEST_NAME = 10


class Narrowing(QObject):
    """Connects the filter bar and the heads of a grid with what they open.

    Attributes:
        popup: What floats over the page now, or was the last to.
    """

    def __init__(
        self, page: QWidget, desk: Desk, name: str, views: Sequence[View], parts: tuple[ColumnsView, FilterBar], frozen: int
    ) -> None:
        """Show the views of the register and the person's own.

        Args:
            page: What popups float over.
            desk: What the page may use of the window.
            name: Machine name of the register, for what is remembered.
            views: The register's views.
            parts: Grid and filter bar.
            frozen: Columns that stay at the left.
        """
        super().__init__(page)
        self._page, self._desk, self._name, self._views = page, desk, name, tuple(views)
        self._grid, self._bar = parts
        self._frozen = frozen
        self.listing: Callable[[], tuple[Listing, int | None]] | None = None
        self.popup: Popup | None = None
        self._bar.set_views((*self._views, *self.own()))
        self._grid.filter_asked.connect(lambda number: self.filter_column(self._grid.keys[number]))
        self._bar.filter_asked.connect(self.filter_column)
        self._bar.columns_asked.connect(self.choose_columns)
        self._bar.keep_asked.connect(self.ask_name)
        self._bar.forget_asked.connect(self.forget)
        self._bar.changed.connect(lambda: self._grid.show_filtered(self._bar.filtered_keys))

    def filter_column(self, key: str) -> None:
        """Open the filter of a column under its head."""
        number = self._grid.keys.index(key)
        known = self._bar.own_filters.get(key)
        popup = ColumnFilter(
            self._page, self._grid.columns[number], wanted=known[0] if known else None, in_force=known is not None, year=self._desk.year
        )
        popup.chosen.connect(partial(self._chosen, key))
        popup.sort_asked.connect(self._grid.sort_by)
        left, top = self._grid.head_bottom(number)
        self._open(popup, self._grid.mapTo(self._page, QPoint(left, top)))
        popup.take_focus()
        if self.listing is not None:
            listing, scope = self.listing()
            asked = {"listing": listing, "key": key, "scope": scope, "text": self._bar.text, "filters": self._bar.filters}
            self._desk.tasks.query(listings.values, **asked).then(popup.show_values)

    def choose_columns(self) -> None:
        """Open the list of columns under its button."""
        popup = ColumnChooser(self._page, self._grid, self._frozen)
        button = self._bar.columns_button
        self._open(popup, button.mapTo(self._page, QPoint(0, button.height() + 4)))
        popup.box.setFocus()

    def ask_name(self) -> None:
        """Ask what to call the view of what is in force."""
        popup = Popup(self._page, "存为视图", round(NAME_WIDE * theme.current().scale))
        line = QLineEdit()
        line.setAccessibleName("视图名称")
        line.setPlaceholderText("视图名称，如：柳溪镇未整改")
        line.setMaxLength(LONGEST_NAME)
        keep = QPushButton("保存")
        keep.setProperty("kind", "primary")
        popup.body.addWidget(line)
        popup.body.addWidget(keep, 0, Qt.AlignmentFlag.AlignRight)
        for signal in (line.returnPressed, keep.clicked):
            signal.connect(lambda *_: self._keep(popup, line.text().strip()))
        button = self._bar.keep_button
        self._open(popup, button.mapTo(self._page, QPoint(0, button.height() + 4)))
        line.setFocus()

    def forget(self, view: View) -> None:
        """Take one of the person's own views away."""
        self._store([other for other in self.own() if other.title != view.title])
        self._bar.clear()
        self._desk.say(f"已去掉视图“{view.title}”")

    def own(self) -> list[View]:
        """Return the person's own views of this register, as kept on this PC."""
        kept = QSettings().value(f"views/{self._name}")
        try:
            facts = json.loads(kept) if isinstance(kept, str) else []
            known = set(self._grid.keys)
            views = [View(str(one["title"]), from_json(one["filters"]), str(one["text"]), own=True) for one in facts]
            return [view for view in views if set(view.filters) <= known]
        except (ValueError, TypeError, KeyError, AttributeError):  # another program wrote there
            return []

    def _chosen(self, key: str, value: object, word: str) -> None:
        if word:
            self._bar.set_filter(key, value, word)
        else:
            self._bar.drop_filter(key)

    def _keep(self, popup: Popup, title: str) -> None:
        if not title:
            return
        view = View(title, self._bar.filters, self._bar.text, own=True)
        others = [other for other in self.own() if other.title != title]
        self._store([*others, view][-MOST_VIEWS:])
        popup.shut()
        self._bar.tabs.setCurrentIndex(len(self._bar.views) - 1)

    def _store(self, views: Sequence[View]) -> None:
        facts = [{"title": view.title, "filters": as_json(view.filters), "text": view.text} for view in views]
        QSettings().setValue(f"views/{self._name}", json.dumps(facts, ensure_ascii=False))
        self._bar.set_views((*self._views, *self.own()))

    def _open(self, popup: Popup, place: QPoint) -> None:
        if self.popup is not None:
            self.popup.shut()
        self.popup = popup
        popup.closed.connect(self._shut)
        popup.open_at(place)

    def _shut(self) -> None:
        self.popup = None
