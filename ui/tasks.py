"""The only door from the window to the services: work off the UI thread.

Two verbs, `query` (reads) and `command` (one named write), and a third for
work without a database (`work`: reading a dropped file). Modifiers chain:

    tasks.query(findings.overdue, campaign_id=3).then(self.show)
    tasks.command("导入附件1", apply.import_rows, rows=rows).with_progress().then(self.done)

A job starts by itself on the next turn of the event loop, so modifiers always
come in time; `start()` starts it now. One thread writes, two read. The worker
posts its answer through one queued signal; handlers run on the UI thread and
are dropped if their widget is gone. Every commit anywhere in this process is
announced as `Tasks.changes`, and pages refresh from that alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from threading import Event
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from services.errors import Problem, ReasonNeeded
from services.progress import Cancelled
from ui.progress_view import ProgressView

Opener = Callable[[], AbstractContextManager[Any]]
PROGRESS_TICK_MS = 100
NOTICED, GIVEN = "decisive", "reason"  # as in `services.reasons`


class Gateway(Protocol):
    """What `Tasks` needs of a Store."""

    def read(self) -> AbstractContextManager[Any]:
        """Open a session that only reads."""

    def write(self, label: str) -> AbstractContextManager[Any]:
        """Open the session of one named user action."""

    def snapshot(self) -> AbstractContextManager[Any]:
        """Open a session over a private copy."""

    def subscribe(self, listener: Callable[[Any], None]) -> Any:
        """Call the listener after every commit."""


class Meter:
    """Shared between a job and its worker: latest progress, wish to stop.

    Holds no Qt object, so the worker thread never destroys one.
    """

    def __init__(self) -> None:
        """Start at nothing, not stopped."""
        self.latest: tuple[int, int | None, str] = (0, None, "")
        self.stop = Event()

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Take a report from the service.

        Raises:
            Cancelled: The user wants to stop.
        """
        self.latest = (done, total, note)
        if self.stop.is_set():
            raise Cancelled


