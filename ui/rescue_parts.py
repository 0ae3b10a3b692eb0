"""Parts of the rescue window: what happened, one backup, questions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from services.rescue import Offer
from ui import icons, regions
from ui.backup_list import contents, losses, steps_after

INDENT = 66


class Band(QFrame):
    """Sign, title 18 bold, one sentence, where, what to do.

    Attributes:
        title: What did not happen.
        reason: Why.
        place: Which file or folder.
        way: What to do about it.
    """

    def __init__(self) -> None:
        """Build it without words."""
        super().__init__()
        self.setObjectName("header")
        sign = QLabel()
        icons.dress(sign, "warning-circle", "bad", 28)
        self.title = regions.label(kind="headline")
        self.reason, self.place, self.way = words(), words(), words("help")
        self.place.setObjectName("factBox")
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 20, 24, 16)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.title, 0, 1, 1, 2)
        grid.addWidget(self.reason, 1, 1, 1, 2)
        for row, (word, text) in enumerate((("哪个文件", self.place), ("怎么办", self.way)), start=2):
            grid.addWidget(regions.label(word, "help"), row, 1)
            grid.addWidget(text, row, 2)
        grid.setColumnStretch(2, 1)

    def tell(self, title: str, sentence: str, path: Path, way: str) -> None:
        """Say what happened; the sentence calls the file by its name alone."""
        self.title.setText(title)
        self.reason.setText(sentence.replace(f"“{path}”", f"“{path.name}”"))
        self.place.setText(str(path))
        self.way.setText(way)

    def story(self) -> tuple[tuple[str, str], ...]:
        """Return the facts under the title, for the clipboard."""
        return (("哪个文件", self.place.text()), ("怎么办", self.way.text()))


class Story(QWidget):
    """A page of a title and facts under it, as a dialog shows them.

    Attributes:
        title: 18 bold.
        facts: The texts by the grey word before them.
    """

    def __init__(self, *names: str) -> None:
        """Build it without texts.

        Args:
            names: The grey words, one a fact.
        """
        super().__init__()
        self.title = regions.label(kind="headline")
        self.facts = {name: words() for name in names}
        grid = QGridLayout(self)
        grid.setContentsMargins(INDENT, 24, 24, 20)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(12)
        grid.addWidget(self.title, 0, 0, 1, 2)
        for row, (name, text) in enumerate(self.facts.items(), start=1):
            grid.addWidget(regions.label(name, "help"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(names) + 1, 1)

    def tell(self, title: str, *texts: str) -> None:
        """Show a title and the texts, in the order of their words."""
        self.title.setText(title)
        for label, text in zip(self.facts.values(), texts, strict=True):
            label.setText(text)


class Detail(QScrollArea):
    """What is in the chosen backup, and what a restore would change."""

    def __init__(self) -> None:
        """Build it without a backup."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("这一份备份")
        self.show_offer(None)

    def show_offer(self, offer: Offer | None) -> None:
        """Show a backup; None where there is none."""
        # Built anew each time: wrapped labels whose text changes report too little height and lose their last line.
        body = QWidget()
        body.setObjectName("panelBody")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(3)
        told = (
            ()
            if offer is None
            else (("里面有", contents(offer.counts)), ("恢复后比现在", compared(offer)), ("这之后做过", steps_after(offer.operations)))
        )
        for name, text in told:
            rows.addWidget(regions.label(name, "label"))
            rows.addWidget(words(text=text))
            rows.addSpacing(9)
        rows.addStretch(1)
        self.setWidget(body)


def compared(offer: Offer) -> str:
    """Return what a restore takes away and brings back, in words."""
    lost = "，".join(losses(offer.difference))
    if lost:
        return lost
    return "没法比，现在的文件读不出来" if offer.unknown else "条数一样"


def noted(offer: Offer) -> str:
    """Return the second line of a backup in the list."""
    lost = "，".join(losses(offer.difference))
    if lost:
        return f"恢复后比现在{lost}"
    return f"{contents(offer.counts)}　现在的文件读不出来，没法比" if offer.unknown else "条数和现在一样"


def words(kind: str = "", text: str = "") -> QLabel:
    """Return a wrapped label of plain text that can be selected."""
    label = regions.label(text, kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
