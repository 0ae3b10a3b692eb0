"""A package whose version was never recorded does not look handed in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services import migrate, unfinished
from services.paths import DataFolder
from services.unfinished import CHECKSUMS, Place

OPERATOR = "演示用户"


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    migrate.open_store(tmp_path / "数据", operator=OPERATOR).close()
    return DataFolder(tmp_path / "数据")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    target = tmp_path / "报送"
    target.mkdir()
    return Place(partial=str(target / ".包.partial-1a2b3c4d"), folder=str(target / "包"), archive=str(target / "包.zip"), version=1)


def lay_down(place: Place) -> None:
    for folder in (Path(place.partial), Path(place.folder)):
        folder.mkdir()
        (folder / CHECKSUMS).write_text("", encoding="utf-8")
    Path(place.archive).touch()
    Path(place.partial).with_suffix(".zip").touch()


def open_again(data: DataFolder) -> str:
    with migrate.open_store(data.root, operator=OPERATOR) as store:
        return store.notice


def test_the_next_start_removes_what_no_version_records_and_says_so(data: DataFolder, place: Place) -> None:
    lay_down(place)
    unfinished.begin(data, place)
    assert "“包”没有登记成版本" in open_again(data)
    assert list(Path(place.folder).parent.iterdir()) == []
    assert open_again(data) == ""


def test_a_package_that_was_finished_is_left_alone(data: DataFolder, place: Place) -> None:
    lay_down(place)
    unfinished.begin(data, place)
    unfinished.end(data, place)
    assert open_again(data) == ""
    assert Path(place.folder).is_dir()


def test_a_folder_that_is_no_package_of_ours_is_never_removed(data: DataFolder, place: Place) -> None:
    mine = Path(place.folder)
    mine.mkdir()
    (mine / "别人的.txt").touch()
    unfinished.begin(data, place)
    open_again(data)
    assert (mine / "别人的.txt").is_file()


def test_a_whole_draft_stays(data: DataFolder, place: Place) -> None:
    lay_down(place)
    unfinished.begin(data, replace(place, version=0))
    open_again(data)
    assert Path(place.folder).is_dir()
    assert not Path(place.partial).exists()


def test_what_lies_on_a_stick_that_is_not_plugged_in_is_looked_for_again(data: DataFolder, place: Place) -> None:
    target = Path(place.folder).parent
    lay_down(place)
    unfinished.begin(data, place)
    away = target.with_name("拔走了")
    target.rename(away)
    assert open_again(data) == ""
    away.rename(target)
    assert "没有登记成版本" in open_again(data)


@pytest.mark.parametrize("said", ["", "[", "[{}]", "7"])
def test_a_note_that_cannot_be_read_keeps_nobody_from_opening(data: DataFolder, said: str) -> None:
    (data.root / "packages-unfinished.json").write_text(said, encoding="utf-8")
    assert open_again(data) == ""
