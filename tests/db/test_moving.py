"""Moving a data folder: verified before the old one is renamed, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models import Case
from services import backup, migrate, moving, paths, verifying
from services.errors import Damaged, DataFolderRefused, ReadOnly, TargetExists
from services.moving import NotMoved
from services.progress import Cancelled
from services.store import Store


@pytest.fixture
def root(demo: Store) -> Path:
    """Return the closed data folder of the sample campaign, with a backup."""
    backup.make(demo, reason="手动")
    demo.close()
    return demo.folder.root


def _tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_move_takes_everything_along_and_keeps_the_old_folder_under_another_name(root: Path, tmp_path: Path) -> None:
    before = _tree(root)
    moved = moving.move(root, tmp_path / "新盘" / "执法台")
    assert not root.exists()
    assert moved.aside.name.endswith("_已搬走")
    assert {name: data for name, data in _tree(moved.aside).items() if name in before} == before
    with migrate.open_store(moved.root, operator="周启明") as store:
        assert verifying.verify_data(store).ok
        with store.read() as session:
            assert session.scalar(select(func.count()).select_from(Case))


def test_a_target_with_something_in_it_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "新").mkdir()
    (tmp_path / "新" / "别的.txt").write_text("x", encoding="utf-8")
    with pytest.raises(TargetExists):
        moving.move(root, tmp_path / "新")
    (tmp_path / "新" / "别的.txt").unlink()
    assert moving.move(root, tmp_path / "新").root == tmp_path / "新"


def test_a_target_inside_the_folder_around_it_or_on_the_network_is_refused(root: Path) -> None:
    for target in (root, root / "里面", root.parent, Path("//server/share/执法台")):
        with pytest.raises(DataFolderRefused):
            moving.move(root, target)


def test_data_that_are_open_or_damaged_are_not_moved(root: Path, tmp_path: Path) -> None:
    with migrate.open_store(root, operator="周启明"), pytest.raises(ReadOnly):
        moving.move(root, tmp_path / "新")
    (root / "data.sqlite").write_bytes((root / "data.sqlite").read_bytes()[:20000])
    with pytest.raises(Damaged):
        moving.move(root, tmp_path / "新")
    assert not (tmp_path / "新").exists()


@pytest.mark.parametrize("failure", [OSError("io"), Cancelled()], ids=["fails", "stopped"])
def test_a_move_that_does_not_get_through_leaves_everything_where_it_was(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    before = _tree(root)

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure

    monkeypatch.setattr(shutil, "copy2", fail)
    with pytest.raises((NotMoved, Cancelled)):
        moving.move(root, tmp_path / "别处" / "新")
    assert {name: data for name, data in _tree(root).items() if name in before} == before
    assert list((tmp_path / "别处").iterdir()) == []


def test_a_copy_that_does_not_agree_is_not_taken(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.copy2

    def torn(source: Path, target: Path) -> None:
        real(source, target)
        Path(target).write_bytes(b"x")

    monkeypatch.setattr(shutil, "copy2", torn)
    with pytest.raises(NotMoved):
        moving.move(root, tmp_path / "新")
    assert not (tmp_path / "新").exists()


def test_an_old_folder_that_cannot_be_renamed_takes_the_move_back(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.rename

    def held(self: Path, target: Path) -> Path:
        if self == root:
            raise PermissionError("in use")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(NotMoved):
        moving.move(root, tmp_path / "新")
    assert not (tmp_path / "新").exists()
    migrate.open_store(root, operator="周启明").close()


def test_the_users_own_folder_is_found_where_it_went(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_usual_place", lambda: root)
    monkeypatch.setattr(paths, "_note", lambda: tmp_path / "设置" / "data-folder.txt")
    moving.move(root, tmp_path / "新")
    assert paths.default_data_folder() == tmp_path / "新"
    moving.move(tmp_path / "新", tmp_path / "再新")
    assert paths.default_data_folder() == tmp_path / "再新"
    shutil.rmtree(tmp_path / "再新")
    with pytest.raises(DataFolderRefused):  # a stick that is not there is no reason to begin anew
        migrate.open_store(tmp_path / "再新", operator="周启明")
