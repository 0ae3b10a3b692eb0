"""A really full disk: old state intact, the right sentence, no bad backup.

A file system of 24 MB is filled until so many KB are left; the early refusal
below 64 MB is taken out, so that the real end of the disk is met at every
point of the work.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Campaign, Enterprise, Package
from services import backup, migrate, runs
from services.errors import Problem
from services.store import Store
from tests.faults.jobs import OPERATOR, backups_of, opened, package_faults, use_probe_migration, whole

KILOBYTE = 1024
ROOM_WORDS = ("盘已满", "空间不够")
SHORT, LONG = 7, 50

pytestmark = [pytest.mark.timeout(3600), pytest.mark.usefixtures("no_early_refusal")]


@pytest.fixture
def no_early_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step begin, however little room there is."""

    def begin_anyway(folder: Path, *, wanted_bytes: int = 0) -> None:
        assert folder is not None
        assert wanted_bytes >= 0

    for name, module in list(sys.modules.items()):
        if name.startswith("services.") and hasattr(module, "require_space"):
            monkeypatch.setattr(module, "require_space", begin_anyway)


@pytest.fixture
def little_room(small_disk: Path, office: Path) -> Callable[[int], Path]:
    """Return how to get a fresh data folder with so many KB left on its disk."""

    def leave(kilobytes: int) -> Path:
        for path in small_disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        data = Path(shutil.copytree(office, small_disk / "data"))
        free = shutil.disk_usage(small_disk).free - kilobytes * KILOBYTE
        with (small_disk / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, free))
        return data

    return leave


def _sizes(long_form: bool, most: int) -> Iterator[int]:
    count = LONG if long_form else SHORT
    # dense where little is left
    yield from (int(most * (number / count) ** 2) for number in range(count + 1))


def _require_full(problem: Problem) -> None:
    said = problem.message() + problem.way_out()
    assert any(words in said for words in ROOM_WORDS), f"does not say that the disk is full: {problem}"


def _campaign(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Campaign.id)).first() or 0


def _enterprises(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Enterprise)) or 0


def _swept(work: Callable[[int], bool], sizes: Iterator[int]) -> None:
    done = [work(size) for size in sizes]
    assert not all(done), "there was always room: nothing was tried"
    assert done[-1], "there was never room: the largest size must succeed"


def test_an_import_on_a_full_disk_leaves_the_old_state(little_room: Callable[[int], Path], tmp_path: Path, long_form: bool) -> None:
    path = tmp_path / "名录.csv"
    lines = [f"岚桥区第{number}样例厂,柳溪镇,在业" for number in range(2000)]
    path.write_text("企业名称,镇办,状态\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def work(size: int) -> bool:
        data = little_room(size)
        with opened(data) as store:
            before = _enterprises(store)
            step = None
            try:
                step = runs.import_all(store, paths=[path], campaign_id=None)[0]
            except Problem as problem:
                _require_full(problem)
            done = step is not None and step.outcome != "refused"
            if step is not None and not done:
                assert any(words in step.message for words in ROOM_WORDS), step.message
            data.with_name("ballast").unlink()
            assert _enterprises(store) == before + 2000 * done
            assert whole(store) == []
            assert backups_of(store.folder) == []
        return done

    _swept(work, _sizes(long_form, 16_000))


def test_a_package_on_a_full_disk_leaves_nothing(little_room: Callable[[int], Path], long_form: bool) -> None:
    def work(size: int) -> bool:
        data = little_room(size)
        with opened(data) as store:
            done = True
            try:
                runs.make_package(store, campaign_id=_campaign(store), target=data / "packages")
            except Problem as problem:
                done = False
                _require_full(problem)
            data.with_name("ballast").unlink()
            with store.read() as session:
                frozen = session.scalar(select(func.count()).select_from(Package)) or 0
            assert frozen == 1 + done
            made = list((data / "packages").iterdir()) if (data / "packages").exists() else []
            assert bool(made) is done
            assert [package_faults(one) for one in made if one.is_dir()] == [[]] * done
            assert whole(store) == []
        return done

    _swept(work, _sizes(long_form, 8_000))


def test_a_backup_on_a_full_disk_is_none(little_room: Callable[[int], Path], long_form: bool) -> None:
    def work(size: int) -> bool:
        data = little_room(size)
        with opened(data) as store:
            before = {one.path for one in backup.listed(store.folder)}
            done = True
            try:
                backup.make(store, reason="手动")
            except Problem as problem:
                done = False
                _require_full(problem)
            data.with_name("ballast").unlink()
            assert len({one.path for one in backup.listed(store.folder)} - before) == done
            assert backups_of(store.folder) == []
            assert list(store.folder.backups.glob("*.partial")) == []
            assert whole(store) == []
        return done

    _swept(work, _sizes(long_form, 4_000))


def test_a_migration_on_a_full_disk_leaves_the_old_schema(
    little_room: Callable[[int], Path], tmp_path: Path, long_form: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEAD", "MIGRATIONS"):
        monkeypatch.setattr(migrate, name, getattr(migrate, name))
    head = migrate.HEAD

    def work(size: int) -> bool:
        data = little_room(size)
        use_probe_migration(tmp_path)
        done = True
        try:
            migrate.open_store(data, operator=OPERATOR).close()
        except Problem as problem:
            done = False
            _require_full(problem)
            migrate.HEAD = head
        data.with_name("ballast").unlink()
        with opened(data) as store:
            assert whole(store) == []
            assert backups_of(store.folder) == []
        return done

    _swept(work, _sizes(long_form, 10_000))
