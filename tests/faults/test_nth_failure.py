"""The n-th call to the disk fails, for every n: the old state or the new one.

Whatever fails, the service says it with a `Problem`; nothing else escapes, no
final file is half a file, and the next try succeeds.
"""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Campaign, Enterprise, Operation, Package
from services import attachments, backup, migrate, runs
from services.errors import DiskFull, FileTrouble, Problem, StorageTrouble
from services.exports import archive
from services.packages import printed_form
from services.packages.produce import export_form
from services.store import Store
from tests import make
from tests.faults.jobs import OPERATOR, backups_of, package_faults, use_probe_migration, whole

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="limits and wrappers of POSIX calls"),
    pytest.mark.timeout(3600),
]
if sys.platform != "win32":
    from tests.faults.failing import Failing, few_pages, limited_files

ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES)
SHORT_FOR_PACKAGE = ((errno.EIO, False), (errno.ENOSPC, True), (errno.EACCES, False))
# A failed sweep of old backups or of the folder probe is nobody's trouble; a zip that does not open for
# reading and writing is opened for writing by zipfile itself.
_SPARE = 3
ROOM_WORDS = ("盘已满", "空间不够")


@dataclass(frozen=True)
class Deed:
    """One thing the office does, and what must hold after it failed or not.

    Attributes:
        do: Does it.
        check: Asserts old state or new state; told what it said, None if it succeeded.
        costly: The short form tries one call of each kind, not the first and the last.
    """

    do: Callable[[Store], object]
    check: Callable[[Store, Problem | None], None]
    costly: bool = False


def _campaign(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Campaign.id)).first() or 0


def _export(store: Store, suffix: str) -> Deed:
    target = store.folder.root / f"名录{suffix}"
    target.write_text("旧的", encoding="utf-8")
    with store.snapshot() as session:
        printed = printed_form(session, campaign_id=_campaign(store), key="enterprises", operator=OPERATOR)

    def check(_store: Store, problem: Problem | None) -> None:
        new = problem is None or isinstance(problem, archive.NotConfirmed)
        assert (target.read_bytes() == "旧的".encode()) is not new
        target.write_text("旧的", encoding="utf-8")
        assert [path.name for path in target.parent.glob("~*")] == []

    return Deed(lambda _store: export_form(printed, target=target), check)


def _keep(store: Store) -> Deed:
    source = store.folder.root / "来表.csv"
    source.write_text("企业名称\n" * 100, encoding="utf-8")
    place = attachments.place(store.folder, attachments.digest(source))

    def check(_store: Store, problem: Problem | None) -> None:
        assert place.exists() or problem
        if place.exists():
            assert archive.sha256_of(place) == place.name
        shutil.rmtree(place.parent, ignore_errors=True)

    return Deed(lambda opened: attachments.keep(opened.folder, source), check)


def _backup(store: Store) -> Deed:
    before = len(backup.listed(store.folder))

    def check(opened: Store, problem: Problem | None) -> None:
        assert backups_of(opened.folder) == []
        listed = backup.listed(opened.folder)
        assert len(listed) in ((before, before + 1) if problem else (before + 1,))
        for one in listed[: len(listed) - before]:
            one.path.unlink()
        for path in opened.folder.backups.glob("*.json"):
            if not path.with_suffix(".sqlite").exists():
                path.unlink()
        for path in opened.folder.backups.glob("*.json.partial"):
            path.unlink()  # swept at a later start
        assert list(opened.folder.backups.glob("*.partial*")) == []

    return Deed(lambda opened: backup.make(opened, reason="手动"), check)


def _package(store: Store) -> Deed:
    target = store.folder.packages
    target.mkdir(exist_ok=True)
    campaign = _campaign(store)

    def check(opened: Store, problem: Problem | None) -> None:
        with opened.read() as session:
            frozen = set(session.scalars(select(Package.name)))
        made = [path for path in target.iterdir() if path.is_dir()]
        assert bool(made) is (problem is None)
        for folder in made:
            assert folder.name in frozen
            assert package_faults(folder) == []
            shutil.rmtree(folder)
            folder.with_name(f"{folder.name}.zip").unlink()
        assert list(target.iterdir()) == [], "something is left behind"

    return Deed(lambda opened: runs.make_package(opened, campaign_id=campaign, target=target), check, costly=True)


OPERATIONS = {
    "workbook": lambda store: _export(store, ".xlsx"),
    "pdf": lambda store: _export(store, ".pdf"),
    "original": _keep,
    "backup": _backup,
    "package": _package,
}


def _require_sentence(problem: Problem, number: int) -> None:
    said = problem.message() + problem.way_out()
    assert isinstance(problem, FileTrouble | StorageTrouble)
    assert "（" + "path" + "）" not in said
    assert len(problem.message()) > 8
    if number == errno.ENOSPC and not isinstance(problem, archive.NotConfirmed):
        assert any(words in said for words in ROOM_WORDS), f"does not say that the disk is full: {problem}"


