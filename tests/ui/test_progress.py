"""Long work shows itself, can be stopped, and is asked about at closing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models import Campaign
from services.progress import Progress
from services.store import Store
from tests import make
from ui.errors import TroubleDialog
from ui.main_window import MainWindow
from ui.progress_view import ProgressView
from ui.tasks import Job, SyncTasks, Tasks


def work_for(*, seconds: float, progress: Progress) -> str:
    """Report ten times a second until the time is over."""
    until = time.monotonic() + seconds
    step = 0
    while time.monotonic() < until:
        progress(step, 100, "柳溪镇")
        step += 1
        time.sleep(0.05)
    return "完"


def write_until_stopped(session: Any, *, begun: threading.Event, progress: Progress) -> None:
    make.campaign(session)
    begun.set()
    step = 0
    while True:
        progress(step, None, "")
        step += 1
        time.sleep(0.01)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


@pytest.fixture
def window(qtbot: QtBot, tasks: Tasks) -> Iterator[MainWindow]:
    made = MainWindow(tasks, [])
    made.closing.connect(tasks.shutdown)
    qtbot.addWidget(made)
    made.show()
    yield made
    for job in tasks.running:
        job.cancel()


def views() -> list[ProgressView]:
    return [view for view in QApplication.topLevelWidgets() if isinstance(view, ProgressView) and view.isVisible()]


def questions() -> list[TroubleDialog]:
    return [view for view in QApplication.topLevelWidgets() if isinstance(view, TroubleDialog) and view.isVisible()]


def press(dialog: TroubleDialog, word: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == word).click()


def test_short_work_shows_nothing(qtbot: QtBot, tasks: Tasks, parent: QWidget) -> None:
    seen: list[int] = []
    job = tasks.work(work_for, seconds=0.2).with_progress("数一数").start(parent)
    job.progressed.connect(lambda *_: seen.append(len(views())))
    with qtbot.waitSignal(job.ended, timeout=5000):
        pass
    qtbot.wait(700)
    assert not any(seen)
    assert views() == []


def test_work_that_is_over_at_once_leaves_nothing_behind(qtbot: QtBot, tasks_sync: SyncTasks, parent: QWidget) -> None:
    tasks_sync.work(work_for, seconds=0).with_progress("正在导入").start(parent)
    qtbot.wait(700)
    assert views() == []


def test_work_over_600_ms_shows_how_far_it_is(qtbot: QtBot, tasks: Tasks, parent: QWidget) -> None:
    started = time.monotonic()
    job = tasks.work(work_for, seconds=2.0).with_progress("核对名录").start(parent)
    qtbot.waitUntil(lambda: bool(views()), timeout=5000)
    assert time.monotonic() - started >= 0.55
    view = views()[0]
    assert not view.isModal()
    qtbot.waitUntil(lambda: view.note.text() == "柳溪镇" and view.count.text().endswith(" / 100"), timeout=2000)
    assert view.bar.maximum() == 100
    with qtbot.waitSignal(job.ended, timeout=5000):
        pass
    qtbot.waitUntil(lambda: not views(), timeout=2000)


def test_what_has_appeared_stays_half_a_second(qtbot: QtBot, tasks: Tasks, parent: QWidget) -> None:
    tasks.work(work_for, seconds=0.65).with_progress("核对名录").start(parent)
    qtbot.waitUntil(lambda: bool(views()), timeout=5000)
    appeared = time.monotonic()
    qtbot.waitUntil(lambda: not views(), timeout=5000)
    assert time.monotonic() - appeared >= 0.45


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_every_way_out_of_the_progress_stops_the_write(qtbot: QtBot, tasks: Tasks, parent: QWidget, store: Store, way: str) -> None:
    begun, stopped = threading.Event(), []
    tasks.stopped.connect(lambda job: stopped.append(job.title))
    job = tasks.command("导入附件1", write_until_stopped, begun=begun).with_progress().start(parent)
    qtbot.waitUntil(lambda: bool(views()), timeout=5000)
    view = views()[0]
    assert view.isModal()
    with qtbot.waitSignal(job.ended, timeout=5000):
        if way == "button":
            view.stop.click()
        elif way == "escape":
            qtbot.keyClick(view, Qt.Key.Key_Escape)
        else:
            view.close()
    qtbot.waitUntil(lambda: not views(), timeout=2000)
    assert stopped == ["导入附件1"]
    with store.read() as session:
        assert session.query(Campaign).count() == 0


def test_the_window_says_what_was_stopped(qtbot: QtBot, window: MainWindow, tasks: Tasks) -> None:
    begun = threading.Event()
    job = tasks.command("导入附件1", write_until_stopped, begun=begun).with_progress().start(window)
    qtbot.waitUntil(begun.is_set, timeout=5000)
    with qtbot.waitSignal(job.ended, timeout=5000):
        job.cancel()
    assert window.toast.isVisible()
    assert "已取消：导入附件1" in window.toast.sentence.text()


@pytest.mark.parametrize("writes", [True, False], ids=["a write", "a long read"])
def test_closing_asks_while_work_runs_and_then_stops_it(
    qtbot: QtBot, window: MainWindow, tasks: Tasks, store: Store, *, writes: bool
) -> None:
    begun = threading.Event()
    if writes:
        job: Job = tasks.command("导入附件1", write_until_stopped, begun=begun).with_progress()
    else:
        job = tasks.work(work_for, seconds=30).with_progress("生成报送包")
    job.start(window)
    assert not window.close()
    assert not window.close()
    qtbot.waitUntil(lambda: len(questions()) == 1)
    assert questions()[0].trouble.title == f"“{'导入附件1' if writes else '生成报送包'}”还没有做完"
    press(questions()[0], "停下并关闭")
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert tasks.running == ()
    with store.read() as session:
        assert session.query(Campaign).count() == 0


def test_closing_with_two_jobs_asks_once(qtbot: QtBot, window: MainWindow, tasks: Tasks) -> None:
    begun = threading.Event()
    tasks.command("导入附件1", write_until_stopped, begun=begun).with_progress().start(window)
    tasks.work(work_for, seconds=30).with_progress("核对名录").start(window)
    window.close()
    press(questions()[0], "停下并关闭")
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert questions() == []


def test_work_that_ends_while_the_question_stands_lets_the_window_close(qtbot: QtBot, window: MainWindow, tasks: Tasks) -> None:
    job = tasks.work(work_for, seconds=0.5).with_progress("核对名录").start(window)
    window.close()
    with qtbot.waitSignal(job.ended, timeout=5000):
        pass
    press(questions()[0], "停下并关闭")
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)


def test_whoever_waits_keeps_the_window(qtbot: QtBot, window: MainWindow, tasks: Tasks) -> None:
    job = tasks.work(work_for, seconds=0.5).with_progress("核对名录").start(window)
    window.close()
    press(questions()[0], "等它做完")
    with qtbot.waitSignal(job.ended, timeout=5000):
        pass
    assert window.isVisible()
    assert window.close()


def test_a_quiet_write_neither_asks_nor_shows(window: MainWindow, tasks: Tasks) -> None:
    counts: list[int] = []
    tasks.busy.connect(counts.append)
    tasks.command("没存完的内容", make.campaign).quietly().start()
    assert window.close()
    assert questions() == []
    assert counts == []
