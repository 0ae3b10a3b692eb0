"""Kills a working process at random points and has a fresh one look after it.

`python -m tests.faults.killing JOB --base FOLDER --work FOLDER --points N
--seed S` loads the program once and forks a worker for every point; the
worker says each completed operation through a pipe. It dies in one of four ways, in
turn:

- *time*: SIGKILL from outside after a random delay;
- *file*: SIGKILL by itself before a random file operation;
- *statement*: likewise before a random SQL statement;
- *commit*: an alarm nobody handles, armed for a random fraction of a
  millisecond when the n-th COMMIT (or `backup`, or `replace`) begins.

Then another fork opens the folder as the next start would and returns what is
wrong. The last line of the output is the summary as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services import dbfile

Said = dict[str, Any]
Say = Callable[[Said], None]

WAYS = ("time", "file", "commit", "statement")
_FILE_CALLS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
_COMMIT = (-5.0, -2.3)  # powers of ten of a second: a commit takes from some hundredths of a millisecond to several
_LONGEST_LIFE = 20.0


@dataclass(frozen=True)
class Job:
    """Work that is done again and again, and what must hold after its death.

    Attributes:
        work: Works in the folder until it is killed; says each completed operation.
        check: Opens the folder as the next start would; returns what is wrong.
        prepare: Makes the folder from the base before the first point.
        points_per_folder: After so many points a new folder is made.
        operations: Death is thrown over a life of so many operations.
    """

    work: Callable[[Path, Say], None]
    check: Callable[[Path, list[Said], Said], list[str]]
    prepare: Callable[[Path, Path], None]
    points_per_folder: int = 10
    operations: int = 2


@dataclass
class Death:
    """When and how one worker dies.

    Attributes:
        way: One of `WAYS`.
        at: Seconds after the start, or number of the operation, statement or commit.
        after: Seconds after that commit began.
    """

    way: str
    at: float
    after: float = 0.0


@dataclass
class Trial:
    """Counts over all points."""

    points: int = 0
    acknowledged: int = 0
    hot_journals: int = 0
    slowest_start: float = 0.0
    survived: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Counting:
    """Counts file operations, statements and commits of this process.

    Attributes:
        seen: How many of each.
    """

    def __init__(self, death: Death | None, folder: Path) -> None:
        """Watch this process from now on; `death` None only counts."""
        self.seen: Counter[str] = Counter()
        self._death = death
        self._folder = str(folder)
        sys.addaudithook(self._heard)
        for name in ("fsync", "replace"):
            setattr(os, name, self._wrapped(getattr(os, name)))
        connect = sqlite3.connect

        def traced(*given: Any, **named: Any) -> sqlite3.Connection:
            self._count("commit")  # a connection is what a backup begins with
            connection: sqlite3.Connection = connect(*given, **named)
            connection.set_trace_callback(self._statement)
            return connection

        sqlite3.connect = traced  # type: ignore[assignment]

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self._count("file")
            self._count("commit")
            return function(*given, **named)

        return counted

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_CALLS and str(arguments[0]).startswith(self._folder):
            self._count("file")

    def _statement(self, text: str) -> None:
        self._count("statement")
        if text.startswith("COMMIT"):
            self._count("commit")

    def _count(self, what: str) -> None:
        self.seen[what] += 1
        if self._death is None or self._death.way != what or self.seen[what] != self._death.at:
            return
        if what == "commit":
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, self._death.after))
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def run(job: Job, *, base: Path, work: Path, points: int, seed: int) -> Trial:
    """Kill the job at so many points; return what was seen."""
    dice, trial = random.Random(seed), Trial()
    span = _measure(job, base, work / "measure")
    folder, told, left = Path(), list[Said](), set[Path]()
    for number in range(points):
        if number % job.points_per_folder == 0:
            folder, told, left = work / f"folder-{number}", [], set()
            job.prepare(base, folder)
        death = _death(dice, WAYS[number % len(WAYS)], span)
        said, died = _work(job, folder, death, longest=3 * span.seconds + 1)
        told += [one for one in said if "error" not in one and "up" not in one]
        trial.wrong += [f"point {number}: {one['error']}" for one in said if "error" in one]
        trial.points += 1
        trial.survived += not died
        trial.ways[death.way] += 1
        trial.acknowledged = trial.acknowledged + sum("ack" in one for one in said)
        trial.hot_journals += any(dbfile.has_hot_journal(path) for path in folder.rglob("data.sqlite"))
        present = _leftovers(folder)
        trial.seen["files left half-written"] += len(present - left)
        left = present
        facts, wrong = _check(job, folder, told)
        trial.slowest_start = max(trial.slowest_start, facts.get("start", 0.0))
        trial.seen.update({key: value for key, value in facts.items() if key != "start"})
        trial.wrong += [f"point {number} ({death}): {one}" for one in wrong]
    return trial


@dataclass
class _Span:
    seconds: float
    seen: dict[str, int]


def _measure(job: Job, base: Path, folder: Path) -> _Span:
    """How long one operation takes and how many calls it makes."""
    job.prepare(base, folder)
    started = time.perf_counter()
    said, _died = _work(job, folder, None, operations=job.operations, longest=6 * _LONGEST_LIFE)
    counted = [one["counted"] for one in said if "counted" in one]
    if not counted:
        raise RuntimeError(f"the job does not work undisturbed: {said}")
    return _Span(time.perf_counter() - started, counted[-1])


def _death(dice: random.Random, way: str, span: _Span) -> Death:
    if way == "time":
        return Death(way, dice.uniform(0.0, 1.5 * span.seconds))
    at = dice.randint(1, max(1, span.seen.get(way, 1)))
    return Death(way, at, 10 ** dice.uniform(*_COMMIT) if way == "commit" else 0.0)


def _work(
    job: Job, folder: Path, death: Death | None, *, operations: int | None = None, longest: float = _LONGEST_LIFE
) -> tuple[list[Said], bool]:
    """Fork a worker, let it die, return what it said and whether it was killed.

    A worker whose moment does not come (a call fewer than measured) is killed after `longest` seconds.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_worker(job, folder, death, writing, operations)
    os.close(writing)
    waits = death.at if death and death.way == "time" else longest
    heard, until = b"", time.monotonic() + waits
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)  # not waited for yet, so the number is still the child's
            until = time.monotonic() + _LONGEST_LIFE
        elif piece := os.read(reading, 1 << 16):
            heard += piece
        else:
            break
    os.close(reading)
    _pid, status = os.waitpid(child, 0)
    # the last line may have been cut off by the death: it was not heard
    return [json.loads(line) for line in heard.split(b"\n")[:-1]], os.WIFSIGNALED(status)


