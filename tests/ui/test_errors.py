"""Troubles are told as what, where, how to mend; bugs are shown once."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from services import logs
from services.errors import FileTrouble, Refused
from services.paths import DataFolder
from ui import errors


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def words(dialog: errors.TroubleDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def buttons(dialog: errors.TroubleDialog) -> dict[str, QPushButton]:
    return {button.text(): button for button in dialog.findChildren(QPushButton)}


def test_a_file_trouble_names_the_file_and_offers_to_try_again(parent: QWidget) -> None:
    tried: list[bool] = []
    trouble = FileTrouble(path="附件2.xlsx", why="正由 WPS 打开")
    dialog = errors.show_problem(parent, trouble, what="附件2 没有写成", retry=lambda: tried.append(True))
    assert {"附件2 没有写成", "哪个文件", "附件2.xlsx", "怎么办"} <= set(words(dialog))
    assert "file_trouble" not in " ".join(words(dialog))
    buttons(dialog)["重试"].click()
    assert tried == [True]
    assert not dialog.isVisible()


def test_the_whole_story_can_be_copied(parent: QWidget) -> None:
    dialog = errors.show_problem(parent, Refused())
    buttons(dialog)["复制说明"].click()
    assert "代码：refused" in QApplication.clipboard().text()
    dialog.close()


def test_the_way_that_mends_has_the_focus(parent: QWidget, qtbot: QtBot) -> None:
    dialog = errors.show_problem(parent, Refused(), retry=lambda: None)
    qtbot.waitUntil(lambda: dialog.focusWidget() is buttons(dialog)["重试"])
    dialog.close()


@pytest.mark.expects_log("unexpected: ")
def test_the_same_bug_is_shown_once(parent: QWidget, qtbot: QtBot) -> None:
    catcher = errors.BugCatcher(parent)
    for _ in range(2):
        try:
            raise ValueError("第 3 行")
        except ValueError as bug:
            catcher.take(type(bug), bug, bug.__traceback__)
    qtbot.waitUntil(lambda: bool(shown()))
    assert len(shown()) == 1
    assert "ValueError" in shown()[0].trouble.text()
    shown()[0].close()


@pytest.mark.expects_log("unexpected: ")
def test_a_bug_of_another_thread_is_shown_on_the_ui_thread(parent: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    before = qInstallMessageHandler(None)
    errors.BugCatcher(parent).install()
    qInstallMessageHandler(before)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(shown()))
    shown()[0].close()


CANARIES = ("周砚秋", "19900000001", "岚桥区瑞丰纺织有限公司", "91370302MA3DEMA02B", "zhouyanqiu")


def bug_with_canaries(name: str, phone: str) -> None:
    enterprise, code = CANARIES[2:4]
    try:
        raise KeyError(f"{name} {phone}")
    except KeyError as err:
        raise ValueError(f"{name} {phone} {enterprise} {code} zhouyanqiu /home/{name}/数据") from err


@pytest.mark.expects_log("unexpected: ")
def test_a_report_of_a_bug_names_nobody(parent: QWidget, qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = DataFolder(tmp_path)
    handler = logs.set_up(place)
    catcher = errors.BugCatcher(parent, version=lambda: "9.9.9")
    try:
        bug_with_canaries(*CANARIES[:2])
    except ValueError as bug:
        catcher.take(type(bug), bug, bug.__traceback__)
    logs.take_down(handler)
    qtbot.waitUntil(lambda: bool(shown()))
    dialog = shown()[0]
    buttons(dialog)["复制说明"].click()
    written = {
        "clipboard": QApplication.clipboard().text(),
        "screen": "".join(words(dialog)),
        "log": "\n".join(logs.last_lines(place)),
        "records": caplog.text,
    }
    dialog.close()
    for where, text in written.items():
        assert not [canary for canary in CANARIES if canary in text], where
    for word in ("ValueError", "KeyError", "9.9.9", "bug_with_canaries", "test_errors.py"):
        assert word in written["clipboard"]
    assert "ValueError" in written["log"]
    assert "ValueError" not in written["screen"]


def test_one_dialog_says_what_where_and_how_in_the_order_of_the_look(parent: QWidget) -> None:
    trouble = FileTrouble(path="附件2.xlsx", why="正由 WPS 打开")
    dialog = errors.show_problem(parent, trouble, what="附件2 没有写成", retry=lambda: None, others=[errors.Choice("另存为")])
    assert words(dialog)[1:4] == ["附件2 没有写成", trouble.message(), "哪个文件"]
    place = {name: button.mapTo(dialog, button.rect().center()).x() for name, button in buttons(dialog).items()}
    assert list(dict(sorted(place.items(), key=lambda found: found[1]))) == ["复制说明", "取消", "另存为", "重试"]
    assert buttons(dialog)["重试"].isDefault()
    assert dialog.width() == 580
    assert dialog.isModal()
    dialog.close()


def test_a_question_acts_on_the_chosen_way(parent: QWidget) -> None:
    acted: list[str] = []
    dialog = errors.ask(
        parent, errors.Trouble("还没有做完", "现在关会停下它。"), [errors.Choice("停下", lambda: acted.append("停下")), errors.Choice("等")]
    )
    buttons(dialog)["停下"].click()
    assert acted == ["停下"]


def shown() -> list[errors.TroubleDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, errors.TroubleDialog) and widget.isVisible()]
