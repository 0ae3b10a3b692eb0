"""Lets the n-th call to the disk fail, once or from then on.

Python's own calls (open, write, fsync, replace, rename, mkdir, unlink) are
wrapped; SQLite writes below Python, so its pages run out by
`PRAGMA max_page_count`, and its writes fail by a limit on the size of files
(`limited_files`, EFBIG: SQLite calls that an I/O error).
"""

from __future__ import annotations

import builtins
import io
import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

CALLS = ("fsync", "replace", "rename", "mkdir", "unlink", "remove", "rmdir")
READS = "r"


class Failing:
    """Counts the calls to the disk below some folders; the n-th fails.

    Attributes:
        seen: How many calls were made.
        kinds: What each call was: its name, and of what kind of file.
        hit: What failed first, in words; empty if none did.
    """

    def __init__(self, *folders: Path, n: int, errno: int, for_good: bool) -> None:
        """Let call number `n` fail, or every one from there; 0 lets none fail."""
        self.seen = 0
        self.kinds: list[str] = []
        self.hit = ""
        self._folders = tuple(str(folder) for folder in folders)
        self._n = n
        self._errno = errno
        self._for_good = for_good

    @contextmanager
    def running(self) -> Iterator[Failing]:
        """Wrap the calls of this block."""
        with ExitStack() as patches:
            for name in CALLS:
                patches.enter_context(mock.patch.object(os, name, self._wrapped(name, getattr(os, name))))
            for module in (io, builtins):
                patches.enter_context(mock.patch.object(module, "open", self._open))
            yield self

    def _due(self, what: str, place: object) -> None:
        self.seen += 1
        if what == "fsync":  # of a number: say of which file by what came before it
            self.kinds.append(f"fsync after {self.kinds[-1].removeprefix('fsync after ')}" if self.kinds else what)
        else:
            self.kinds.append(f"{what} {Path(str(place)).suffix.partition('-')[0]}")
        if self._n and (self.seen == self._n or (self._for_good and self.seen > self._n)):
            self.hit = self.hit or f"{what} {place}"
            raise OSError(self._errno, os.strerror(self._errno), str(place))

    def _ours(self, place: object) -> bool:
        return isinstance(place, str | os.PathLike) and str(place).startswith(self._folders)

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(first: Any, *more: Any, **named: Any) -> Any:
            # cleaning up after a failure is not made to fail: a test could not tell its leftovers from the program's
            if isinstance(first, int) or (self._ours(first) and name not in ("unlink", "remove", "rmdir")):
                self._due(name, first)
            return call(first, *more, **named)

        return counted

    def _open(self, file: Any, mode: str = "r", buffering: int = -1, *more: Any, **named: Any) -> Any:
        if not self._ours(file) or not set(mode) & set("wax+"):
            return _OPEN(file, mode, buffering, *more, **named)
        self._due("open", file)
        failing = self

        class Raw(io.FileIO):
            def write(self, data: Any) -> int:
                failing._due("write", file)
                return super().write(data)

        raw = Raw(file, mode.replace("b", "").replace("t", ""))
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *more, **named)


_OPEN = io.open


@contextmanager
def few_pages(pages: int) -> Iterator[None]:
    """Let every database connection made in this block hold so many pages at most."""
    connect = sqlite3.connect

    def limited(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    with mock.patch.object(sqlite3, "connect", limited):
        yield


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Let every write beyond so many bytes of a file fail, SQLite's too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
