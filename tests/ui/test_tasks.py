"""Work off the UI thread: answers, failures, cancelling, announcements."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from models import Campaign
from services import campaigns, undoing
from services.errors import Missing, Problem
from services.progress import Progress
from services.store import Store
from tests import make
from ui.tasks import SyncTasks, Tasks


def where(_session: Any) -> str:
    return threading.current_thread().name


def fail(_session: Any) -> None:
    raise Missing(what="企业", name="没有这家")


def slow(session: Any, *, started: threading.Event, progress: Progress) -> None:
    make.campaign(session)
    started.set()
    step = 0
    while True:
        progress(step)
        step += 1


def test_a_query_runs_on_a_reader_and_answers_on_the_ui_thread(qtbot: QtBot, tasks: Tasks) -> None:
    answers: list[tuple[str, str]] = []
    tasks.query(where).then(lambda name: answers.append((name, threading.current_thread().name)))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0][0].startswith("reader")
    assert answers[0][1] == "MainThread"


def test_a_command_is_one_named_operation_that_pages_hear_of(qtbot: QtBot, tasks: Tasks, store: Store) -> None:
    heard: list[Any] = []
    tasks.changes.connect(heard.append)
    tasks.command("新建专项行动", make.campaign).start()
    qtbot.waitUntil(lambda: bool(heard))
    assert "campaign" in heard[0].tables
    with store.read() as session:
        assert undoing.entries(session)[0].label == "新建专项行动"


def test_an_expected_failure_goes_to_its_handler(tasks_sync: SyncTasks) -> None:
    caught: list[Problem] = []
    tasks_sync.query(fail).failed(caught.append).start()
    assert [problem.code for problem in caught] == ["missing"]


def test_a_failure_without_a_handler_is_shown_by_the_window(tasks_sync: SyncTasks) -> None:
    shown: list[Problem] = []
    tasks_sync.troubled.connect(lambda problem, _job: shown.append(problem))
    tasks_sync.query(fail).start()
    assert isinstance(shown[0], Missing)


def test_a_bug_goes_to_the_hook_of_the_program(tasks_sync: SyncTasks, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, _error, _trace: taken.append(kind))

    def bug(_session: Any) -> None:
        raise ZeroDivisionError

    tasks_sync.query(bug).start()
    assert taken == [ZeroDivisionError]


def test_a_cancelled_command_leaves_nothing_behind(qtbot: QtBot, tasks: Tasks, store: Store) -> None:
    started, stopped = threading.Event(), []
    job = tasks.command("导入", slow, started=started).with_progress().cancelled(lambda: stopped.append(True)).start()
    qtbot.waitUntil(started.is_set)
    job.cancel()
    qtbot.waitUntil(lambda: bool(stopped))
    with store.read() as session:
        assert session.query(Campaign).count() == 0


def test_progress_arrives_as_one_report_per_tick(qtbot: QtBot, tasks: Tasks) -> None:
    started = threading.Event()
    reports: list[int] = []
    job = tasks.command("导入", slow, started=started).with_progress().start()
    job.progressed.connect(lambda done, _total, _note: reports.append(done))
    qtbot.waitUntil(lambda: len(reports) >= 2)
    assert reports[1] > reports[0] + 1
    with qtbot.waitSignal(job.ended):
        job.cancel()


def test_an_answer_for_a_closed_widget_is_dropped(tasks_sync: SyncTasks, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    label = QLabel(parent)
    job = tasks_sync.query(where).then(label.setText)
    label.deleteLater()
    qtbot.waitUntil(lambda: not parent.children())
    job.start()


def test_commands_run_one_after_the_other(qtbot: QtBot, tasks: Tasks) -> None:
    order: list[str] = []
    for name in ("一", "二", "三"):
        tasks.command(f"新建{name}", campaigns.create, facts={"name": name}).then(lambda _made, name=name: order.append(name)).start()
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["一", "二", "三"]


def test_busy_counts_running_writes(qtbot: QtBot, tasks: Tasks) -> None:
    counts: list[int] = []
    tasks.busy.connect(counts.append)
    tasks.command("新建专项行动", make.campaign).start()
    qtbot.waitUntil(lambda: counts == [1, 0])


def test_a_job_without_a_database_gets_no_session(tasks_sync: SyncTasks) -> None:
    answers: list[int] = []
    tasks_sync.work(lambda: 7).then(answers.append)
    tasks_sync.settle_all()
    assert answers == [7]


def test_a_job_may_read_from_a_private_copy(tasks_sync: SyncTasks, campaign_id: int) -> None:
    found: list[Any] = []
    tasks_sync.query(campaigns.units, campaign_id=campaign_id).on_snapshot().then(lambda units: found.extend(units))
    tasks_sync.settle_all()
    assert len(found) == 2
