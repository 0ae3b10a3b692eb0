"""A dressed application, a real store, and tasks with and without threads."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from services import clock
from services.store import Store
from tests import make
from tests.ui.clipping import LAPTOP
from ui import scenes, sheet
from ui.pages.page import Desk
from ui.scenes import Stage
from ui.tasks import SyncTasks, Tasks


@pytest.fixture(autouse=True)
def swept_between_tests(qapp: QApplication) -> Iterator[None]:
    """Keep the collector off the threads, as `ui.sweeping` does; the harness collects after each test."""
    assert qapp is not None
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Dress the application in the light theme."""
    sheet.apply(qapp, "light")


@pytest.fixture
def campaign_id(store: Store) -> int:
    """Return a campaign with three seconded people."""
    with store.write("新建专项行动") as session:
        made = make.campaign(session)
        for number, name in enumerate(("周砚秋", "贺启航", "丁海波")):
            make.person(session, made, name, cert_no=f"9903020000{number}", phone=f"1990000000{number}")
    return made


@pytest.fixture
def tasks(store: Store) -> Iterator[Tasks]:
    """Return tasks with their threads."""
    made = Tasks(store)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def tasks_sync(store: Store) -> Iterator[SyncTasks]:
    """Return tasks that are over when they return; `settle_all` runs the waiting ones."""
    made = SyncTasks(store)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def desk(tasks_sync: SyncTasks) -> Desk:
    """Return what a page stands at, with tasks that are over when they return."""
    return Desk(tasks_sync, tasks_sync)


@pytest.fixture
def asked(desk: Desk) -> list[tuple[str, object]]:
    """Return a list that gets every page and target that the desk is asked to go to."""
    heard: list[tuple[str, object]] = []
    desk.go_asked.connect(lambda page, target: heard.append((page, target)))
    return heard


@pytest.fixture(scope="session")
def demo(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the sample campaign, to be copied."""
    QSettings().clear()
    sheet.apply(qapp, "light")
    folder = tmp_path_factory.mktemp("demo")
    with scenes.stage(folder, LAPTOP, demo=True):
        pass
    clock.set_demo_date(None)
    return folder


@pytest.fixture
def stage(request: pytest.FixtureRequest, qapp: QApplication, tmp_path: Path) -> Iterator[Stage]:
    """Return a window at a text size, with the sample campaign or with nothing: (scale, filled)."""
    scale, filled = request.param
    folder = tmp_path / "data"
    if filled:
        shutil.copytree(request.getfixturevalue("demo"), folder)
    sheet.apply(qapp, "light", scale=scale)
    with scenes.stage(folder, LAPTOP, demo=filled) as made:
        yield made
    qapp.processEvents()
    gc.collect()
    sheet.apply(qapp, "light")
