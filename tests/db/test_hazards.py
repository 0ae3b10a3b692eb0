"""Major hazards, dossiers and the papers of the closed loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from alembic import command
from alembic.config import Config

from models import Finding, Inspection
from models.forms import Context
from services import clock, dossiers, evidence, findings, hazards, inspections, listing, migrate, rectifications, undoing
from services.errors import ReasonNeeded
from services.exports import deliver, sheets
from services.hazards import ItemUnknown, MarkIncomplete, NotMajor
from services.store import Store, make_engine
from tests import make

BEFORE, AFTER = date(2023, 4, 10), date(2023, 6, 1)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Let it be the end of June 2023."""
    clock.set_demo_date(date(2023, 6, 30))
    yield
    clock.set_demo_date(None)


@pytest.fixture
def finding(store: Store, campaign: int) -> int:
    """Return a finding of 10 April."""
    with store.write("录入") as session:
        return make.finding(session, campaign, hazard="炉前坑内有积水", basis="安全生产法 第三十六条", due=date(2023, 4, 25), person="程向")


@pytest.mark.parametrize(("on", "count", "standard"), [(BEFORE, 59, "安监总管四〔2017〕129号"), (AFTER, 64, "应急管理部令第10号")])
@pytest.mark.usefixtures("campaign")
def test_the_list_follows_the_day_of_the_visit(store: Store, on: date, count: int, standard: str) -> None:
    with store.read() as session:
        assert len(hazards.items(session, on=on)) == count
        assert hazards.standard(session, on=on) == standard


@pytest.mark.parametrize(("on", "last"), [(date(2023, 5, 14), "17"), (date(2023, 5, 15), "10")])
@pytest.mark.usefixtures("campaign")
def test_order_10_begins_on_15_may(store: Store, on: date, last: str) -> None:
    with store.read() as session:
        assert {one.code.split("-")[0] for one in hazards.items(session, on=on)} == {last}


@pytest.mark.usefixtures("campaign")
def test_items_are_narrowed_by_the_industry_and_keep_what_holds_for_all(store: Store) -> None:
    with store.read() as session:
        assert hazards.sector_of(session, industry="铸造", on=AFTER) == "机械"
        found = {one.sector for one in hazards.items(session, on=AFTER, sector="机械")}
        assert found == {"通用", "机械", "粉尘涉爆", "涉氨制冷", "有限空间"}
        assert [one.code for one in hazards.items(session, on=AFTER, sector="机械", words="积水")] == ["10-7-3"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("灭火器失效", "消防"),
        ("瓶装燃气软管老化", "燃气"),
        ("叉车未检验", "特种设备"),
        ("危化品仓库混存", "危险化学品"),
        ("砂轮机无防护罩", None),
    ],
)
@pytest.mark.usefixtures("campaign")
def test_what_other_standards_judge_is_said_and_not_decided(store: Store, text: str, field: str | None) -> None:
    with store.read() as session:
        assert hazards.elsewhere(session, text=text, on=AFTER) == field


def test_a_mark_needs_item_officer_and_expert_of_the_list_of_that_day(store: Store, campaign: int, finding: int) -> None:
    with store.write("认定") as session:
        with pytest.raises(MarkIncomplete, match="专家意见"):
            hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="")
        with pytest.raises(ItemUnknown, match="129号"):
            hazards.mark(session, finding_id=finding, item="10-7-3", officer="康立群", expert="车立")
        hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="车立")
        hazards.hang(session, finding_id=finding, supervisor="何志远", listed_on=date(2023, 4, 11), plan="排水并加挡水坎", fund=5_000_000)
        assert listing.count(session, hazards.LISTING, scope=campaign) == 1
        row = hazards.load(session, record_id=finding)
        assert (row["level" if "level" in row else "major_item"], row["supervisor"], row["fund"]) == ("17-7-3", "何志远", 5_000_000)
        assert any(one.what == "挂牌" for one in rectifications.passages(session, finding_id=finding))
    with pytest.raises(ReasonNeeded), store.write("撤销认定") as session:
        hazards.unmark(session, finding_id=finding, reason="")
    with store.write("撤销认定") as session:
        hazards.unmark(session, finding_id=finding, reason="专家复核不构成")
        assert session.get_one(Finding, finding).level == "一般"
    with pytest.raises(NotMajor), store.read() as session:
        sheets.listing_sheet(session, finding_id=finding, on=BEFORE)


