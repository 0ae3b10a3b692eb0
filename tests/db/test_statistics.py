"""Daily report, statistics workbook, leader's page: the figures' numbers."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import openpyxl
import pytest

from services.errors import FileTrouble
from services.exports import onepage
from services.exports.daily import deliver_daily, write_daily
from services.exports.statistics import DEFINITIONS, FIGURES, deliver_statistics, sheet_name, write_statistics
from services.exports.tables import printed_grid
from services.figures.daily import daily, text
from services.figures.statistics import Asked, Statistics, statistics
from services.store import Store
from tests import make

DAY = date(2023, 4, 20)
AT = datetime(2023, 4, 20, 10, 0, tzinfo=UTC)
EVIL = "=1+1镇"


@pytest.fixture
def made(store: Store) -> int:
    """Return a campaign: a group of a visit yesterday and one today, one finding overdue, a case filed today."""
    with store.write("样例") as session:
        number = make.campaign(session)
        make.group(session, number, quota=15)
        make.group(session, number, "第二检查组", leader="林秀云", officers=("白朗宁",))
        make.visit(session, number, "岚桥区甲厂", town=EVIL, checked_on=date(2023, 4, 19))
        make.visit(session, number, "岚桥区乙厂", town="石坪镇", checked_on=DAY, platform_no=None, entered_on=None)
        make.finding(session, number, "岚桥区甲厂", due=date(2023, 4, 18))
        make.finding(session, number, "岚桥区乙厂", hazard="二", level="重大", disposal="当场整改")
        make.finding(session, number, "岚桥区乙厂", hazard="三", due=DAY, status="已销号", rechecked_on=DAY, rectified_on=DAY)
        make.case(session, number, "岚桥区甲厂", filed_on=DAY)
    return number


def stat(store: Store, number: int) -> Statistics:
    with store.snapshot() as session:
        return statistics(session, campaign_id=number, asked=Asked(as_of=DAY))


def test_the_daily_report_tells_the_day_and_all_days(store: Store, made: int) -> None:
    with store.snapshot() as session:
        report = daily(session, campaign_id=made, day=DAY)
    known = {line.figure.key: (line.today, line.total) for line in report.lines}
    assert known["enterprises"] == (1, 2)
    assert known["findings"] == (2, 3)
    assert known["major_hazards"] == (1, 1)
    assert known["closed"] == (1, 1)
    assert known["filed_cases"] == (1, 1)
    assert known["proposed_cases"] == (None, 1)
    assert [(one.name, one.today_enterprises, one.enterprises, one.quota) for one in report.groups] == [
        ("第一检查组", 1, 2, 15), ("第二检查组", 0, 0, 1),
    ]  # fmt: skip
    assert (report.overdue, report.steps, report.missing_on_platform) == (1, ("岚桥区甲厂立案",), 1)


def test_the_daily_text_says_overdue_and_cases(store: Store, made: int) -> None:
    with store.snapshot() as session:
        words = text(daily(session, campaign_id=made, day=DAY))
    assert "2023年4月20日（星期四）" in words
    assert "4月20日，检查企业 1 家，发现问题 2 项，其中重大事故隐患 1 项" in words
    assert "逾期未整改 1 项，最早 4月18日到期" in words
    assert "当日：岚桥区甲厂立案。" in words
    assert "还有 1 次检查没有录入省平台" in words


def test_a_report_of_an_earlier_day_knows_of_no_case_and_no_fine_to_come(store: Store, made: int) -> None:
    later = {"decided_on": date(2023, 4, 19), "decision_no": "岚应急罚〔2023〕1号", "decided": 1_000_000, "filed_on": date(2023, 4, 12)}
    with store.write("案件") as session:
        make.case(session, made, "岚桥区乙厂", **later)
    totals = {}
    for day in (11, 12, 18, 19):
        with store.snapshot() as session:
            report = daily(session, campaign_id=made, day=date(2023, 4, day))
        known = {line.figure.key: line.total for line in report.lines}
        totals[day] = (known["proposed_cases"], known["filed_cases"], known["fine_decided_yuan"], known["documents"])
    assert totals == {11: (0, 0, 0, 0), 12: (1, 1, 0, 0), 18: (1, 1, 0, 0), 19: (2, 1, 10_000, totals[19][3])}


def test_a_day_without_visits_and_an_empty_campaign_have_a_report_too(store: Store, made: int) -> None:
    with store.write("空") as session:
        empty = make.campaign(session, name="岚桥区2024年检查")
    with store.snapshot() as session:
        assert "4月12日没有检查。" in text(daily(session, campaign_id=made, day=date(2023, 4, 12)))
        assert "还没有检查分组。" in text(daily(session, campaign_id=empty, day=DAY))


def test_the_daily_document_has_groups_sums_and_definitions(store: Store, made: int, tmp_path: Path) -> None:
    with store.snapshot() as session:
        report = daily(session, campaign_id=made, day=DAY)
    deliver_daily(report, tmp_path / "日报.docx", signer="岚桥区应急管理局", made_at=AT)
    document = docx.Document(str(tmp_path / "日报.docx"))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[1] == ["第一检查组", "何志远", "1", "2", "2", "15", "3", "1"]
    assert rows[-1][0] == "合计"
    assert any(paragraph.text.startswith("口径") and "同一企业只计一家" in paragraph.text for paragraph in document.paragraphs)
    write_daily(report, tmp_path / "again.docx", signer="岚桥区应急管理局", made_at=AT)
    assert (tmp_path / "again.docx").read_bytes() == (tmp_path / "日报.docx").read_bytes()


def test_the_workbook_has_tables_native_charts_and_definitions(store: Store, made: int, tmp_path: Path) -> None:
    found, target = stat(store, made), tmp_path / "统计表.xlsx"
    deliver_statistics(found, target, made_at=AT)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == [FIGURES, *(sheet_name(grid) for grid in found.grids), DEFINITIONS]
    values = {row[0]: row[1] for row in book[FIGURES].iter_rows(min_row=5, values_only=True)}
    assert (values["检查企业"], values["发现问题"], values["拟罚金额"]) == (2, 3, 2)
    table = book["镇办×问题类别"]
    assert [cell.value for cell in table[table.max_row]][-1] == 3
    defined = {row[0]: row[2] for row in book[DEFINITIONS].iter_rows(min_row=5, values_only=True)}
    assert all(defined[one.figure.name] for one in found.compared)
    with zipfile.ZipFile(target) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 2 * len(found.grids)
    assert all("<c:barChart>" in chart and "镇办×" in chart for chart in charts[:2])


def test_words_that_look_like_formulas_stay_words(store: Store, made: int, tmp_path: Path) -> None:
    found = stat(store, made)
    write_statistics(replace(found, campaign="=cmd|' /C calc'!A1"), tmp_path / "a.xlsx", made_at=AT)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    heads = [cell for row in book["镇办×问题类别"].iter_rows() for cell in row if cell.value == EVIL]
    assert heads
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}


def test_a_workbook_of_nothing_is_written_too(store: Store, tmp_path: Path) -> None:
    with store.write("空") as session:
        number = make.campaign(session)
    found = stat(store, number)
    assert found.empty
    deliver_statistics(found, tmp_path / "空.xlsx", made_at=AT)
    assert onepage.deliver_leader_pdf(found, tmp_path / "空.pdf", made_at=AT).pages == 1


def test_a_folder_that_is_not_there_is_said_in_one_sentence(store: Store, made: int, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble):
        deliver_statistics(stat(store, made), tmp_path / "没有" / "a.xlsx", made_at=AT)


def test_the_leaders_page_is_one_page_with_bars_and_definitions(store: Store, made: int, tmp_path: Path) -> None:
    found = stat(store, made)
    page = onepage.leader_page(found)
    words = [one.words for one in page.texts]
    assert {"检查企业", "2 家", "发现问题", "3 项", "逾期未整改", "1 项"} <= set(words)
    assert any(word.startswith("口径") for word in words)
    assert len(page.bars) >= 3
    bottom = onepage.A4_PORTRAIT.height_mm * onepage.POINTS_PER_MM
    assert all(0 < one.baseline < bottom and one.left + one.width <= 210 * onepage.POINTS_PER_MM for one in page.texts)
    assert all(one.height > 0 and one.top > 0 for one in page.bars)
    assert onepage.deliver_leader_pdf(found, tmp_path / "a.pdf", made_at=AT).pages == 1
    onepage.write_leader_pdf(found, tmp_path / "b.pdf", made_at=AT)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_printed_table_has_its_sums_and_its_definition(store: Store, made: int) -> None:
    found = stat(store, made)
    printed = printed_grid(found, found.grids[0])
    assert printed.rows[-1]["name"] == "合计"
    assert printed.rows[-1]["sum"] == 3
    assert printed.form.notes[0].startswith("口径：")
