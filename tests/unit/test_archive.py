"""Files are written whole or not at all; names, zip, manifest."""

from __future__ import annotations

import errno
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import FileTrouble
from services.exports import archive
from services.exports.archive import (
    NAME_UNITS,
    FileInUse,
    NameTooLong,
    NoRoom,
    NotVerified,
    NotWritten,
    atomic_write,
    distinct_name,
    free_name,
    manifest,
    safe_name,
    sha256_of,
    write_zip,
)
from services.progress import Cancelled


def accept(path: Path) -> None:
    assert path.is_file()


def writer(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


def refuse(error: BaseException) -> Callable[[Path], None]:
    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise error

    return fail


def test_a_file_appears_under_its_name_and_nothing_else_stays(tmp_path: Path) -> None:
    atomic_write(tmp_path / "表.txt", writer("新"), accept)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"表.txt": "新"}


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "full"), NoRoom),
        (OSError(errno.EACCES, "denied"), NotWritten),
        (OSError(errno.EIO, "broken"), NotWritten),
        (Cancelled(), Cancelled),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["disk full", "no permission", "broken disk", "cancelled", "interrupted"],
)
@pytest.mark.parametrize("step", ["write", "verify"])
def test_a_failure_leaves_the_old_file_and_no_trace(tmp_path: Path, error: BaseException, raised: type[BaseException], step: str) -> None:
    target = tmp_path / "表.txt"
    target.write_text("旧", encoding="utf-8")
    write, verify = (refuse(error), accept) if step == "write" else (writer("新"), refuse(error))
    with pytest.raises(raised):
        atomic_write(target, write, verify)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"表.txt": "旧"}


def test_a_file_is_flushed_then_verified_then_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    real = os.fsync

    def note(handle: int) -> None:
        steps.append("flush")
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    target = tmp_path / "表.txt"
    atomic_write(target, writer("新"), lambda _path: steps.append("there" if target.exists() else "verify"))
    assert steps[:2] == ["flush", "verify"]
    assert len(steps) == (2 if os.name == "nt" else 3)


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotWritten) as caught:
        atomic_write(tmp_path / "没有" / "表.txt", writer("新"), accept)
    assert "文件夹不存在" in caught.value.message()
    assert caught.value.where() == str(tmp_path / "没有" / "表.txt")


def test_a_target_open_in_excel_is_retried_then_a_second_name_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "附件2.xlsx"
    target.write_text("旧", encoding="utf-8")
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)

    def held(_self: Path, _target: Path) -> Path:
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = 32  # type: ignore[attr-defined]  # only Windows has it
        raise error

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(FileInUse) as caught:
        atomic_write(target, writer("新"), accept)
    assert 2 <= sum(waits) <= 3
    assert "附件2_2.xlsx" in caught.value.way_out()
    assert [path.name for path in tmp_path.iterdir()] == ["附件2.xlsx"]


def test_elsewhere_a_refused_replacement_is_not_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(_self: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("waited"))
    with pytest.raises(NotWritten):
        atomic_write(tmp_path / "表.txt", writer("新"), accept)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("附件2 检查情况.xlsx", "附件2 检查情况.xlsx"),
        ('柳溪镇<>:"/\\|?*检查', "柳溪镇检查"),
        ("../../石坪镇", "石坪镇"),
        ("报告\u202excod.exe", "报告xcod.exe"),
        ("双汊镇\x00\u200b办", "双汊镇办"),
        ("第一行\n第二行", "第一行 第二行"),
        ("末尾. . ", "末尾"),
        ("con.txt", "con_.txt"),
        ("COM1", "COM1_"),
        ("e\u0301", "é"),
        ("", "未命名"),
        ("...", "未命名"),
    ],
)
def test_a_safe_name_keeps_what_every_system_accepts(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=200))
def test_a_safe_name_is_short_printable_and_stays_itself(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name.encode("utf-16-le")) // 2 <= NAME_UNITS
    assert not set(name) & set('<>:"/\\|?*\0')
    assert name == name.strip(" .")
    assert safe_name(name) == name