def test_a_hazard_of_another_standard_names_that_and_no_item(store: Store, finding: int) -> None:
    with store.write("认定") as session:
        hazards.mark(session, finding_id=finding, item=None, officer="康立群", expert="车立", other_standard="特种设备")
        assert session.get_one(Finding, finding).other_standard == "特种设备"


def test_the_listing_sheet_names_the_item_in_words(store: Store, finding: int, tmp_path: Path) -> None:
    with store.write("认定") as session:
        hazards.mark(session, finding_id=finding, item="17-7-3", officer="康立群", expert="车立")
        report = sheets.listing_sheet(session, finding_id=finding, on=BEFORE)
    deliver.deliver_report(report, tmp_path / "挂牌.docx", made_at=clock.now())
    cells = [cell.text for row in docx.Document(str(tmp_path / "挂牌.docx")).tables[0].rows for cell in row.cells]
    assert any("行业类 机械第3项" in cell and "积水" in cell for cell in cells)


def test_the_problem_list_is_printed_only_with_every_basis(store: Store, campaign: int, finding: int, tmp_path: Path) -> None:
    with store.write("录入") as session:
        number = session.get_one(Finding, finding).inspection_id
        bare = make.finding(session, campaign, hazard="配电箱门敞开", basis=None)
        with pytest.raises(sheets.BasisMissing) as refused:
            sheets.problem_list(session, inspection_id=number)
        assert "第 2 条“配电箱门敞开”" in refused.value.message()
        session.get_one(Finding, bare).basis = "安全生产法 第三十六条"
        session.flush()
        printed = sheets.problem_list(session, inspection_id=number)
    assert [row["no"] for row in printed.rows] == [1, 2]
    deliver.deliver_pdf(printed, tmp_path / "清单.pdf", made_at=clock.now())
    deliver.deliver_workbook(printed, tmp_path / "清单.xlsx", made_at=clock.now())
    sheet = openpyxl.load_workbook(tmp_path / "清单.xlsx").worksheets[0]
    below = [str(cell.value) for row in sheet.iter_rows(min_row=5) for cell in row if cell.value and "：" in str(cell.value)]
    assert sum("检查人员（签名）" in line and "执法证号" in line for line in below) == 2
    assert sum("被检查单位负责人（签名、盖章）" in line for line in below) == 1
    assert sum("日期：" in line for line in below) == 3


@pytest.mark.usefixtures("finding")
def test_a_letter_goes_to_each_town_with_its_own_late_findings(store: Store, campaign: int, tmp_path: Path) -> None:
    with store.read() as session:
        ((town, report),) = sheets.supervision_letters(session, campaign_id=campaign, as_of=date(2023, 5, 1))
        assert town == "柳溪镇"
        assert report.sections[0].tables[0].rows[0][1:] == ("岚桥区瑞丰纺织有限公司", "炉前坑内有积水", "4月25日", "6天", "程向")
        assert sheets.supervision_letters(session, campaign_id=campaign, as_of=date(2023, 4, 25)) == []
        printed = sheets.overdue_list(session, campaign_id=campaign, as_of=date(2023, 5, 1))
    deliver.deliver_report(report, tmp_path / "督办单.docx", made_at=clock.now())
    deliver.deliver_workbook(printed, tmp_path / "清单.xlsx", made_at=clock.now())


