"""认表: which form a file is, where its header stands, which column is which.

Used where no known header was found, where two forms fit, and where the
program guessed wrong. What is chosen here is remembered for this unit and
this header, so that it is said once and never again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QSplitter, QWidget

from models.forms import Form
from ui import regions, theme
from ui.imports.sheet_view import SheetView, letters

if TYPE_CHECKING:
    from services.imports.raw import RawBook

NOT_USED = "（不用这一列）"
_WORDS = 11
_COMBO = 220


@dataclass(frozen=True)
class Header:
    """A header that may be chosen.

    Attributes:
        sheet: Number of the sheet from 0.
        rows: Row numbers.
        texts: Heading by column.
        keys: Column key by column, as far as the program knows it.
        samples: What stands under each heading, by column.
        form: Code of the form that the program takes it for; "" if none.
    """

    sheet: int
    rows: tuple[int, ...]
    texts: dict[int, str]
    keys: dict[int, str]
    samples: dict[int, tuple[str, ...]]
    form: str = ""

    @property
    def words(self) -> str:
        """Row numbers and first headings, to choose by."""
        place = f"第 {'、'.join(map(str, self.rows))} 行"
        named = "、".join(self.texts.values())
        return f"{place}　{named[:_WORDS]}{'…' if len(named) > _WORDS else ''}"


@dataclass(frozen=True)
class Chosen:
    """What was chosen by hand.

    Attributes:
        header: The header.
        form: Code of the form.
        keys: Column key by column; "" leaves a column out.
    """

    header: Header
    form: str
    keys: dict[int, str]


class _Combo(QComboBox):
    """A list that the wheel scrolls past and never changes."""

    def __init__(self, name: str) -> None:
        """Build an empty list.

        Args:
            name: For screen readers.
        """
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the area around."""
        event.ignore()