class _Enough(Exception):
    """The worker has done as many operations as it was asked for."""


def _be_worker(job: Job, folder: Path, death: Death | None, pipe: int, operations: int | None) -> None:
    done = 0
    counting = Counting(death, folder)

    def say(said: Said) -> None:
        nonlocal done
        _tell(pipe, said)
        done += "ack" in said
        if operations is not None and done >= operations:
            raise _Enough

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        job.work(folder, say)
    except _Enough:
        _tell(pipe, {"counted": counting.seen})
    except BaseException:  # noqa: BLE001 - whatever it is, it is told, and the fork ends here
        _tell(pipe, {"error": traceback.format_exc()})
    os._exit(0)


def _check(job: Job, folder: Path, told: list[Said]) -> tuple[Said, list[str]]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        facts: Said = {}
        try:
            wrong = job.check(folder, told, facts)
        except BaseException:  # noqa: BLE001 - a check that fails is a finding
            wrong = [traceback.format_exc()]
        _tell(writing, {"facts": facts, "wrong": wrong})
        os._exit(0)
    os.close(writing)
    heard = b""
    while piece := os.read(reading, 1 << 16):
        heard += piece
    os.close(reading)
    os.waitpid(child, 0)
    answer = json.loads(heard)
    return answer["facts"], answer["wrong"]


def _tell(pipe: int, said: Said) -> None:
    data = json.dumps(said, ensure_ascii=False).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def _leftovers(folder: Path) -> set[Path]:
    """What dead workers left half-written: proof that they died in the middle."""
    return {path for path in folder.rglob("*") if path.is_file() and (".partial" in path.name or path.name.startswith("~"))}


def main() -> int:
    """Run one job as the command line says and print the summary."""
    from tests.faults.jobs import JOBS  # noqa: PLC0415 - jobs import this module

    parser = argparse.ArgumentParser(description="Kill a worker at random points.")
    parser.add_argument("job", choices=sorted(JOBS))
    for name in ("base", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--points", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    trial = run(JOBS[given.job], base=given.base, work=given.work, points=given.points, seed=given.seed)
    sys.stdout.write(json.dumps({"job": given.job, "seed": given.seed, **vars(trial)}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
