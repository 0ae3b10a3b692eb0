"""Versions, differences, receipts, lock, masked lists, kept prose."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from sqlalchemy import select

from models import CaseAmount, Finding, Operation
from services import campaigns, clock, closing, figures, findings, people, reasons, runs, undoing
from services.errors import ReasonNeeded
from services.exports import template, word
from services.locking import CampaignClosed
from services.packages import prose, receipts, templates
from services.packages.differences import Change, Difference, compare, one_page, printed
from services.packages.frozen import JSON_NAME, XLSX_NAME
from services.packages.lists import mask_name, mask_number
from services.packages.versions import NotFrozen, compare_versions, versions
from services.store import Store
from tests import make
from tests.golden.printed_samples import printed_annex_1

FIRM = "岚桥区瑞丰纺织有限公司"


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
        make.finding(session, number, phone="19900000009", person="钱样例")
        make.finding(session, number, hazard="没有培训记录", category="培训教育类", level="重大", phone="19900000009")
        make.case(session, number)
    return number


def package(store: Store, campaign_id: int, target: Path) -> Path:
    return runs.make_package(store, campaign_id=campaign_id, target=target, waivers=dict.fromkeys(("P28", "P29", "P30"), "测试")).folder


def test_the_second_version_says_what_it_changed(store: Store, ready: int, tmp_path: Path) -> None:
    package(store, ready, tmp_path / "报送")
    with store.write("补录") as session:
        make.finding(session, ready, hazard="安全出口堵塞", category="作业现场类")
        case = session.scalars(select(CaseAmount)).first()
        assert case is not None
        case.fen = 3_000_000
    shutil.rmtree(tmp_path / "报送")  # what was handed in may be gone from this PC
    folder = package(store, ready, tmp_path / "报送")
    with store.read() as session:
        found = compare_versions(session, folder=store.folder, campaign_id=ready, earlier=1, later=2)
    told = {(one.table, one.row, one.field): (one.was, one.now) for one in found.changes}
    assert told["附件2", FIRM, "发现问题（项）"] == ("2", "3")
    assert told["附件2", FIRM, "作业现场类"] == ("0", "1")
    assert told["附件3", f"{FIRM}　安全设备的安装不符合要求", "已（拟）处罚金额（万元）"] == ("2", "3")
    assert any(one.kind == "new" and one.table == "问题隐患整改台账" for one in found.changes)
    assert ("主要数字", "发现问题", "项") in told
    assert (folder / "与上一版的差别.pdf").is_file()
    assert found.words in (folder / "报送说明.txt").read_text(encoding="utf-8")
    with store.read() as session:
        assert [one.difference for one in versions(session, campaign_id=ready)] == [found.words, ""]


def test_the_difference_is_one_page_and_the_workbook_has_the_rest() -> None:
    changes = tuple(Change("附件2", f"样例{n}公司", "发现问题（项）", str(n), str(n + 1)) for n in range(300))
    whole = printed(Difference(1, 2, changes), printed_annex_1("周样例"))
    short = one_page(whole, workbook="与上一版的差别.xlsx")
    assert len(short.rows) < 60
    assert f"另有 {300 - len(short.rows) + 1} 处" in str(short.rows[-1]["what"])
    assert one_page(printed(Difference(1, 2, ()), printed_annex_1("周样例")), workbook="").rows[0]["what"] == "内容没有变化"


def test_rows_of_one_key_are_paired_in_order_and_none_is_lost() -> None:
    def frozen(*rows: tuple[str, int]) -> dict[str, object]:
        columns = [{"key": "enterprise", "title": "检查企业"}, {"key": "findings_total", "title": "发现问题"}]
        table = {"code": "inspection_stats", "title": "附件2", "label": "附件2", "columns": columns, "rows": [list(row) for row in rows]}
        return {"version": 1, "figures": [], "tables": [table]}

    found = compare(frozen(("甲", 1), ("甲", 2), ("乙", 3)), frozen(("甲", 1), ("甲", 5), ("甲", 7)))
    assert [(one.row, one.kind, one.was, one.now) for one in found.changes] == [
        ("甲", "changed", "2", "5"), ("甲", "new", "", "7"), ("乙", "gone", "3", ""),
    ]  # fmt: skip


def test_an_old_version_without_frozen_data_is_refused_in_words(store: Store, ready: int, tmp_path: Path) -> None:
    package(store, ready, tmp_path)
    package(store, ready, tmp_path)
    shutil.rmtree(store.folder.attachments)
    with store.read() as session, pytest.raises(NotFrozen):
        compare_versions(session, folder=store.folder, campaign_id=ready, earlier=1, later=2)


def test_the_frozen_data_is_read_without_this_program(store: Store, ready: int, tmp_path: Path) -> None:
    folder = package(store, ready, tmp_path)
    data = json.loads((folder / JSON_NAME).read_text(encoding="utf-8"))
    tables = {table["code"]: table for table in data["tables"]}
    assert len(tables["hazard_list"]["rows"]) == 2
    book = openpyxl.load_workbook(folder / XLSX_NAME)
    assert len(book.worksheets) == len(data["tables"])
    assert book.worksheets[1].title == "附件2"


def test_annex_1_is_open_and_the_ledgers_are_masked(store: Store, ready: int, tmp_path: Path) -> None:
    folder = package(store, ready, tmp_path)
    annex, ledger, hazards = (
        " ".join(
            str(cell) for row in openpyxl.load_workbook(folder / f"{name}.xlsx").worksheets[0].iter_rows(values_only=True) for cell in row
        )
        for name in ("附件1抽调执法人员统计表", "问题隐患整改台账", "重大事故隐患清单")
    )
    assert "19900000002" in annex
    assert "199****0009" in ledger
    assert "199****0009" in hazards
    assert "19900000009" not in ledger + hazards + (folder / JSON_NAME).read_text(encoding="utf-8")


def test_names_and_numbers_are_masked_so_that_one_may_still_be_called_back() -> None:
    assert mask_number("19900000009") == "199****0009"
    assert (mask_name("周砚秋"), mask_name("欧阳样例")) == ("周某某", "欧某某")


def test_two_packages_of_one_snapshot_differ_only_in_what_is_declared(
    store: Store, ready: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    first, second = (runs.make_package(store, campaign_id=ready, target=tmp_path / str(n), draft=True).folder for n in (1, 2))
    for path in sorted(first.iterdir()):
        same = hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256((second / path.name).read_bytes()).digest()
        # the head of the history moves on with the first draft, and is printed on these
        declared = path.name in ("报送前体检单.pdf", "报送说明.txt", "清单.json", "MANIFEST.sha256", JSON_NAME)
        assert same or declared, path.name


def test_a_receipt_is_kept_by_version_and_can_be_undone(store: Store, ready: int, tmp_path: Path) -> None:
    package(store, ready, tmp_path)
    row = {"outcome": "签收", "taken_by": "孙审理", "taken_on": clock.today(), "unit": "审理室", "opinion": None}
    with store.write("登记回执") as session:
        receipts.save(session, campaign_id=ready, version=1, row=row)
    with store.read() as session:
        assert receipts.of(session, campaign_id=ready)[1][0].taken_by == "孙审理"
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert receipts.of(session, campaign_id=ready) == {}
    with store.write("退回") as session, pytest.raises(receipts.OpinionMissing):
        receipts.save(session, campaign_id=ready, version=1, row={**row, "outcome": "退回"})


def test_a_locked_campaign_takes_a_change_only_with_a_reason(store: Store, ready: int, tmp_path: Path) -> None:
    with store.write("锁定") as session, pytest.raises(closing.NothingHandedIn):
        closing.lock(session, campaign_id=ready)
    package(store, ready, tmp_path)
    with store.write("锁定") as session:
        closing.lock(session, campaign_id=ready)
    with pytest.raises(ReasonNeeded), store.write("新增") as session:
        make.finding(session, ready, hazard="报后才发现", category="作业现场类")
    with pytest.raises(ReasonNeeded), store.write("改罚款") as session:  # a row that names no campaign itself
        session.scalars(select(CaseAmount)).one().fen = 1
    with store.write("新增") as session:
        make.finding(session, ready, hazard="报后才发现", category="作业现场类")
        reasons.note(session, "退回补报")
    with store.read() as session:
        newest = session.scalars(select(Operation).order_by(Operation.id.desc())).first()
        assert newest is not None
        assert "supplement" in str(newest.detail)
        assert session.scalar(select(Finding.id).where(Finding.hazard == "报后才发现")) is not None
    assert "补报" in package(store, ready, tmp_path).name


def test_a_closed_campaign_takes_nothing_until_it_is_opened_with_a_reason(store: Store, ready: int, tmp_path: Path) -> None:
    package(store, ready, tmp_path)
    for verb in (closing.lock, closing.close):
        with store.write("状态") as session:
            verb(session, campaign_id=ready)

    def change() -> None:
        with store.write("新增") as session:
            reasons.note(session, "有原因也不行")
            make.finding(session, ready, hazard="晚了", category="作业现场类")

    with pytest.raises(CampaignClosed):
        change()
    with store.write("重开") as session, pytest.raises(ReasonNeeded):
        closing.reopen(session, campaign_id=ready, reason=None)
    with store.write("重开") as session:
        closing.reopen(session, campaign_id=ready, reason="审理室退回")
    with store.read() as session:
        assert closing.state_of(session, campaign_id=ready) == closing.LOCKED
        assert campaigns.find(session).id == ready


def test_another_campaign_is_free_while_one_is_locked(store: Store, ready: int, tmp_path: Path) -> None:
    package(store, ready, tmp_path)
    with store.write("锁定") as session:
        closing.lock(session, campaign_id=ready)
    with store.write("另一个") as session:
        other = make.campaign(session, name="岚桥区2024年有限空间专项检查")
        make.person(session, other)
    with store.read() as session:
        assert people.LISTING.form.keys  # the write above was not stopped
        assert findings.LISTING.table == "finding"


def test_the_clerks_prose_survives_new_figures_and_can_be_undone(store: Store, ready: int, tmp_path: Path) -> None:
    with store.write("改总结文字") as session:
        prose.save(session, campaign_id=ready, parts={"存在问题": "共发现{发现问题}项，培训最弱。"})
    first = package(store, ready, tmp_path)
    with store.write("补录") as session:
        make.finding(session, ready, hazard="安全出口堵塞", category="作业现场类")
    second = package(store, ready, tmp_path)
    texts = ["\n".join(p.text for p in docx.Document(str(folder / "工作总结报告.docx")).paragraphs) for folder in (first, second)]
    assert "共发现2项，培训最弱。" in texts[0]
    assert "共发现3项，培训最弱。" in texts[1]
    with store.write("改总结文字") as session:
        prose.save(session, campaign_id=ready, parts={"存在问题": "别的"})
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert prose.load(session, campaign_id=ready)["存在问题"] == "共发现{发现问题}项，培训最弱。"


def test_an_office_template_is_used_kept_and_taken_back(store: Store, ready: int, tmp_path: Path) -> None:
    own = tmp_path / "本局模板.docx"
    document = docx.Document()
    document.add_paragraph("本局共发现问题{{ 发现问题 }}项。")
    document.save(str(own))
    with store.write("换模板") as session:
        templates.choose(session, folder=store.folder, path=own)
    own.unlink()
    folder = package(store, ready, tmp_path / "报送")
    assert docx.Document(str(folder / "工作总结报告.docx")).paragraphs[0].text == "本局共发现问题2项。"
    with store.write("恢复") as session:
        templates.restore(session)
    with store.read() as session:
        assert templates.in_force(session, folder=store.folder).path == template.SHIPPED


def test_the_letter_and_the_mail_name_every_paper_once(store: Store, ready: int, tmp_path: Path) -> None:
    made = runs.make_package(store, campaign_id=ready, target=tmp_path, draft=True)
    letter = [paragraph.text for paragraph in docx.Document(str(made.folder / "报送函.docx")).paragraphs]
    mail = (made.folder / "邮件正文.txt").read_text(encoding="utf-8")
    assert "附件：1．抽调执法人员统计表" in letter  # its number is that of the annex
    for paper in ("抽调执法人员统计表", "问题隐患整改台账", "工作总结报告"):
        assert sum(paper in line for line in letter) == 1
        assert mail.count(paper) == 1
    assert made.zip.name in mail
    with zipfile.ZipFile(made.zip) as packed:
        assert "邮件正文.txt" in {Path(name).name for name in packed.namelist()}


def test_each_figure_of_the_report_has_its_meaning_on_a_page_of_its_own(store: Store, ready: int, tmp_path: Path) -> None:
    with store.write("总结") as session:
        prose.save(
            session,
            campaign_id=ready,
            parts={"总体情况": "检查{检查企业}家，发现问题{发现问题}项。", "主要做法": "到期整改率{到期整改率}。"},
        )
    made = runs.make_package(store, campaign_id=ready, target=tmp_path, draft=True)
    document = docx.Document(str(made.folder / "工作总结报告.docx"))
    meaning = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert [row[0] for row in meaning] == ["指标", "检查企业（家）", "发现问题（项）", "到期整改率（%）"]
    assert all(row[1] for row in meaning)
    caption = next(one for one in document.paragraphs if one.text == word.DEFINITIONS)
    assert caption.paragraph_format.page_break_before
    with store.read() as session:
        kept = prose.load(session, campaign_id=ready)
        facts = figures.collect(session, campaign_id=ready, as_of=clock.today())
        back, _audit = prose.read_back(made.folder / "工作总结报告.docx", figures.all_figures(session, facts))
    assert back["下一步工作建议"] == kept["下一步工作建议"]  # the page at the end is not the clerk's text


def test_a_letter_lists_what_goes_with_it_and_no_line_runs_under_its_number(store: Store, ready: int, tmp_path: Path) -> None:
    made = runs.make_package(store, campaign_id=ready, target=tmp_path, draft=True)
    lines = [one for one in docx.Document(str(made.folder / "报送函.docx")).paragraphs if "．" in one.text]
    assert lines[0].text.startswith("附件：1．")
    assert all((one.paragraph_format.first_line_indent or 0) < 0 < (one.paragraph_format.left_indent or 0) for one in lines)
    starts = {one.paragraph_format.left_indent for one in lines}
    assert len(starts) == 1
