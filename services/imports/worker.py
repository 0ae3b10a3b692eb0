"""One process that opens foreign files, and the reader that talks to it.

A file from outside never meets the program itself: a worker process reads it
and answers in JSON lines (never pickle). If the worker dies, runs too long or
takes too much memory, the file is refused, the worker is replaced, and
nothing else happens. In the frozen program the worker is the program itself,
started with `--reader-worker`.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psutil

from services.errors import Problem, missing_file
from services.imports.ahead import Ahead
from services.imports.raw import RawBook, RawSheet, Rejection, rejection
from services.imports.spool import Copy, Spool

WORKER_FLAG = "--reader-worker"
MEMORY_BYTES = 1 << 30
WALL_SECONDS = 60.0
_BYTES_KEPT = 256 * 1024 * 1024
_WATCH_SECONDS = 0.1
_KEPT_ENVIRONMENT = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


class Reader:
    """Reads foreign files in a worker process; use as a context manager.

    Example:
        with Reader() as reader:
            book = reader.read(path)
    """

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES, wall_seconds: float = WALL_SECONDS) -> None:
        """Set the limits; the process starts with the first file."""
        self._memory_bytes = memory_bytes
        self._wall_seconds = wall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: _Watch | None = None
        self._spool = Spool()
        self._copy: Copy | None = None
        self._asked: Copy | None = None
        self._following: Path | None = None

    @property
    def process_id(self) -> int | None:
        """Process id of the running worker, None before the first file."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Reader:
        """Return the reader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the worker process."""
        self.close()

    def close(self) -> None:
        """End the worker process; reading again would start a new one."""
        self._end()
        self._spool.close()

    def _end(self) -> None:
        process, self._process, asked, self._asked = self._process, None, self._asked, None
        if asked is not None and asked is not self._copy:
            self._spool.drop(asked)
        if process is None:
            return
        if self._watch is not None:
            self._watch.end()
        if asked is not None:
            process.kill()  # it may be full of rows that nobody takes
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    def read(self, path: Path, *, ahead: Ahead | None = None, following: Path | None = None) -> RawBook | Rejection:
        """Read one file.

        Args:
            path: Any file; its content decides what it is, not its name.
            ahead: Is handed the rows as they arrive.
            following: The file that is read next; the worker goes on with it while this one is understood.

        Returns:
            The cells, or why the file is refused.

        Raises:
            FileMissing: There is no such file.
        """
        asked = self._asked
        if asked is not None and (asked.original != path or not path.is_file()):
            self._end()  # what it is about to say is of another file
        if not path.is_file():
            raise missing_file(path)
        self._copy = self._asked or self._spool.take(path)
        if self._copy is None:
            return rejection(path, "corrupt")
        self._following = following
        try:
            answer = self._answer(path, ahead)
        finally:
            self._spool.drop(self._copy)
        if isinstance(answer, RawBook):
            answer.sha256 = self._copy.sha256
        return answer

    def _answer(self, path: Path, ahead: Ahead | None) -> RawBook | Rejection:
        used = self._process is not None
        answer, reason = self._attempt(path, ahead)
        if answer is None and used and not reason:
            # The process may have died of the file before; this one is innocent until read by a new process.
            answer, reason = self._attempt(path, ahead)
        return answer or _death(path, reason)

    def _attempt(self, path: Path, ahead: Ahead | None) -> tuple[RawBook | Rejection | None, str]:
        process, watch = self._running()
        watch.hurry(self._wall_seconds)
        try:
            answer = self._ask(process, path, ahead)
        finally:
            reason = watch.leave()
        if answer is None:
            self._end()
        return answer, reason

    def _ask(self, process: subprocess.Popen[bytes], path: Path, ahead: Ahead | None) -> RawBook | Rejection | None:
        if process.stdin is None or process.stdout is None or self._copy is None:
            return None
        asked, self._asked = self._asked, None
        try:
            if asked is not self._copy:
                _request(process.stdin, self._copy)
            if self._following is not None:
                with contextlib.suppress(Problem):  # its own reading will say it
                    self._asked = self._spool.take(self._following) if self._following.is_file() else None
            if self._asked is not None:
                _request(process.stdin, self._asked)
        except OSError:
            return None
        answer = collect(path, process.stdout, ahead)
        if isinstance(answer, Rejection) and answer.reject_code == "too_large":
            # It may still be writing rows that nobody wants.
            process.kill()
            process.wait()
        return answer

    def _running(self) -> tuple[subprocess.Popen[bytes], _Watch]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None or self._watch is None:
            self._process = _start()
            self._watch = _Watch(self._process, self._memory_bytes)
        return self._process, self._watch