# a zip that was never closed says so when it is collected; nobody hears it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("number", ERRORS, ids=[errno.errorcode[number] for number in ERRORS])
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_call_fails_the_state_is_old_or_new(store: Store, name: str, number: int, for_good: bool, long_form: bool) -> None:
    if name == "package" and not long_form and (number, for_good) not in SHORT_FOR_PACKAGE:
        pytest.skip("of the package the short form tries three kinds of failure")
    operation = OPERATIONS[name](store)
    counting = Failing(store.folder.root, n=0, errno=number, for_good=for_good)
    with counting.running():
        operation.do(store)
    operation.check(store, None)
    problems, hits = 0, 0
    for n in range(1, counting.seen + 1) if long_form else _short(counting.kinds, operation, ERRORS.index(number)):
        failing = Failing(store.folder.root, n=n, errno=number, for_good=for_good)
        said: Problem | None = None
        try:
            with failing.running():
                operation.do(store)
        except Problem as problem:
            said = problem
            problems += 1
            _require_sentence(problem, number)
        hits += bool(failing.hit)
        operation.check(store, said)
    sys.stdout.write(f"{name}, {errno.errorcode[number]}: {counting.seen} calls, {hits} failed, {problems} problems\n")
    assert problems >= hits - _SPARE, "a failing call was passed over"
    assert whole(store) == []


def _short(kinds: list[str], operation: Deed, turn: int) -> list[int]:
    """Return which calls fail in the short form: calls of one kind go the same road."""
    places: dict[str, list[int]] = {}
    for number, kind in enumerate(kinds, start=1):
        places.setdefault(kind, []).append(number)
    if operation.costly:  # each kind of failure meets another call of the kind
        return sorted(found[turn * (len(found) - 1) // max(1, len(ERRORS) - 1)] for found in places.values())
    return sorted({number for found in places.values() for number in (found[0], found[-1])})


def test_a_database_without_room_says_so_and_keeps_the_old_state(data: Path) -> None:
    size = (data / "data.sqlite").stat().st_size // 4096
    for pages in range(size, size + 400, 20):
        with few_pages(pages), migrate.open_store(data, operator=OPERATOR) as opened:
            before = _state(opened)
            done = _many_enterprises(opened, DiskFull)
            assert _state(opened) == (before[0] + 300 * done, before[1] + done)
            assert whole(opened) == []
        if done:
            return
    pytest.fail("it never fitted")


def test_a_database_whose_writes_fail_keeps_the_old_state(data: Path) -> None:
    size = (data / "data.sqlite").stat().st_size
    for limit in [4096, *range(8192, 200_000, 30_000), *range(size, size + 2_000_000, 100_000)]:
        with migrate.open_store(data, operator=OPERATOR) as opened:
            before = _state(opened)
            with limited_files(limit):
                done = _many_enterprises(opened, StorageTrouble)
        with migrate.open_store(data, operator=OPERATOR) as opened:
            assert _state(opened) == (before[0] + 300 * done, before[1] + done), f"limit {limit}"
            assert whole(opened) == []
        if done:
            return
    pytest.fail("it never fitted")


def test_a_migration_whose_writes_fail_leaves_the_old_schema(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = (data / "data.sqlite").stat().st_size
    monkeypatch.setattr(migrate, "HEAD", migrate.HEAD)
    monkeypatch.setattr(migrate, "MIGRATIONS", migrate.MIGRATIONS)
    head = migrate.HEAD
    for limit in [4096, 100_000, *range(size - 400_000, size + 2_000_000, 200_000)]:
        office = tmp_path / f"office-{limit}"
        shutil.copytree(data, office)
        use_probe_migration(tmp_path)
        done = True
        with limited_files(limit):
            try:
                migrate.open_store(office, operator=OPERATOR).close()
            except StorageTrouble as problem:
                done = False
                _require_sentence(problem, errno.EIO)
        migrate.HEAD = migrate.HEAD if done else head
        with migrate.open_store(office, operator=OPERATOR) as opened:
            assert whole(opened) == []
            assert backups_of(opened.folder) == []
        if done:
            return
    pytest.fail("it never fitted")


def _state(store: Store) -> tuple[int, int]:
    with store.read() as session:
        count = session.scalar(select(func.count()).select_from(Enterprise)) or 0
        return count, session.scalar(select(func.max(Operation.id))) or 0


def _many_enterprises(store: Store, problem: type[Problem]) -> bool:
    try:
        with store.write("录入三百家") as session:
            for number in range(300):
                make.enterprise(session, f"岚桥区第{number}样例厂", credit_code=None)
    except problem as refused:
        _require_sentence(refused, errno.ENOSPC if problem is DiskFull else errno.EIO)
        return False
    return True
