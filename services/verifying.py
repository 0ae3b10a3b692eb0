"""Checking all data in depth: file, record of changes, attachments, backups."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import Attachment
from services import attachments, backup, clock, dbfile, undoing
from services.errors import Damaged, FileTrouble, Problem
from services.progress import Progress, silent
from services.store import Store

_NAMED = 3


@dataclass(frozen=True)
class Item:
    """Outcome of one check.

    Attributes:
        key: "integrity", "foreign_keys", "history", "attachments" or "backups".
        title: What was checked, in words.
        sentence: What was found, in words.
        checked: How many things were looked at.
    """

    key: str
    title: str
    ok: bool
    sentence: str
    checked: int


@dataclass(frozen=True)
class Report:
    """Outcome of all checks.

    Attributes:
        ok: Whether every one passed.
        at: When, as ISO text.
    """

    ok: bool
    at: str
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the verify-data/1 document."""
        listed = [
            {"key": one.key, "title": one.title, "ok": one.ok, "sentence": one.sentence, "checked": one.checked} for one in self.items
        ]
        return {"schema": "verify-data/1", "ok": self.ok, "at": self.at, "items": listed}


def verify_data(store: Store, *, progress: Progress = silent) -> Report:
    """Check everything that the office relies on; nothing is changed.

    Args:
        store: Open; work in it may go on.
        progress: Told after each check and within long ones.
    """
    checks: tuple[tuple[str, str, Callable[[Store, Progress], tuple[bool, str, int]]], ...] = (
        ("integrity", "数据文件内部结构", _integrity),
        ("foreign_keys", "记录之间的所属关系", _foreign_keys),
        ("history", "操作记录与现有内容", _history),
        ("attachments", "收到的文件", _attachments),
        ("backups", "备份", _backups),
    )
    items = []
    for number, (key, title, check) in enumerate(checks):
        progress(number, len(checks), title)
        try:
            ok, sentence, checked = check(store, progress)
        except Problem as problem:
            ok, sentence, checked = False, problem.message(), 0
        items.append(Item(key, title, ok, sentence, checked))
    progress(len(checks), len(checks), "")
    return Report(all(one.ok for one in items), clock.now().isoformat(timespec="seconds"), tuple(items))


def _integrity(store: Store, _progress: Progress) -> tuple[bool, str, int]:
    verdict = [row[0] for row in _asked(store, "PRAGMA integrity_check(20)")]
    if verdict == ["ok"]:
        return True, "完整。", 1
    return False, "数据文件内部有损坏。请不要继续录入，从最近一份核对过的备份恢复。", 1


def _foreign_keys(store: Store, _progress: Progress) -> tuple[bool, str, int]:
    orphans = _asked(store, "PRAGMA foreign_key_check")
    if not orphans:
        return True, "每条记录的所属都在。", 1
    return False, f"有 {len(orphans)} 条记录找不到所属的记录。", len(orphans)


def _history(store: Store, progress: Progress) -> tuple[bool, str, int]:
    with store.snapshot() as session:
        verdict = undoing.verify(session, progress=progress)
    return True, f"{verdict.operations} 条操作首尾相接，现有内容与记录一致。", verdict.operations


def _attachments(store: Store, progress: Progress) -> tuple[bool, str, int]:
    with store.read() as session:
        rows = session.execute(select(Attachment.sha256, Attachment.name).where(Attachment.deleted_at.is_(None)).distinct()).all()
    missing: list[str] = []
    changed: list[str] = []
    for number, (sha256, name) in enumerate(rows):
        progress(number, len(rows), name)
        path = attachments.place(store.folder, sha256)
        if not path.exists():
            missing.append(name)
            continue
        try:
            if attachments.digest(path) != sha256:
                changed.append(name)
        except FileTrouble:
            changed.append(name)
    if not missing and not changed:
        return True, f"{len(rows)} 个文件都在，内容与收到时一致。", len(rows)
    parts = [f"{len(missing)} 个不见了（{_some(missing)}）"] if missing else []
    parts += [f"{len(changed)} 个内容变了（{_some(changed)}）"] if changed else []
    return False, "，".join(parts) + "。", len(rows)


def _backups(store: Store, progress: Progress) -> tuple[bool, str, int]:
    kept = backup.listed(store.folder)
    if not kept:
        return False, "还没有备份。", 0
    spoiled: list[str] = []
    for number, one in enumerate(kept):
        progress(number, len(kept), one.path.name)
        try:
            backup.require_unchanged(one)
        except backup.BackupSpoiled:
            spoiled.append(one.path.name)
    if spoiled:
        return False, f"{len(kept)} 份备份里有 {len(spoiled)} 份与制作时不符（{_some(spoiled)}），不要用来恢复。", len(kept)
    return True, f"{len(kept)} 份备份都与制作时一致。", len(kept)


def _asked(store: Store, question: str) -> list[tuple[Any, ...]]:
    """Ask a private copy, so that no commit waits for the answer."""
    store.folder.snapshots.mkdir(parents=True, exist_ok=True)
    copy = store.folder.snapshots / f"{uuid.uuid4().hex}.sqlite"
    try:
        store.copy_to(copy)
        with closing(dbfile.opened(copy)) as connection:
            return connection.execute(question).fetchall()
    except dbfile.UNREADABLE as err:
        raise Damaged(path=str(store.folder.database), why="有内容读不出来") from err
    finally:
        copy.unlink(missing_ok=True)


def _some(names: list[str]) -> str:
    return "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