class _Watch:
    """Kills the process when it takes too long or too much memory.

    One thread for the life of the process: to start one for each file costs
    more than to read a small file. Time is limited while somebody waits for
    an answer, memory always.
    """

    def __init__(self, process: subprocess.Popen[bytes], memory_bytes: int) -> None:
        self._process = process
        self._memory_bytes = memory_bytes
        self._deadline = math.inf
        self._over = threading.Event()
        self._reason = ""
        self._thread = threading.Thread(target=self._run, name="reader-watch", daemon=True)
        self._thread.start()

    def hurry(self, seconds: float) -> None:
        """Begin to wait for an answer."""
        self._deadline = time.monotonic() + seconds

    def leave(self) -> str:
        """Wait no longer; returns why it killed, or an empty text."""
        self._deadline = math.inf
        return self._reason

    def end(self) -> None:
        """End the watch."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            worker = psutil.Process(self._process.pid)
            while not self._over.wait(_WATCH_SECONDS):
                if worker.memory_info().rss > self._memory_bytes:
                    self._reason = f"读取时占用内存超过 {self._memory_bytes >> 20} MB"
                elif time.monotonic() > self._deadline:
                    self._reason = "规定时间内读不完"
                if self._reason:
                    self._process.kill()
                    return
        except psutil.NoSuchProcess:
            return


def command() -> list[str]:
    """Return the command line that starts a worker."""
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_FLAG]
    return [sys.executable, "-s", "-X", "utf8", "-m", "services.imports.foreign"]


def _start() -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    # Only what a process needs to live: nothing from the user's environment reaches a reader of foreign files.
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    if not getattr(sys, "frozen", False):
        environment["PYTHONPATH"] = str(root)
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        creationflags=hidden,
        bufsize=1 << 20,
    )


def _request(stream: IO[bytes], copy: Copy) -> None:
    stream.write(json.dumps({"path": str(copy.path.absolute())}).encode() + b"\n")
    stream.flush()


def collect(path: Path, stream: Iterable[bytes], ahead: Ahead | None = None) -> RawBook | Rejection | None:
    """Put the worker's lines together.

    Args:
        path: The file they are about.
        stream: The lines.
        ahead: Is handed the rows as they arrive.

    Returns:
        The book or the refusal; None if the lines end too early.
    """
    book, complete = RawBook(path, ""), False
    lines: list[bytes] = []
    kept = 0
    for line in stream:
        # A row starts with its number; everything else is an object with a name.
        if line[:1] == b"[":
            lines.append(line)
            kept += len(line)
            if kept > _BYTES_KEPT:
                return rejection(path, "too_large", f"内容超过 {_BYTES_KEPT >> 20} MB")
            if ahead is not None:
                ahead.take(line)
            continue
        try:
            event = json.loads(line)
        except ValueError:
            break
        if event["is"] == "sheet":
            lines = []
            sheet = RawSheet(event["name"], event["hidden"], event["formats"], frozenset(event["strikes"]), lines=lines)
            book.sheets.append(sheet)
            if ahead is not None:
                ahead.begin(book, sheet)
        elif event["is"] == "end":
            _finish_sheet(book.sheets[-1], event)
        elif event["is"] == "book":
            book.kind, book.date1904 = event["kind"], event["date1904"]
        elif event["is"] == "read":
            book.non_empty, complete = event["non_empty"], True
        elif event["is"] == "done":
            book.non_empty, book.warnings = event["non_empty"], event["warnings"]
            return book
        elif event["is"] == "refused":
            return rejection(path, event["reject_code"], event["limit"])
    return book if complete else None


def _finish_sheet(sheet: RawSheet, event: dict[str, Any]) -> None:
    sheet.merges = [(top, left, bottom, right) for top, left, bottom, right in event["merges"]]
    sheet.hidden_columns = [(first, last) for first, last in event["hidden_columns"]]
    sheet.comments = {(row, col): text for row, col, text in event["comments"]}
    sheet.above = event["above"]
    sheet.non_empty = event["non_empty"]
    if not event["sorted"]:
        sheet.decoded.clear()
        sheet.lines.sort(key=lambda line: int(line[1 : line.index(b",")]))


def _death(path: Path, reason: str) -> Rejection:
    if reason:
        return rejection(path, "too_large", reason)
    return Rejection(path, "corrupt", f"文件“{path.name}”异常，已隔离。请让对方在 WPS 中打开后另存为 xlsx 再发。")
