"""Garbage goes on the UI thread alone."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from services import garbage
from ui.sweeping import Sweeper

MANY = 5_000


class Knot:
    """An object that holds itself, so that only the collector can free it."""

    went: list[int]

    def __init__(self, went: list[int]) -> None:
        self.itself, self.went = self, went

    def __del__(self) -> None:
        """Note the thread on which it goes."""
        self.went.append(threading.get_ident())


@pytest.fixture
def sweeper(qapp: QApplication) -> Iterator[Sweeper]:
    owner = QObject(qapp)
    yield Sweeper(owner)
    owner.deleteLater()


def tie(count: int, went: list[int]) -> None:
    for _number in range(count):
        Knot(went)


def test_a_thread_that_makes_garbage_does_not_collect_it(sweeper: Sweeper) -> None:
    went: list[int] = []
    worker = threading.Thread(target=tie, args=(MANY, went))
    worker.start()
    worker.join()
    assert went == []
    sweeper.sweep()
    assert set(went) == {threading.get_ident()}
    assert len(went) == MANY


def test_nothing_is_swept_while_rows_are_being_made(sweeper: Sweeper) -> None:
    went: list[int] = []
    tie(MANY, went)
    with garbage.held_back():
        assert sweeper.sweep() == 0
    assert went == []
    assert sweeper.sweep() > 0


def test_a_sweep_with_nothing_due_does_nothing(sweeper: Sweeper) -> None:
    gc.collect()
    assert sweeper.sweep() == 0
