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
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from services.errors import missing_file
from services.imports.ahead import Ahead
from services.imports.raw import RawBook, RawSheet, Rejection, rejection

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
        process, self._process = self._process, None
        if process is None:
            return
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

    def read(self, path: Path, *, ahead: Ahead | None = None) -> RawBook | Rejection:
        """Read one file.

        Args:
            path: Any file; its content decides what it is, not its name.
            ahead: Is handed the rows as they arrive.

        Returns:
            The cells, or why the file is refused.

        Raises:
            FileMissing: There is no such file.
        """
        if not path.is_file():
            raise missing_file(path)
        used = self._process is not None
        answer, reason = self._attempt(path, ahead)
        if answer is None and used and not reason:
            # The process may have died of the file before; this one is innocent until read by a new process.
            answer, reason = self._attempt(path, ahead)
        return answer or _death(path, reason)

    def _attempt(self, path: Path, ahead: Ahead | None) -> tuple[RawBook | Rejection | None, str]:
        process = self._running()
        watch = _Watch(process, self._memory_bytes, self._wall_seconds)
        try:
            answer = self._ask(process, path, ahead)
        finally:
            reason = watch.stop()
        if answer is None:
            self.close()
        return answer, reason

    def _ask(self, process: subprocess.Popen[bytes], path: Path, ahead: Ahead | None) -> RawBook | Rejection | None:
        if process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(json.dumps({"path": str(path.absolute())}).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return None
        answer = collect(path, process.stdout, ahead)
        if isinstance(answer, Rejection) and answer.reject_code == "too_large":
            # It may still be writing rows that nobody wants.
            process.kill()
            process.wait()
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = _start()
        return self._process


class _Watch:
    """Kills the process when it takes too long or too much memory."""

    def __init__(self, process: subprocess.Popen[bytes], memory_bytes: int, wall_seconds: float) -> None:
        self._process = process
        self._memory_bytes = memory_bytes
        self._deadline = time.monotonic() + wall_seconds
        self._over = threading.Event()
        self._reason = ""
        self._thread = threading.Thread(target=self._run, name="reader-watch", daemon=True)
        self._thread.start()

    def stop(self) -> str:
        """End the watch; returns why it killed, or an empty text."""
        self._over.set()
        self._thread.join()
        return self._reason

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
    return rejection(path, "corrupt")
