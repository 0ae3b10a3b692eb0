"""Data folders that the system refuses: a sentence, never a traceback."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from services import migrate, places, rescue
from services.errors import DataFolderRefused, DiskFull
from ui.cli import run


def refused(root: Path) -> str:
    with pytest.raises(DataFolderRefused) as caught:
        migrate.open_store(root, operator="周启明")
    return caught.value.message()


def test_a_name_that_is_too_long_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / ("长" * 300)
    assert "名字太长" in refused(root)
    assert len(refused(root)) < 200
    assert run(["verify-data", "--data-dir", str(root)]) == 1
    assert "名字太长" in capsys.readouterr().err
    found = rescue.diagnose(root)
    assert found is not None
    assert (found.state, found.can_read_only, rescue.offers(root)) == ("refused", False, [])


@pytest.mark.parametrize(("place", "words"), [("文件", "是一个文件，不是文件夹"), ("文件/里面", "上级是一个文件")])
def test_a_file_is_no_data_folder(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "文件").write_text("不是文件夹", encoding="utf-8")
    assert words in refused(tmp_path / place)
    assert (tmp_path / "文件").read_text(encoding="utf-8") == "不是文件夹"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "没有写入的权限"), (errno.EROFS, "在只读的盘上"), (errno.ENOENT, "现在找不到"), (errno.EIO, "不能写入")],
)
def test_a_place_that_may_not_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    def deny(self: Path, *_arguments: object, **_named: object) -> None:
        raise OSError(number, "no", str(self))

    monkeypatch.setattr(Path, "mkdir", deny)
    assert words in refused(tmp_path / "数据")


def test_a_place_without_room_for_a_folder_is_a_full_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "full", str(self))

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DiskFull):
        migrate.open_store(tmp_path / "数据", operator="周启明")


def test_a_database_with_a_second_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "data.sqlite").hardlink_to(tmp_path / "a")
    with pytest.raises(DataFolderRefused):
        places.require_plain(tmp_path / "data.sqlite")
