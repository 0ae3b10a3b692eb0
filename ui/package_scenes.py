"""States of 报送打包 and 统计数据 beside the bare pages: dialogs, lists, printed pages.

`scenes` puts them among the others; here they only need a window that settles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtWidgets import QApplication, QDialog, QWidget

from services.checks import Check
from services.packages.receipts import RETURNED
from ui.dialogs.report_text import ReportTextDialog
from ui.forms.form_dialog import FormDialog
from ui.main_window import MainWindow
from ui.pages import package_acts
from ui.pages.figures import FiguresPage
from ui.pages.package_parts import REPORT_TAB
from ui.pages.packages import PackagesPage
from ui.pages.print_preview import PrintPreview

Dialog = TypeVar("Dialog", bound=QDialog)


class Shown(Protocol):
    """What these states need of a stage."""

    @property
    def window(self) -> MainWindow:
        """The frame."""

    def settle(self) -> None:
        """Let the window work until no job has run for a while."""


def waive(stage: Shown) -> QWidget:
    """Let one place pass with a reason."""
    page, check = _issue(stage)
    package_acts.waive(stage.window.desk, page, check)
    stage.settle()
    return _opened(FormDialog)


def waive_without_reason(stage: Shown) -> QWidget:
    """The same, the reason left out."""
    waive(stage)
    dialog = _opened(FormDialog)
    dialog.save()
    stage.settle()
    return dialog


def receipt(stage: Shown) -> QWidget:
    """Record who took the last version."""
    _page(stage).made.choose(1)
    _page(stage)._right.receipt.click()
    stage.settle()
    return _opened(FormDialog)


def returned(stage: Shown) -> QWidget:
    """Record that the last version came back, and nobody says why."""
    dialog = receipt(stage)
    assert isinstance(dialog, FormDialog)
    for key, text in (("outcome", RETURNED), ("taken_by", "尚永舟"), ("opinion", "")):
        dialog.fields[key].set_value(text)
    dialog.save()
    stage.settle()
    return dialog


def extras(stage: Shown) -> QWidget:
    """Choose what goes with the package."""
    button = _page(stage).extras_button
    menu = button.menu()
    assert menu is not None
    menu.actions()[0].setChecked(True)
    menu.popup(button.mapToGlobal(button.rect().topLeft()))
    stage.settle()
    return menu


def text(stage: Shown) -> QWidget:
    """Write the four parts of the report."""
    _page(stage).edit_text()
    stage.settle()
    return _opened(ReportTextDialog)


def report(stage: Shown) -> QWidget:
    """Look at the report as it prints, at the page with its chart."""
    page = _page(stage)
    page.paper.show_tab(REPORT_TAB)
    page.paper.turn_to(1)
    stage.settle()
    return stage.window


def leader(stage: Shown) -> QWidget:
    """Look at the leader's page as it prints."""
    stage.window.go("figures")
    stage.settle()
    page = stage.window.page("figures")
    assert isinstance(page, FiguresPage)
    page.preview()
    stage.settle()
    return _opened(PrintPreview)


SHOWN: dict[str, Callable[[Shown], QWidget]] = {
    "packages-waive": waive,
    "packages-waive-wrong": waive_without_reason,
    "packages-receipt": receipt,
    "packages-returned": returned,
    "packages-extras": extras,
    "packages-text": text,
    "packages-report": report,
    "figures-leader": leader,
}


def _page(stage: Shown) -> PackagesPage:
    stage.window.go("packages")
    stage.settle()
    page = stage.window.page("packages")
    assert isinstance(page, PackagesPage)
    return page


def _issue(stage: Shown) -> tuple[PackagesPage, Check]:
    page = _page(stage)
    return page, next(check for check in page.checks if check.level == "W" and check.uid)


def _opened(kind: type[Dialog]) -> Dialog:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())
