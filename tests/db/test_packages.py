"""The reporting package: whole, versioned, checked, or not there at all."""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from sqlalchemy import select

from models import Campaign, Package
from services import packages, runs, undoing
from services.exports import archive
from services.progress import Cancelled
from services.store import Store
from tests import make
from tests.db.conftest import Demo

ANNEX_2 = "附件2全区工贸企业分片集中执法检查活动情况统计表"
FILES = {
    "附件1抽调执法人员统计表.xlsx",
    "附件1抽调执法人员统计表.pdf",
    f"{ANNEX_2}.xlsx",
    f"{ANNEX_2}.pdf",
    "附件3拟立案行政处罚案件统计表.xlsx",
    "附件3拟立案行政处罚案件统计表.pdf",
    "问题隐患整改台账.xlsx",
    "问题隐患整改台账.pdf",
    "重大事故隐患清单.xlsx",
    "重大事故隐患清单.pdf",
    "工作总结报告.docx",
    "工作总结报告.pdf",
    "报送前体检单.pdf",
    "报送函.docx",
    "邮件正文.txt",
    "数据快照.json",
    "数据快照.xlsx",
    "报送说明.txt",
    "清单.json",
    "MANIFEST.sha256",
}


@pytest.fixture
def ready(store: Store) -> int:
    """Return a campaign whose package nothing stops."""
    with store.write("准备") as session:
        number = make.campaign(session)
        make.enterprise(session)
        make.group(session, number)
        make.person(session, number, "何志远", cert_no="99030200002", phone="19900000002")
        make.person(session, number, "康立群", cert_no="99030200003", phone="19900000003")
        make.visit(session, number, officers=("何志远", "康立群"))
        make.finding(session, number)
        make.finding(session, number, hazard="没有培训记录", category="培训教育类")
        make.case(session, number)
    return number


@pytest.fixture
def blocked(store: Store, ready: int) -> int:
    """Return a campaign with a finding that has no category."""
    with store.write("准备") as session:
        make.finding(session, ready, hazard="没有类别的问题", category=None)
    return ready


def versions(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(Package.version).order_by(Package.id)))


