"""A stranger at an empty program types a visit and a case into a package.

Everything is typed with real key events into the real window over a real data
folder; what is typed must stand in Annex 2 and Annex 3 as they are read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui import app as application
from ui.dialogs.report_text import ReportTextDialog
from ui.forms.form_dialog import FormDialog
from ui.main_window import MainWindow
from ui.pages import packages
from ui.pages.packages import PackagesPage
from ui.pages.register import RegisterPage

PATIENCE_MS = 20_000


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    QSettings().clear()
    monkeypatch.setattr(packages, "ask_folder", lambda _parent, _start: tmp_path / "报送")
    opened = application.open_window(tmp_path / "数据")
    opened.show()
    yield opened
    opened.close()
    opened.deleteLater()
    qtbot.wait(50)


def _type(qtbot: QtBot, widget: QWidget, text: str) -> None:
    """Type as hands do: Latin letters by key, Chinese as an input method commits it."""
    widget.setFocus()
    for letter in text:
        if letter.isascii():
            qtbot.keyClicks(widget, letter)
        else:
            from PySide6.QtGui import QInputMethodEvent  # noqa: PLC0415 - only here

            event = QInputMethodEvent("", [])
            event.setCommitString(letter)
            QApplication.sendEvent(widget, event)


def _dialog(window: MainWindow, title: str) -> FormDialog:
    return next(d for d in window.findChildren(FormDialog) if d.isVisible() and d.windowTitle() == title)


def _write_report(qtbot: QtBot, window: MainWindow, page: PackagesPage) -> None:
    """Write the parts of the report that no figure writes (P36 asks for them)."""
    _wait(qtbot, lambda: page.text_button.isEnabled())
    qtbot.mouseClick(page.text_button, Qt.MouseButton.LeftButton)
    _wait(qtbot, lambda: window.findChild(ReportTextDialog))
    dialog = window.findChild(ReportTextDialog)
    assert dialog is not None
    for part, editor in dialog.parts.items():
        if not editor.toPlainText():
            _type(qtbot, editor, f"{part}写在这里。")
    qtbot.keyClick(next(iter(dialog.parts.values())), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _wait(qtbot, lambda: window.findChild(ReportTextDialog) is None)


def _wait(qtbot: QtBot, true: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(true()), timeout=PATIENCE_MS)


def _fill_panel(qtbot: QtBot, window: MainWindow, key: str, values: dict[str, str]) -> RegisterPage:
    window.go(key)
    page = window.page(key)
    assert isinstance(page, RegisterPage)
    _wait(qtbot, lambda: page.model.ready)
    page.new_record()
    for name, text in values.items():
        _type(qtbot, page.panel.boxes[name].editor, text)
    before = page.model.rowCount()
    last = page.panel.boxes[next(reversed(values))].editor
    qtbot.keyClick(last, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _wait(qtbot, lambda: page.model.rowCount() == before + 1)
    return page


def _row_of(path: Path, word: str) -> list[object]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return next([cell.value for cell in row] for row in sheet.iter_rows() if any(word in str(cell.value) for cell in row))


def test_a_stranger_types_a_visit_and_a_case_and_finds_them_in_the_package(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    _wait(qtbot, lambda: any(d.isVisible() for d in window.findChildren(FormDialog)))
    first = _dialog(window, "第一次使用")
    _type(qtbot, first.fields["office"].editor, "岚桥区应急管理局")
    _type(qtbot, first.fields["operator"].editor, "周启明")
    qtbot.keyClick(first.fields["operator"].editor, Qt.Key.Key_Return)
    _wait(qtbot, lambda: not first.isVisible())

    window.top.campaign.menu().actions()[-1].trigger()
    campaign = _dialog(window, "新建专项行动")
    for key, text in {
        "name": "岚桥区春季检查",
        "due": (application.clock.today() + timedelta(days=9)).isoformat(),
        "quota": "1",
        "towns": "柳溪镇、石坪镇",
    }.items():
        _type(qtbot, campaign.fields[key].editor, text)
    qtbot.keyClick(campaign.fields["towns"].editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _wait(qtbot, lambda: window.desk.campaign_id is not None)

    firm = "岚桥区瑞丰纺织有限公司"
    today = application.clock.today().isoformat()
    _fill_panel(qtbot, window, "inspections", {"enterprise": firm, "town": "柳溪镇", "checked_on": today, "officers": "周启明、康立群"})
    _fill_panel(qtbot, window, "hazard_list", {"enterprise": firm, "hazard": "梳棉机没有防护罩", "category": "设施设备类"})
    _fill_panel(qtbot, window, "hazard_list", {"enterprise": firm, "hazard": "新员工没有培训记录", "category": "培训教育类"})
    _fill_panel(qtbot, window, "cases", {"enterprise": firm, "violation": "安全设备不符合要求", "findings": "1", "proposed": "2.5"})

    window.go("packages")
    page = window.page("packages")
    assert isinstance(page, PackagesPage)
    _write_report(qtbot, window, page)
    _wait(qtbot, lambda: page.make_button.isEnabled())
    qtbot.mouseClick(page.make_button, Qt.MouseButton.LeftButton)
    _wait(qtbot, lambda: list((tmp_path / "报送").glob("报送包_*/MANIFEST.sha256")))
    _wait(qtbot, lambda: not window.tasks.running)

    folder = next((tmp_path / "报送").glob("报送包_*第1版*[0-9]"))
    annex_2 = _row_of(next(folder.glob("附件2*.xlsx")), firm)
    assert annex_2[:4] == [1, firm, "柳溪镇", 2]
    assert (annex_2[4], annex_2[8], sum(int(str(n or 0)) for n in annex_2[4:18]), annex_2[18]) == (1, 1, 2, 1)
    annex_3 = _row_of(next(folder.glob("附件3*.xlsx")), firm)
    assert annex_3[:5] == [1, firm, "安全设备不符合要求", "柳溪镇", 2.5]
    assert any("已生成" in label.text() for label in window.findChildren(QLabel)) or window.findChildren(QPushButton)