def test_a_dossier_holds_all_campaigns_and_prints_without_phone_numbers(store: Store, campaign: int, finding: int, tmp_path: Path) -> None:
    paper = tmp_path / "治理方案.txt"
    paper.write_text("排水", encoding="utf-8")
    with store.write("去年") as session:
        earlier = make.campaign(session, name="岚桥区2022年冬季执法检查活动")
        make.visit(session, earlier, checked_on=date(2022, 11, 8), group=None)
        visit = session.get_one(Inspection, session.get_one(Finding, finding).inspection_id)
        make.case(session, campaign, decided=2_000_000, decided_on=date(2023, 4, 28), stage="已决定", decision_no="（岚）应急罚〔2023〕8号")
        make.enterprise(session, name="岚桥区无关厂", credit_code=None)
        evidence.add(session, folder=store.folder, path=paper, kind="治理方案", finding_id=finding)
        number = visit.enterprise_id
    with store.read() as session:
        found = dossiers.dossier(session, enterprise_id=number, as_of=date(2023, 6, 1))
        assert dossiers.named(session, text="91370302MA3DEMA02B") == [(number, "岚桥区瑞丰纺织有限公司")]
        assert dossiers.dossier(session, enterprise_id=number, as_of=date(2022, 12, 1)).findings == ()
    assert [(one.on, one.findings) for one in found.visits] == [(date(2023, 4, 10), 1), (date(2022, 11, 8), 0)]
    assert (found.findings[0].state, found.open_findings, found.visits_in_a_year, found.first_time) == ("逾期", 1, 2, False)
    assert [one.kind for one in found.documents] == ["行政处罚决定书", "治理方案"]
    phone = dossiers.Fact("联系电话", "19900000001", personal=True)
    assert phone.shown == "199****0001"
    drawn = sheets.deliver_dossier(found, tmp_path / "档案.pdf", made_at=clock.now())
    assert drawn.pages >= 1
    assert drawn.missing == ()


def test_data_of_the_version_before_come_up_with_their_rows(migrated: Path, tmp_path: Path) -> None:
    folder = tmp_path / "旧"
    folder.mkdir()
    path = folder / "data.sqlite"
    engine = make_engine(path, pooled=False, foreign_keys=False)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "v0002")
        connection.exec_driver_sql(
            "INSERT INTO enterprise (name, name_key, search_text, uid, revision, created_at, updated_at) "
            "VALUES ('岚桥区旧厂', '岚桥区旧厂', '旧厂', 'u1', 1, '2023-04-01T08:00:00+08:00', '2023-04-01T08:00:00+08:00')"
        )
        command.upgrade(config, "head")
    engine.dispose()
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM enterprise").fetchall() == [("岚桥区旧厂",)]
        columns = {row[1] for row in raw.execute("PRAGMA table_info(penalty_case)")}
        indexes = {row[1] for row in raw.execute("PRAGMA index_list(operation)")}
    raw.close()
    assert {"hearing_told_on", "outcome", "served_on"} <= columns
    assert "ix_operation_undoes" in indexes
    assert migrated.exists()


def test_disposals_as_people_say_them_are_read(store: Store, campaign: int) -> None:
    column = findings.FORM_FULL.column("disposal")
    read = {word: column.kind.parse(word, Context()).value for word in ("当场", "限期", "停用停产", "立案", "移交", "限期整改", "移送")}
    assert read == {
        "当场": "当场整改", "限期": "限期整改", "停用停产": "责令暂时停产停业", "立案": "立案查处", "移交": "移送",
        "限期整改": "限期整改", "移送": "移送",
    }  # fmt: skip
    with store.write("录入") as session:
        number = make.finding(session, campaign)
        findings.dispose(session, record_ids=[number], disposal="当场整改")
        row = session.get_one(Finding, number)
        assert (row.due, row.penalty) == (BEFORE, False)
        findings.dispose(session, record_ids=[number], disposal="立案查处")
        assert row.penalty
    with store.write("撤销") as session:
        undoing.undo(session)
        assert inspections.visited(session, campaign)
