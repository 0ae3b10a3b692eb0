"""One campaign in a temporary folder, from nothing to a restored backup.

Run in every bundle and on any PC: it needs no network, touches no folder of
the user, and says in one document what works here and what does not.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import resources
from models import Enterprise
from services import backup, campaigns, clock, enterprises, migrate, rescue, runs, undoing, verifying
from services.errors import Problem, StorageTrouble
from services.store import Store

_OPERATOR = "自检"
_log = logging.getLogger(__name__)


class NotAsExpected(StorageTrouble):
    """A step ran, but its outcome is not what it must be."""

    code = "not_as_expected"
    template = "{what}的结果不对。"
    mend = "把自检结果告诉维护人员。"


@dataclass
class _Trial:
    """What the steps hand on to each other."""

    place: Path
    made: backup.Backup | None = None
    head: str = ""
    demo: Path | None = None

    @property
    def data(self) -> Path:
        """The data folder of the trial."""
        return self.place / "数据"

    def store(self) -> Store:
        """Open it."""
        return migrate.open_store(self.data, operator=_OPERATOR)


def run() -> dict[str, Any]:
    """Carry out every step; return the self-test/1 document.

    A step that fails ends the test; the steps after it are not in the document.
    """
    stands_on = clock.demo_date()
    started = time.perf_counter()
    steps: list[dict[str, Any]] = []
    try:
        with tempfile.TemporaryDirectory(prefix="zhifatai-", ignore_cleanup_errors=True) as folder:
            trial = _Trial(Path(folder))
            for name, title, step in _STEPS:
                steps.append(_timed(name, title, step, trial))
                if not steps[-1]["ok"]:
                    break
    finally:
        clock.set_demo_date(stands_on)
    ok = len(steps) == len(_STEPS) and all(step["ok"] for step in steps)
    return {"schema": "self-test/1", "ok": ok, "seconds": round(time.perf_counter() - started, 2), "steps": steps}


def _timed(name: str, title: str, step: Callable[[_Trial], None], trial: _Trial) -> dict[str, Any]:
    started = time.perf_counter()
    message = ""
    try:
        step(trial)
    except Problem as problem:
        message = f"{problem.message()}{problem.way_out()}"
    except Exception as err:  # noqa: BLE001 - a bundle that misses a module must say so in the document, not die
        _log.exception("self-test step %s", name)
        message = f"程序出错：{type(err).__name__}"
    seconds = round(time.perf_counter() - started, 2)
    return {"name": name, "title": title, "ok": not message, "seconds": seconds, **({"message": message} if message else {})}


def _migrate(trial: _Trial) -> None:
    trial.store().close()
    _require(rescue.diagnose(trial.data) is None, "建立数据文件")


def _import(trial: _Trial) -> None:
    with trial.store() as store:
        done = runs.run_folder(store, source=resources.path("samples", "demo"), target=trial.place / "报送", demo=True)
        refused = [step for step in done.steps if step.outcome == "refused"]
        _require(not refused and done.package is not None, "导入")


def _edit(trial: _Trial) -> None:
    with trial.store() as store:
        with store.read() as session:
            trial.head = undoing.head(session)
        with store.write("自检：录入企业") as session:
            enterprises.save(session, row={"name": "岚桥区自检样例有限公司", "town": "柳溪镇", "state": "在业"})


def _undo(trial: _Trial) -> None:
    with trial.store() as store:
        with store.read() as session:
            before = session.scalar(select(func.count()).select_from(Enterprise).where(Enterprise.deleted_at.is_(None))) or 0
        with store.write("撤销") as session:
            undoing.undo(session)
        with store.read() as session:
            after = session.scalar(select(func.count()).select_from(Enterprise).where(Enterprise.deleted_at.is_(None)))
        _require(after == before - 1, "撤销")


def _package(trial: _Trial) -> None:
    with trial.store() as store:
        with store.read() as session:
            campaign_id = campaigns.find(session, reference=None).id
        made = runs.make_package(store, campaign_id=campaign_id, target=trial.place / "报送")
        _require(made.zip.is_file() and bool(made.files), "报送包")


def _backup(trial: _Trial) -> None:
    with trial.store() as store:
        trial.made = backup.make(store, reason="自检")
        with store.write("自检：备份之后的改动") as session:
            enterprises.save(session, row={"name": "岚桥区备份之后有限公司", "town": "柳溪镇", "state": "在业"})


def _restore(trial: _Trial) -> None:
    assert trial.made is not None
    preview = rescue.offer(trial.data, backup=trial.made.path)
    _require(preview.operations is not None and preview.operations.count == 1, "恢复前的对比")
    done = rescue.restore(trial.data, backup=trial.made.path, operator=_OPERATOR)
    _require(done.counts == preview.counts, "恢复")


def _verify(trial: _Trial) -> None:
    with trial.store() as store:
        report = verifying.verify_data(store)
    wrong = [item.title for item in report.items if not item.ok]
    _require(report.ok, "、".join(wrong))


def _require(ok: bool, what: str) -> None:
    if not ok:
        raise NotAsExpected(what=what)


_STEPS: tuple[tuple[str, str, Callable[[_Trial], None]], ...] = (
    ("migrate", "建立数据文件", _migrate),
    ("import", "导入演示材料", _import),
    ("edit", "录入", _edit),
    ("undo", "撤销", _undo),
    ("package", "生成报送包", _package),
    ("backup", "备份", _backup),
    ("restore", "恢复备份", _restore),
    ("verify", "核对数据", _verify),
)