class Job(QObject):
    """One call of a service, owned by `Tasks` until it is done.

    Attributes:
        label: What the user did, in words; "" for plain reads.
        title: What it is called while it runs: the label, or what `with_progress` was given.
        writes: The job changes data.
        quiet: Nobody is told of it: no saving sign, no question at closing.
        meter: Progress and cancellation.
        started: Handed to a thread.
        reason: Why a decisive value is changed; None if nobody was asked.
    Signals:
        progressed: (done, total or None, note), at most every 100 ms.
        ended: The job is over, whatever became of it.
    """

    progressed = Signal(int, object, str)
    ended = Signal()

    def __init__(self, tasks: Tasks, label: str, call: Callable[..., Any], opener: Opener | None) -> None:
        """Prepare a job; `Tasks` makes them."""
        super().__init__(tasks)
        self.label = label
        self.title = label
        self.writes = False
        self.quiet = False
        self.meter = Meter()
        self.initiator: QWidget | None = None
        self._tasks = tasks
        self._call = call
        self._opener = opener
        self._reports = self._hidden = False
        self._then: list[Callable[[Any], object]] = []
        self._failed: list[Callable[[Problem], object]] = []
        self._cancelled: list[Callable[[], object]] = []
        self.started = False
        self.reason: str | None = None

    def with_progress(self, title: str = "") -> Job:
        """Pass `progress=` to the service and show it once it takes over 0.6 s."""
        self._reports, self.title = True, title or self.label
        return self

    def quietly(self) -> Job:
        """Write without a word: for drafts, which are no change of the office's data."""
        self.quiet = True
        return self

    def on_snapshot(self) -> Job:
        """Read from a private copy: for packages, exports, whole-campaign checks."""
        self._opener = self._tasks.store.snapshot
        return self

    def in_background(self) -> Job:
        """Pass `progress=` to the service, so that it can be stopped, and show nothing."""
        self._reports, self._hidden = True, True
        return self

    @property
    def shows(self) -> bool:
        """Whether it is long work that the user asked for and watches."""
        return self._reports and not self._hidden

    def opened_by(self, opener: Opener) -> Job:
        """Open the session another way: a write that is backed up first."""
        self._opener = opener
        return self

    def then(self, handler: Callable[[Any], object]) -> Job:
        """Call a handler with the result, on the UI thread."""
        self._then.append(handler)
        return self

    def failed(self, handler: Callable[[Problem], object]) -> Job:
        """Call a handler with an expected failure instead of the dialog."""
        self._failed.append(handler)
        return self

    def cancelled(self, handler: Callable[[], object]) -> Job:
        """Call a handler when the user stopped the job."""
        self._cancelled.append(handler)
        return self

    @property
    def matters(self) -> bool:
        """Whether stopping it now would lose work: a write, or a long job with progress."""
        return not self.quiet and (self.writes or self.shows)

    def start(self, initiator: QWidget | None = None) -> Job:
        """Start now; dialogs about it belong to the initiator's window."""
        self.initiator = initiator or self.initiator
        if not self.started:
            self.started = True
            self._tasks.submit(self)
            if self.shows and self in self._tasks.running:  # over at once, or refused: nothing to watch
                ProgressView.watch(self, self.title, modal=self.writes)
        return self

    def cancel(self) -> None:
        """Ask the service to stop at its next report; nothing half-done stays."""
        self.meter.stop.set()

    def again(self, reason: str) -> Job:
        """Run the same once more, with the reason that was missing."""
        other = Job(self._tasks, self.label, self._call, self._opener)
        other.title, other.writes, other.reason = self.title, self.writes, reason
        other._reports, other._hidden = self._reports, self._hidden
        other._then, other._failed, other._cancelled = self._then, self._failed, self._cancelled
        return other.start(self.initiator)

    def refuse(self, problem: Problem) -> None:
        """Hand an expected failure to its handlers."""
        for failed in list(filter(_alive, self._failed)):
            failed(problem)

    def bound(self) -> Callable[[], Any]:
        """Return the call for the worker: plain data only, no Qt object in it."""
        call = partial(self._call, progress=self.meter) if self._reports else self._call
        return partial(_work, self._opener, call, self.meter, self.reason)

    def tick(self) -> None:
        """Hand the latest progress to whoever shows it."""
        self.progressed.emit(*self.meter.latest)

    def settle(self, future: Future[Any]) -> None:
        """Call the handlers that fit what became of the work."""
        error = None if future.cancelled() else future.exception()
        if future.cancelled() or isinstance(error, Cancelled):
            for stopped in filter(_alive, self._cancelled):
                stopped()
            if self.title and not self.quiet:
                self._tasks.stopped.emit(self)
        elif error is None:
            result = future.result()
            for handler in filter(_alive, self._then):
                handler(result)
        elif isinstance(error, ReasonNeeded) and self._tasks.ask_reason is not None:
            self._tasks.ask_reason(error, self)
        elif isinstance(error, Problem):
            self.refuse(error)
            if not self._failed:
                self._tasks.troubled.emit(error, self)
        else:
            sys.excepthook(type(error), error, error.__traceback__)


