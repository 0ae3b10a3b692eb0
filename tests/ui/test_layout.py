"""Nothing is cut off, covered, or asks for more than a laptop has, in any state."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.clipping import LAPTOP, asks_too_much, faults
from ui import scenes, sheet, theme
from ui.scenes import Scene, Stage


def look_at(stage: Stage, listed: list[Scene]) -> None:
    wrong: list[str] = []
    for scene in listed:
        seen = scene.show(stage)
        found = faults(seen)
        for _again in range(3):  # on a busy machine a page may still be filling
            if found:
                QTest.qWait(400)
                found = faults(seen)
        wrong += [f"{scene.name}: {fault}" for fault in found]
        if theme.current().scale == 1.0 and (too_much := asks_too_much(seen)):
            wrong.append(f"{scene.name}: {too_much}")
        stage.put_away()
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("stage", [(1.0, True), (1.5, True)], ids=["100 %", "150 %"], indirect=True)
def test_every_page_panel_and_dialog_can_be_read(stage: Stage) -> None:
    look_at(stage, scenes.scenes_of_demo())


@pytest.mark.slow
@pytest.mark.parametrize("stage", [(1.0, False), (1.5, False)], ids=["100 %", "150 %"], indirect=True)
def test_every_empty_page_can_be_read(stage: Stage) -> None:
    look_at(stage, scenes.scenes_of_nothing())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_window_over_data_that_do_not_open_can_be_read(qapp: QApplication, tmp_path: Path, scale: float) -> None:
    sheet.apply(qapp, "light", scale=scale)
    with scenes.stage(scenes.spoil(tmp_path / "data"), LAPTOP, demo=False) as made:
        seen = scenes.scene_of_rescue().show(made)
        assert faults(seen) == []
        assert scale > 1 or asks_too_much(seen) == ""
    sheet.apply(qapp, "light")


@pytest.fixture
def box(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(300, 200)
    return made


def test_the_check_finds_a_label_that_is_too_narrow(box: QWidget) -> None:
    label = QLabel("距 4月26日 报送还有 3 个工作日", box)
    label.setGeometry(0, 0, 40, 20)
    box.show()
    assert "needs" in faults(box)[0]


def test_the_check_finds_a_wrapped_label_without_its_last_line(box: QWidget) -> None:
    label = QLabel("两行字" * 20, box)
    label.setWordWrap(True)
    label.setGeometry(0, 0, 200, 20)
    box.show()
    assert "in height" in faults(box)[0]


def test_the_check_finds_what_overlaps_or_leaves_its_parent(box: QWidget) -> None:
    rows = QVBoxLayout(box)
    first, second = QPushButton("保存"), QPushButton("取消")
    rows.addWidget(first)
    rows.addWidget(second)
    box.show()
    assert faults(box) == []
    second.setGeometry(first.geometry().translated(0, 5))
    assert any("overlap" in fault for fault in faults(box))
    second.move(250, 150)
    assert any("leaves" in fault for fault in faults(box))


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QComboBox])
def test_the_check_lets_an_editor_of_the_right_size_be(box: QWidget, kind: type[QWidget]) -> None:
    rows = QVBoxLayout(box)
    rows.addWidget(kind())
    box.show()
    assert faults(box) == []
