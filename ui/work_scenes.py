"""States of 检查记录, 问题整改 and 企业名录 at work, beside their bare pages.

`scenes` puts them among the others; here they only need a window that settles.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ui.main_window import MainWindow
from ui.pages.enterprises_page import EnterprisesPage
from ui.pages.finding_steps import Steps
from ui.pages.findings_page import FindingsPage
from ui.pages.inspections_page import InspectionsPage

PASTED = ("1、砂轮机未装防护罩", "2、氧气瓶、乙炔瓶混放，没有防倾倒措施", "3、成品库应急照明灯两处不亮", "4、新员工 3 人没有三级教育记录")


class Shown(Protocol):
    """What these states need of a stage."""

    @property
    def window(self) -> MainWindow:
        """The frame."""

    @property
    def folder(self) -> Path:
        """Where the data lie."""

    def settle(self) -> None:
        """Let the window work until no job has run for a while."""


def _typing(stage: Shown) -> QWidget:
    stage.window.go("inspections")
    stage.settle()
    page = stage.window.page("inspections")
    assert isinstance(page, InspectionsPage)
    page.enter()
    stage.settle()
    entry = page.entry
    first = len(entry.grid.findings.rows)
    entry.grid.findings.add([text[2:] for text in PASTED])
    entry.grid.setFocus()
    entry.grid.go_to(first + 1, 1)
    photo, film = stage.folder / "IMG_0412.png", stage.folder / "DSJ-20230403_091012.mp4"
    _invent(photo, film)
    entry.papers.take([photo], first)
    entry.papers.take([film])
    stage.settle()
    return stage.window


def _invent(photo: Path, film: Path) -> None:
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0)
    picture.save(str(photo))
    film.write_bytes(b"film" * 1000)


def _ledger(stage: Shown) -> QWidget:
    page = _findings(stage)
    page.sections.turn(1)
    stage.settle()
    stage.settle()  # rows that the first look asked for
    return stage.window


def _hanging(stage: Shown) -> QWidget:
    page = _findings(stage)
    record_id = page.model.id_at(0)
    assert record_id is not None
    Steps(stage.window.desk, page, [record_id], "“喷漆房没有可燃气体报警”").hang()
    stage.settle()
    return _dialog()


def _listing(stage: Shown) -> QWidget:
    stage.window.go("enterprises")
    stage.settle()
    page = stage.window.page("enterprises")
    assert isinstance(page, EnterprisesPage)
    page.grid.go_to_place(0, 0)
    page.ask_group()
    stage.settle()
    return _dialog()


def _findings(stage: Shown) -> FindingsPage:
    stage.window.go("hazard_list")
    stage.settle()
    page = stage.window.page("hazard_list")
    assert isinstance(page, FindingsPage)
    page.sections.turn(0)
    stage.settle()
    return page


def _dialog() -> QWidget:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog) and widget.isVisible())


SHOWN: dict[str, Callable[[Shown], QWidget]] = {
    "inspections-typing": _typing,
    "hazard-ledger": _ledger,
    "hazard-hanging": _hanging,
    "enterprises-listing": _listing,
}
