"""A store that is opened after the window was painted.

The window shows its frame before SQLAlchemy is even imported. Whoever asks
for data meanwhile waits on his own thread until the store is there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from typing import Any

from services import logs
from services.errors import RESCUED, Problem


class NotOpen(Problem):
    """The data are not open; the window is closing or could not open them."""

    code = "not_open"
    template = "数据还没有打开。"
    mend = "关闭窗口后重新打开程序。"


def why_only_looking(holder: str) -> str:
    """Return why nothing can be changed, and what to do about it."""
    if holder == RESCUED:
        return "只读打开：能看、能导出；到“设置”里恢复一份备份后才能改"
    return f"只能看：数据正由 {holder} 打开"


class LateStore:
    """Stands for the store until it is attached, and may be given another one.

    Attributes:
        present: The open store, or None.
    """

    def __init__(self) -> None:
        """Start without a store."""
        self.present: Any = None
        self._latest: Any = None
        self._here = Event()
        self._listeners: list[Callable[[Any], None]] = []
        self._log: logging.Handler | None = None

    def attach(self, store: Any) -> None:
        """Use this store from now on; the one before is closed."""
        before, self.present = self.present, store
        self._latest = store
        for listener in self._listeners:
            store.subscribe(listener)
        self._here.set()
        self._log_into(store)
        if before is not None:
            before.close()

    @property
    def operator(self) -> str | None:
        """Who is working, as the open store has it."""
        name: str | None = self._known().operator
        return name

    @operator.setter
    def operator(self, name: str | None) -> None:
        """Say who works from now on."""
        self._known().operator = name

    def let_go(self) -> None:
        """Close the store; whoever asks for data waits until one is attached."""
        self._here.clear()
        self._log_into(None)
        before, self.present = self.present, None
        if before is not None:
            before.close()

    def close(self) -> None:
        """Close the store and let nobody wait any longer."""
        self._log_into(None)
        if self.present is not None:
            self.present.close()
            self.present = None
        self._here.set()

    def subscribe(self, listener: Callable[[Any], None]) -> None:
        """Announce changes of every store that will be attached."""
        self._listeners.append(listener)
        if self.present is not None:
            self.present.subscribe(listener)

    def read(self) -> AbstractContextManager[Any]:
        """Open a short read, once the store is there."""
        reading: AbstractContextManager[Any] = self._store().read()
        return reading

    def write(self, label: str) -> AbstractContextManager[Any]:
        """Open a write, once the store is there."""
        writing: AbstractContextManager[Any] = self._store().write(label)
        return writing

    def snapshot(self) -> AbstractContextManager[Any]:
        """Open a snapshot, once the store is there."""
        taken: AbstractContextManager[Any] = self._store().snapshot()
        return taken

    def __getattr__(self, name: str) -> Any:
        """Hand on everything else to the store that was here last."""
        return getattr(self._known(), name)

    def _known(self) -> Any:
        # The UI thread asks where the data lie and whether they may be changed; it never waits while they are let go.
        return self._latest if self._latest is not None else self._store()

    def _log_into(self, store: Any) -> None:
        """Write the log where the data lie; None closes it, so that the folder may be moved."""
        if self._log is not None:
            logs.take_down(self._log)
        self._log = logs.set_up(store.folder) if store is not None else None

    def _store(self) -> Any:
        self._here.wait()
        if self.present is None:
            raise NotOpen
        return self.present
