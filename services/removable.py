"""What may be thrown away when a drive is full: the largest heaps, by name.

Only what nobody misses counts: drafts of packages, older backups (never the
last ten, never those made before a report), files put aside by a restore or a
move, private copies that were left over, old logs. Nothing is removed here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1024 * 1024
_NAMED = 3
_KEPT_BACKUPS = 10
_HOUR = 3600
_FOR_EVER = "报送"


@dataclass(frozen=True)
class Heap:
    """Files of one sort that may go.

    Attributes:
        what: Which, in words.
        folder: Where they lie.
        size: In bytes, together.
    """

    what: str
    folder: Path
    size: int


def largest(place: Path) -> tuple[Heap, ...]:
    """Return the three largest heaps of the data folder that a place belongs to.

    Args:
        place: The file or folder that found no room; the data folder or a place in it.
    """
    root = _data_folder(place)
    if root is None:
        return ()
    found = [
        Heap("草稿报送包", root / "packages", _size(_drafts(root / "packages"))),
        Heap("较早的备份（最近 10 份和报送前的留着）", root / "backups", _size(_old_backups(root / "backups"))),
        Heap("恢复时换下来的旧数据（核对无误后）", root, _size(root.glob("坏库*"))),
        Heap("搬走后留下的旧文件夹（核对无误后）", root.parent, _size(root.parent.glob("*_已搬走*"))),
        Heap("没有收走的临时副本", root / "snapshots", _size(_left_over(root / "snapshots"))),
        Heap("旧日志", root / "logs", _size((root / "logs").glob("*.log.*"))),
        _second(root),
    ]
    large = [heap for heap in found if heap.size >= _MEGABYTE]
    return tuple(sorted(large, key=lambda heap: heap.size, reverse=True)[:_NAMED])


def in_words(heaps: Iterable[Heap]) -> str:
    """Return the heaps as a sentence names them; empty for none."""
    return "；".join(f"{heap.what} {round(heap.size / _MEGABYTE):,} MB，在“{heap.folder}”" for heap in heaps)


def _data_folder(place: Path) -> Path | None:
    absolute = place.absolute()
    return next((one for one in (absolute, *absolute.parents) if (one / "data.sqlite").is_file()), None)


def _drafts(packages: Path) -> list[Path]:
    return list(packages.glob("报送包_*_草稿_*"))


def _old_backups(backups: Path) -> list[Path]:
    newest_first = sorted(backups.glob("*.sqlite"), reverse=True)
    return [one for one in newest_first[_KEPT_BACKUPS:] if _may_go(one)]


def _may_go(copy: Path) -> bool:
    try:
        reason = str(json.loads(copy.with_suffix(".json").read_text(encoding="utf-8"))["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return not reason.startswith(_FOR_EVER)


def _left_over(snapshots: Path) -> list[Path]:
    # a younger one may be in use by a package that is just being made
    return [one for one in snapshots.glob("*") if time.time() - one.stat().st_mtime > _HOUR]


def _second(root: Path) -> Heap:
    """Copies in the second place count where it lies on the same drive and so helps nobody."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        place = Path(json.loads((root / "backups" / "second-place.note").read_text(encoding="utf-8"))["place"])
        if place.is_dir() and place.stat().st_dev == root.stat().st_dev:
            return Heap("第二个位置里的备份（和数据在同一个盘上，换到U盘更好）", place, _size(place.glob("*.sqlite")))
    return Heap("", root, 0)


def _size(paths: Iterable[Path]) -> int:
    total = 0
    with suppress(OSError):  # what goes away meanwhile is no longer in the way
        for path in paths:
            inner = path.rglob("*") if path.is_dir() else (path,)
            total += sum(one.stat().st_size for one in inner if one.is_file())
    return total