def test_a_long_name_is_cut_before_its_suffix() -> None:
    name = safe_name("长" * 200 + ".xlsx")
    assert name.endswith("长.xlsx")
    assert len(name) == NAME_UNITS


def test_names_that_differ_only_in_case_are_numbered() -> None:
    assert distinct_name("Report.docx", ["report.DOCX", "Report_2.docx"]) == "Report_3.docx"
    assert distinct_name("附件2.xlsx", []) == "附件2.xlsx"


def test_a_free_name_is_the_first_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "表.xlsx").touch()
    assert free_name(tmp_path / "表.xlsx") == tmp_path / "表_2.xlsx"
    assert free_name(tmp_path / "册.xlsx") == tmp_path / "册.xlsx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small package."""
    root = tmp_path / "报送包"
    (root / "下级").mkdir(parents=True)
    (root / "附件2.txt").write_text("二", encoding="utf-8")
    (root / "下级" / "a.txt").write_bytes(b"\x00" * 5000)
    return root


def test_the_manifest_lists_every_file_once_in_order(folder: Path) -> None:
    found = manifest(folder)
    assert [(name, size) for name, _digest, size in found] == [("下级/a.txt", 5000), ("附件2.txt", 3)]
    assert found[1][1] == sha256_of(folder / "附件2.txt")


def test_the_same_folder_gives_the_same_zip(folder: Path, tmp_path: Path) -> None:
    write_zip(folder, tmp_path / "一.zip")
    os.utime(folder / "附件2.txt", (0, 0))
    write_zip(folder, tmp_path / "二.zip")
    assert (tmp_path / "一.zip").read_bytes() == (tmp_path / "二.zip").read_bytes()


def test_a_zip_holds_the_files_under_utf_8_names(folder: Path, tmp_path: Path) -> None:
    write_zip(folder, tmp_path / "包.zip")
    with zipfile.ZipFile(tmp_path / "包.zip") as found:
        assert found.namelist() == ["下级/a.txt", "附件2.txt"]
        assert all(info.flag_bits & 0x800 for info in found.infolist())
        assert found.read("附件2.txt").decode() == "二"


def test_a_zip_that_does_not_hold_what_it_should_is_not_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "manifest", lambda _folder: [("附件2.txt", "0" * 64, 3)])
    with pytest.raises(NotVerified):
        write_zip(folder, tmp_path / "包.zip")
    assert not (tmp_path / "包.zip").exists()


def test_a_zip_can_be_stopped_between_two_files(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int | None = None, note: str = "") -> None:
        assert (done, total, note) == (1, 2, "a.txt")
        raise Cancelled

    with pytest.raises(Cancelled):
        write_zip(folder, tmp_path / "包.zip", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["报送包"]


def test_every_trouble_of_a_file_is_a_file_trouble() -> None:
    assert all(issubclass(kind, FileTrouble) for kind in (NotWritten, NoRoom, FileInUse, NotVerified))


@pytest.mark.parametrize(
    ("number", "windows"), [(errno.ENAMETOOLONG, None), (errno.ENOENT, 206)], ids=["name over 255 bytes", "path over 259 on Windows"]
)
def test_a_name_too_long_says_so_briefly_and_how_to_mend_it(tmp_path: Path, number: int, windows: int | None) -> None:
    failing = OSError(number, "too long")
    if windows:
        failing.winerror = windows  # type: ignore[attr-defined]  # only Windows has it
    target = tmp_path / ("长" * 300 + ".xlsx")
    with pytest.raises(NameTooLong) as caught:
        atomic_write(target, refuse(failing), accept)
    assert "太长" in caught.value.message()
    assert len(caught.value.message()) < 200
    assert "短一点的文件名" in caught.value.way_out()


def test_a_missing_folder_of_a_path_beyond_the_limit_is_a_path_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LONGEST_PATH", 30)
    assert isinstance(archive.trouble(OSError(errno.ENOENT, "no"), tmp_path / ("表" * 30)), NameTooLong)
    monkeypatch.setattr(archive, "LONGEST_PATH", 4096)
    assert "文件夹不存在" in archive.trouble(OSError(errno.ENOENT, "no"), tmp_path / "表").message()
