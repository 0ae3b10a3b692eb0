"""A full drive: the three largest things that may go, and never what is needed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from services import removable
from services.errors import DiskFull

MEGABYTE = 1024 * 1024


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with something of everything in it."""
    root = tmp_path / "数据"
    fill(root / "data.sqlite", 1)
    fill(root / "packages" / "报送包_集中检查_草稿_0420-0900" / "附件2.xlsx", 5)
    fill(root / "packages" / "报送包_集中检查_草稿_0420-0900.zip", 4)
    fill(root / "packages" / "报送包_集中检查_第1版_0421-0900.zip", 40)
    for number in range(14):
        made = root / "backups" / f"202304{number + 1:02}-090000.sqlite"
        fill(made, 2)
        reason = "报送前" if number == 0 else "每小时"
        made.with_suffix(".json").write_text(json.dumps({"reason": reason}), encoding="utf-8")
    fill(root / "坏库_20230401-090000" / "data.sqlite", 3)
    fill(root / "snapshots" / "in-use.sqlite", 30)
    left = fill(root / "snapshots" / "left.sqlite", 20)
    os.utime(left, (time.time() - 9000,) * 2)
    return root


def fill(path: Path, megabytes: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(megabytes * MEGABYTE))
    return path


def test_the_three_largest_are_named_with_size_and_folder(data: Path) -> None:
    found = removable.largest(data / "backups" / "new.partial")
    assert [(heap.what[:5], heap.size // MEGABYTE) for heap in found] == [("没有收走的", 20), ("草稿报送包", 9), ("较早的备份", 6)]
    assert found[1].folder == data / "packages"
    assert "草稿报送包 9 MB" in removable.in_words(found)


def test_a_copy_in_the_second_place_counts_only_on_the_same_drive(data: Path, tmp_path: Path) -> None:
    second = tmp_path / "第二处"
    fill(second / "a.sqlite", 25)
    (data / "backups" / "second-place.note").write_text(json.dumps({"place": str(second)}), encoding="utf-8")
    assert removable.largest(data)[0].folder == second
    (data / "backups" / "second-place.note").write_text(json.dumps({"place": str(tmp_path / "不在")}), encoding="utf-8")
    assert removable.largest(data)[0].folder == data / "snapshots"


def test_a_full_drive_is_told_with_the_way_to_room(data: Path) -> None:
    problem = DiskFull(path=str(data / "backups"), free=3, needed=64)
    assert "还剩 3 MB" in problem.message()
    assert problem.way_out().startswith("可以删去：没有收走的临时副本 20 MB，在“")
    assert problem.way_out().endswith("。腾出空间后再试；原来的数据没有变。")


def test_where_nothing_may_go_only_the_plain_way_is_said(tmp_path: Path) -> None:
    assert DiskFull(path=str(tmp_path / "别处"), free=3, needed=64).way_out() == "腾出空间后再试；原来的数据没有变。"