class Tasks(QObject):
    """Runs services off the UI thread and tells pages what has changed.

    Attributes:
        ask_reason: Asks for a reason that a job needs, then runs it `again`, or refuses it.

    Signals:
        changes: A `Changes` of the store, after a commit, on the UI thread.
        troubled: (Problem, Job) that no handler took; the window shows it.
        busy: Number of running writes; 0 means all is saved.
        stopped: (Job) was cancelled by the user.
        ending: The program closes; what is typed and not kept is asked for.
    """

    changes = Signal(object)
    troubled = Signal(object, object)
    stopped = Signal(object)
    ending = Signal()
    busy = Signal(int)
    _announced = Signal(object)
    _landed = Signal(int, object)

    def __init__(self, store: Gateway, parent: QObject | None = None) -> None:
        """Open the threads and listen to the store."""
        super().__init__(parent)
        self.store = store
        self._writer, self._readers = self._executors()
        self._jobs: dict[int, Job] = {}
        self._number = 0
        self._writes = 0
        self._closed = False
        self.ask_reason: Callable[[ReasonNeeded, Job], object] | None = None
        self._announced.connect(self.changes, Qt.ConnectionType.QueuedConnection)
        self._landed.connect(self._settle, self._delivery())
        store.subscribe(self._announced.emit)
        self._timer = QTimer(self)
        self._timer.setInterval(PROGRESS_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def query(self, service: Callable[..., Any], /, **arguments: Any) -> Job:
        """Call a service with a reading session."""
        return self._made("", partial(service, **arguments), self.store.read)

    def command(self, label: str, service: Callable[..., Any], /, **arguments: Any) -> Job:
        """Call a service in one write, named as the user would name it."""
        job = self._made(label, partial(service, **arguments), partial(self.store.write, label))
        job.writes = True
        return job

    def work(self, function: Callable[..., Any], /, **arguments: Any) -> Job:
        """Call a function that needs no database (it gets no session)."""
        return self._made("", partial(function, **arguments), None)

    @property
    def running(self) -> tuple[Job, ...]:
        """Jobs that are not over yet."""
        return tuple(self._jobs.values())

    def submit(self, job: Job) -> None:
        """Hand a job to its thread; nothing starts once the program closes."""
        if self._closed:
            return
        self._number += 1
        number = self._number
        self._jobs[number] = job
        if job.writes and not job.quiet:
            self._writes += 1
            self.busy.emit(self._writes)
        self._timer.start()
        future = (self._writer if job.writes else self._readers).submit(job.bound())
        future.add_done_callback(partial(_post, self._landed.emit, number))

    def shutdown(self) -> None:
        """Stop everything and wait for the threads; for the end of the program.

        What was typed and not saved is still kept: quiet jobs run to their end.
        """
        if self._closed:
            return
        self.ending.emit()
        self._closed = True
        for job in self.running:
            if not job.quiet:
                job.cancel()
        for executor in (self._readers, self._writer):
            executor.shutdown(wait=True)
        self._timer.stop()

    def _executors(self) -> tuple[Executor, Executor]:
        return ThreadPoolExecutor(1, "writer"), ThreadPoolExecutor(2, "reader")

    def _delivery(self) -> Qt.ConnectionType:
        return Qt.ConnectionType.QueuedConnection

    def _made(self, label: str, call: Callable[..., Any], opener: Opener | None) -> Job:
        job = Job(self, label, call, opener)
        QTimer.singleShot(0, job, job.start)
        return job

    def _settle(self, number: int, future: Future[Any]) -> None:
        job = self._jobs.pop(number)
        if job.writes and not job.quiet:
            self._writes -= 1
            self.busy.emit(self._writes)
        if not self._jobs:
            self._timer.stop()
        try:
            job.settle(future)
        finally:
            job.ended.emit()
            job.deleteLater()

    def _tick(self) -> None:
        for job in self.running:
            job.tick()


class SyncTasks(Tasks):
    """Tasks without threads, for tests: a job is over when `start` returns.

    Jobs that were not started by hand run at `settle_all`.
    """

    def settle_all(self) -> None:
        """Run every job that waits, and those that they start in turn."""
        while waiting := [job for job in self.findChildren(Job) if not job.started]:
            for job in waiting:
                job.start()

    def _executors(self) -> tuple[Executor, Executor]:
        return _Inline(), _Inline()

    def _delivery(self) -> Qt.ConnectionType:
        return Qt.ConnectionType.DirectConnection


class _Inline(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a Future carries whatever was raised, as the real executors do
            future.set_exception(error)
        return future


def _work(opener: Opener | None, call: Callable[..., Any], meter: Meter, reason: str | None) -> Any:
    if meter.stop.is_set():
        raise Cancelled
    if opener is None:
        return call()
    with opener() as session:
        if reason:
            session.info[GIVEN] = reason  # a service that asks by itself finds it there
        result = call(session)
        if reason or getattr(session, "info", {}).get(NOTICED):
            from services import reasons  # noqa: PLC0415 - with it comes SQLAlchemy, which the first paint does without

            reasons.require(session, reason=reason)
        return result


def _post(emit: Callable[[int, Future[Any]], None], number: int, future: Future[Any]) -> None:
    emit(number, future)


def _alive(handler: Callable[..., object]) -> bool:
    """Tell whether the widget behind a handler still exists."""
    target = getattr(handler, "func", handler)
    owner = getattr(target, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