class MappingPane(QWidget):
    """Form, header row, one line for each column of the file, the file below.

    Attributes:
        form_box: List of forms.
        header_box: List of possible headers.
        boxes: The field list of each column, by column.
        sheet: The file as received.
    Signals:
        changed: Something was chosen; `reason` and `chosen` are new.
        header_asked: (form code) the headers of another form are wanted.
    """

    changed = Signal()
    header_asked = Signal(str)

    def __init__(self) -> None:
        """Build the pane without a file."""
        super().__init__()
        self.form_box, self.header_box = _Combo("这张表是"), _Combo("表头")
        self.boxes: dict[int, QComboBox] = {}
        self.sheet = SheetView()
        self._book: RawBook | None = None
        self._forms: Sequence[Form] = ()
        self._headers: list[Header] = []
        self._quiet = False
        top = QFrame()
        top.setObjectName("filterBar")
        line = QHBoxLayout(top)
        line.setContentsMargins(14, 8, 14, 8)
        line.setSpacing(8)
        line.addWidget(_name("这张表是", self.form_box))
        line.addWidget(self.form_box, 2)
        line.addSpacing(8)
        line.addWidget(_name("表头在", self.header_box))
        line.addWidget(self.header_box, 3)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName("每一列是什么")
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below = QWidget()
        self._caption = regions.Elided()
        regions.column(below, regions.bar(regions.label("原表原样", "strong"), self._caption), self.sheet)
        self._caption.say("按 Enter 把选中的行当作表头")
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self._area)
        split.addWidget(below)
        split.setSizes([300, 220])
        regions.column(self, top, split)
        self.form_box.currentIndexChanged.connect(self._form_chosen)
        self.header_box.currentIndexChanged.connect(self._header_chosen)
        self.sheet.row_chosen.connect(self._row_chosen)

    def use(self, book: RawBook, forms: Sequence[Form], headers: Sequence[Header], *, form: str) -> None:
        """Show a file.

        Args:
            book: Its cells.
            forms: The forms it may be, likely ones first.
            headers: Headers that may be chosen, the found one first.
            form: Code of the form to begin with; "" asks for one.
        """
        self._book, self._forms, self._headers = book, forms, list(headers)
        self._quiet = True
        self.form_box.clear()
        self.form_box.setPlaceholderText("请选定是哪一张表")
        for one in forms:
            self.form_box.addItem(one.title, one.code)
        self.form_box.setCurrentIndex(self.form_box.findData(form))
        self.header_box.clear()
        many = len({header.sheet for header in headers}) > 1
        for header in headers:
            sheet = f"“{book.sheets[header.sheet].name}” " if many else ""
            self.header_box.addItem(sheet + header.words)
        self.header_box.setCurrentIndex(0 if headers else -1)
        self._quiet = False
        self._show_columns()

    @property
    def reason(self) -> str:
        """Why the choice cannot be used yet; "" if it can."""
        form = self._form()
        if form is None:
            return "还没有选定是哪一张表"
        if self._header() is None:
            return "还没有指定表头在哪一行"
        used = [key for key in self._keys().values() if key]
        titles = {column.key: column.title.replace("\n", "") for column in form.columns}
        again = next((key for key in used if used.count(key) > 1), None)
        if again:
            return f"两列都指定成了“{titles.get(again, again)}”"
        missing = [titles[column.key] for column in form.columns if column.required and column.key not in used]
        if missing:
            return f"还没有指定哪一列是“{missing[0]}”"
        return "" if len(used) > 1 else "至少要指定两列"

    def chosen(self) -> Chosen | None:
        """Return what was chosen, None while something is missing."""
        form, header = self._form(), self._header()
        if form is None or header is None or self.reason:
            return None
        return Chosen(header, form.code, self._keys())

    def take_focus(self) -> None:
        """Put the focus where the first decision is."""
        empty = next((box for box in self.boxes.values() if box.currentIndex() <= 0), None)
        self.form_box.setFocus() if self._form() is None else (empty or self.form_box).setFocus()

    def _form(self) -> Form | None:
        code = self.form_box.currentData()
        return next((form for form in self._forms if form.code == code), None)

    def _header(self) -> Header | None:
        number = self.header_box.currentIndex()
        return self._headers[number] if 0 <= number < len(self._headers) else None

    def _keys(self) -> dict[int, str]:
        return {column: str(box.currentData() or "") for column, box in self.boxes.items()}

    def _form_chosen(self, _number: int) -> None:
        form = self._form()
        if self._quiet or form is None:
            return
        self.header_asked.emit(form.code)

    def _header_chosen(self, _number: int) -> None:
        if not self._quiet:
            self._show_columns()

    def _row_chosen(self, number: int) -> None:
        place = next((i for i, header in enumerate(self._headers) if header.rows[-1] == number), -1)
        if place >= 0:
            self.header_box.setCurrentIndex(place)

    def _show_columns(self) -> None:
        form, header = self._form(), self._header()
        body = QWidget()
        body.setObjectName("page")
        grid = QGridLayout(body)
        grid.setContentsMargins(14, 8, 14, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        self.boxes = {}
        for column, word in enumerate(("列", "表头", "下面写的是", "当作")):
            grid.addWidget(regions.label(word, "label"), 0, column)
        for line, (column, text) in enumerate(sorted(header.texts.items()) if header else (), start=1):
            self._add_line(grid, line, column, text)
        grid.setColumnMinimumWidth(1, round(150 * theme.current().scale))
        grid.setColumnStretch(2, 2)
        grid.setColumnStretch(4, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(body)
        if header is not None and self._book is not None:
            self.sheet.use(self._book.sheets[header.sheet])
            self.sheet.light({(row, column): "head" for row in header.rows for column in header.texts})
        if form is None:
            for box in self.boxes.values():
                box.setEnabled(False)
        previous: QWidget = self.header_box
        for box in self.boxes.values():
            QWidget.setTabOrder(previous, box)
            previous = box
        QWidget.setTabOrder(previous, self.sheet)
        self.changed.emit()

    def _add_line(self, grid: QGridLayout, line: int, column: int, text: str) -> None:
        form, header = self._form(), self._header()
        assert header is not None
        title = QLabel(text)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("kind", "strong")
        title.setWordWrap(True)
        title.setMaximumWidth(round(200 * theme.current().scale))
        sample = regions.Elided()
        sample.say("、".join(header.samples.get(column, ())) or "（空）")
        box = _Combo(f"{text} 当作")
        box.setFixedWidth(round(_COMBO * min(theme.current().scale, 1.5)))
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.addItem(NOT_USED, "")
        for one in form.columns if form else ():
            if one.key != "no":
                box.addItem(one.title.replace("\n", "") + ("（必填）" if one.required else ""), one.key)
        box.setCurrentIndex(max(box.findData(header.keys.get(column, "")), 0))
        box.currentIndexChanged.connect(lambda _number: self.changed.emit())
        self.boxes[column] = box
        grid.addWidget(regions.label(letters(column), "note"), line, 0)
        grid.addWidget(title, line, 1)
        grid.addWidget(sample, line, 2)
        grid.addWidget(box, line, 3)


def _name(text: str, buddy: QWidget) -> QLabel:
    made = regions.label(text, "label")
    made.setBuddy(buddy)
    return made