def test_every_file_is_there_and_as_the_manifest_says(store: Store, ready: int, tmp_path: Path) -> None:
    made = runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert {path.name for path in made.folder.iterdir()} == FILES
    lines = (made.folder / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert set(listed) == FILES - {"MANIFEST.sha256"}
    for name, digest in listed.items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest, name


def test_the_archive_beside_it_holds_the_same_files(store: Store, ready: int, tmp_path: Path) -> None:
    made = runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    with zipfile.ZipFile(made.zip) as packed:
        assert {Path(name).name for name in packed.namelist()} == FILES
        assert packed.testzip() is None


def test_categories_add_up_in_every_row_of_the_written_annex_2(demo_once: Demo) -> None:
    assert demo_once.done.package is not None
    sheet = openpyxl.load_workbook(demo_once.done.package.folder / f"{ANNEX_2}.xlsx").worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(rows) == 48
    for row in rows:
        counts = [value or 0 for value in row[3:19]]
        assert sum(counts[1:15]) == counts[0], row
    assert sum(row[3] for row in rows) == 333


def test_the_second_package_is_version_2_and_the_first_stays(store: Store, ready: int, tmp_path: Path) -> None:
    first = runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    digest = archive.sha256_of(first.zip)
    second = runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert versions(store) == [1, 2]
    assert first.folder != second.folder
    assert archive.sha256_of(first.zip) == digest


def test_a_draft_has_no_version_and_says_so_everywhere(store: Store, blocked: int, tmp_path: Path) -> None:
    made = runs.make_package(store, campaign_id=blocked, target=tmp_path / "报送", draft=True)
    assert versions(store) == []
    assert (made.as_json()["version"], made.as_json()["draft"]) == (None, True)
    assert "草稿" in made.folder.name
    cover = (made.folder / "报送说明.txt").read_text(encoding="utf-8")
    assert "草稿，不作报送" in cover
    assert "没有类别的问题" in cover
    with zipfile.ZipFile(made.folder / f"{ANNEX_2}.xlsx") as packed:
        assert any("草稿" in packed.read(name).decode("utf-8", "ignore") for name in packed.namelist())


def test_a_blocked_package_leaves_nothing_at_all(store: Store, blocked: int, tmp_path: Path) -> None:
    with pytest.raises(packages.Blocked) as refused:
        runs.make_package(store, campaign_id=blocked, target=tmp_path / "报送")
    assert "P04" in {issue.rule for issue in refused.value.issues}
    assert not (tmp_path / "报送").exists()
    assert versions(store) == []


def test_waivers_let_it_through_and_are_recorded(store: Store, blocked: int, tmp_path: Path) -> None:
    waivers = {"P01": "镇办核实中", "P04": "镇办核实中"}
    made = runs.make_package(store, campaign_id=blocked, target=tmp_path / "报送", waivers=waivers)
    with store.read() as session:
        assert session.scalars(select(Package.waivers)).one() == waivers
    assert "P04：镇办核实中" in (made.folder / "报送说明.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", ["deliver_pdf", "deliver_report", "_write_manifest"])
def test_a_write_that_fails_leaves_no_folder(store: Store, ready: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importlib.import_module("services.packages.produce"), step, fail)
    with pytest.raises(archive.FileTrouble):
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert list((tmp_path / "报送").iterdir()) == []
    assert versions(store) == []


@pytest.mark.skipif(sys.platform == "win32", reason="wraps POSIX calls")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a zip that was never closed says so when it is collected
def test_a_disk_that_fills_in_the_middle_leaves_nothing_and_says_so(store: Store, ready: int, tmp_path: Path) -> None:
    from tests.faults.failing import Failing  # noqa: PLC0415 - not to be had on Windows

    target = tmp_path / "报送"
    with Failing(target, n=0, errno=errno.ENOSPC, for_good=True).running() as counting:
        runs.make_package(store, campaign_id=ready, target=target)
    before = {path.name for path in target.iterdir()}
    for tenths in (1, 5, 9):
        full = Failing(target, n=counting.seen * tenths // 10, errno=errno.ENOSPC, for_good=True)
        with pytest.raises(archive.FileTrouble) as refused, full.running():
            runs.make_package(store, campaign_id=ready, target=target)
        assert full.hit
        assert any(words in refused.value.message() + refused.value.way_out() for words in ("盘已满", "空间不够"))
        assert {path.name for path in target.iterdir()} == before
        assert versions(store) == [1]
    runs.make_package(store, campaign_id=ready, target=target)
    assert versions(store) == [1, 2]


def test_an_archive_that_cannot_take_its_place_leaves_no_folder(
    store: Store, ready: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.suffix == ".zip":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    monkeypatch.undo()
    assert list((tmp_path / "报送").iterdir()) == []


def test_a_package_that_cannot_be_recorded_is_taken_back(store: Store, ready: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise Cancelled

    monkeypatch.setattr(packages, "record", fail)
    with pytest.raises(Cancelled):
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert list((tmp_path / "报送").iterdir()) == []


def test_a_stop_right_after_the_commit_keeps_the_version_and_its_files(store: Store, ready: int, tmp_path: Path) -> None:
    def stop(_changes: object) -> None:
        raise KeyboardInterrupt

    store.subscribe(stop)
    with pytest.raises(KeyboardInterrupt):
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert versions(store) == [1]
    assert len(list((tmp_path / "报送").iterdir())) == 2


def test_a_cancelled_package_leaves_nothing(store: Store, ready: int, tmp_path: Path) -> None:
    def cancel(done: int, total: int | None = None, note: str = "") -> None:
        if done == 3:
            raise Cancelled(total, note)

    with pytest.raises(Cancelled):
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送", progress=cancel)
    assert list((tmp_path / "报送").iterdir()) == []


def test_a_target_that_is_a_file_is_refused(store: Store, ready: int, tmp_path: Path) -> None:
    (tmp_path / "报送").write_text("一份旧文件", encoding="utf-8")
    with pytest.raises(archive.FileTrouble) as refused:
        runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    assert "是一个文件" in refused.value.message()


def test_a_package_cannot_be_undone(store: Store, ready: int, tmp_path: Path) -> None:
    runs.make_package(store, campaign_id=ready, target=tmp_path / "报送")
    with store.read() as session:
        newest = undoing.entries(session)[0]
    assert (newest.kind, newest.undoable) == ("package", False)


def test_the_totals_are_the_figures_and_the_report_names_them(demo_once: Demo) -> None:
    made = demo_once.done.package
    assert made is not None
    facts = json.loads((made.folder / "清单.json").read_text(encoding="utf-8"))
    assert facts["totals"]["findings"] == 333
    text = "\n".join(paragraph.text for paragraph in Document(str(made.folder / "工作总结报告.docx")).paragraphs)
    assert "发现问题333项" in text
    assert "{" not in text


def test_long_names_of_campaign_and_annex_still_make_files(store: Store, tmp_path: Path) -> None:
    name = "岚桥区" + "工贸企业粉尘涉爆有限空间作业安全生产" * 9 + "专项检查"
    with store.write("准备") as session:
        number = make.campaign(session, name=name, attachments=[{"no": 2, "title": name + "情况统计表"}])
        make.enterprise(session)
        make.group(session, number)
        make.person(session, number, "何志远", cert_no="99030200002", phone="19900000002")
        make.person(session, number, "康立群", cert_no="99030200003", phone="19900000003")
        make.visit(session, number, officers=("何志远", "康立群"))
    made = runs.make_package(store, campaign_id=number, target=tmp_path / "报送")
    assert len(list(made.folder.iterdir())) == len(FILES)
    with store.read() as session:
        assert session.scalars(select(Campaign.name)).one() == name


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ("people", 2),
        ("enterprises", 1),
        ("groups", 1),
        ("inspections", 1),
        ("hazard_list", 2),
        ("cases", 1),
        ("personnel", 2),
        ("case_stats", 1),
    ],
)
@pytest.mark.parametrize("suffix", [".xlsx", ".pdf"])
def test_each_form_is_exported_alone(store: Store, ready: int, tmp_path: Path, key: str, rows: int, suffix: str) -> None:
    target = tmp_path / f"{key}{suffix}"
    assert runs.export_form(store, campaign_id=ready, key=key, target=target) == rows
    assert target.stat().st_size > 1000


def test_an_unknown_form_and_an_unknown_suffix_are_refused(store: Store, ready: int, tmp_path: Path) -> None:
    with pytest.raises(packages.contents.UnknownForm):
        runs.export_form(store, campaign_id=ready, key="weather", target=tmp_path / "天气.xlsx")
    with pytest.raises(archive.FileTrouble):
        runs.export_form(store, campaign_id=ready, key="cases", target=tmp_path / "案件.doc")
