"""What goes with a package: units' own annexes, lists for the public, a chart."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.forms import Row
from services import checks, figures, packages
from services.exports.printed import Printed
from services.packages import extras
from services.packages.extras import Extras
from services.store import Store
from tests import make, planting

AS_OF = planting.AS_OF
produce = importlib.import_module("services.packages.produce")  # the package has a function of this name


def read(session: Session, campaign: int, **wanted: bool) -> packages.Contents:
    return packages.gather(session, campaign_id=campaign, operator="尚永舟", as_of=AS_OF, extras=Extras(**wanted))


def bare(rows: Any) -> list[Row]:
    return [{key: value for key, value in row.items() if key != "no"} for row in rows]


def test_nothing_goes_with_it_until_the_office_wants_it(store: Store) -> None:
    with store.write("准备") as session:
        plot = planting.sound(session)
        assert extras.wanted(session) == Extras()
        extras.choose(session, extras=Extras(public=True))
        session.flush()
        found = packages.gather(session, campaign_id=plot.campaign, operator="尚永舟", as_of=AS_OF)
    assert (found.by_unit, list(found.public)) == ({}, [extras.DECIDED, extras.HAZARDS])


def test_the_units_annexes_together_are_the_annexes(store: Store) -> None:
    with store.write("准备") as session:
        plot = planting.sound(session)
        planting.firm(session, "双汊无名机械有限公司", 9, town=None)
        planting.visit(session, plot.campaign, "双汊无名机械有限公司", 14)
        found = read(session, plot.campaign, by_unit=True)
    assert list(found.by_unit) == ["柳溪镇", "石坪镇", extras.UNKNOWN_UNIT]
    for whole in found.tables.values():
        parts = [one for tables in found.by_unit.values() for one in tables if one.form == whole.form]
        rows = [row for one in parts for row in bare(one.rows)]
        assert sorted(rows, key=str) == sorted(bare(whole.rows), key=str), whole.label
        assert all([row["no"] for row in one.rows] == list(range(1, len(one.rows) + 1)) for one in parts)


def test_the_public_lists_show_no_person(store: Store) -> None:
    with store.write("准备") as session:
        plot = planting.sound(session)
        said = "负责人仇宏峰没有按规定设置警示标志，电话19900000009，罚款文书（岚）应急罚〔2023〕11号"
        parties = {"person_party": "尚永舟", "person_decided": 50_000, "person_proposed": 50_000}
        case = {**planting.DECIDED, "decision_no": "（岚）应急罚〔2023〕12号", "violation": said, **parties}
        planting.another_case(session, plot, **case)
        found = read(session, plot.campaign, public=True)
    decided, hazards = found.public[extras.DECIDED], found.public[extras.HAZARDS]
    row = next(row for row in decided.rows if row["decision_no"] == "（岚）应急罚〔2023〕12号")
    assert row["person_party"] == "尚某某"
    assert row["violation"] == "负责人仇某某没有按规定设置警示标志，电话199****0009，罚款文书（岚）应急罚〔2023〕11号"
    assert row["amount"] == 2_050_000
    assert [row["status"] for row in hazards.rows] == ["已销号"]
    assert "person" not in hazards.form.keys
    assert "尚永舟" not in str(decided.facts)


def test_a_case_without_a_decision_is_not_made_public(store: Store) -> None:
    with store.write("准备") as session:
        plot = planting.sound(session)
        found = read(session, plot.campaign, public=True).public[extras.DECIDED]
    assert len(found.rows) == 2
    assert all(row["decided_on"] for row in found.rows)


def test_the_campaign_is_read_once_for_a_package(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    collect = figures.collect

    def counted(session: Session, *, campaign_id: int, as_of: date) -> figures.Facts:
        times.append(campaign_id)
        return collect(session, campaign_id=campaign_id, as_of=as_of)

    monkeypatch.setattr(figures, "collect", counted)
    monkeypatch.setattr("services.checks.gathering.collect", counted)
    with store.write("准备") as session:
        read(session, planting.sound(session).campaign)
    assert len(times) == 1


def test_the_units_annexes_lie_in_a_folder_of_their_own_and_are_one_line_of_the_letter(store: Store, tmp_path: Path) -> None:
    with store.write("准备") as session:
        made = packages.produce(read(session, planting.sound(session).campaign, by_unit=True), target=tmp_path, data=store.folder)
    assert {path.name for path in (made.folder / produce.APART).iterdir()} == {"柳溪镇.xlsx", "柳溪镇.pdf", "石坪镇.xlsx", "石坪镇.pdf"}
    cover = (made.folder / produce.COVER).read_text(encoding="utf-8")
    assert "分表（4 份）" in cover
    assert "柳溪镇.xlsx" in (made.folder / produce.MANIFEST).read_text(encoding="utf-8")


def test_a_folder_too_deep_is_said_before_anything_is_written(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(produce, "LONGEST_PATH", 120)
    with store.write("准备") as session:
        contents = read(session, planting.sound(session).campaign)
    with pytest.raises(produce.PathTooLong) as refused:
        packages.produce(contents, target=tmp_path / "深", data=store.folder)
    assert "120" in refused.value.message()
    assert list((tmp_path / "深").iterdir()) == []


def test_the_chart_of_the_report_has_the_numbers_of_its_table(store: Store) -> None:
    with store.write("准备") as session:
        report = read(session, planting.sound(session).campaign).report
    (table,), (chart,) = report.sections[0].tables, report.sections[0].charts
    assert [(name, str(value)) for name, value in chart.bars] == list(table.rows[:-1])
    assert not any(section.charts for section in report.sections[1:])


def test_masking_leaves_annex_1_open_and_hides_the_ledger(store: Store) -> None:
    with store.write("准备") as session:
        number = planting.sound(session).campaign
        found = read(session, number)
    annex_1: Printed = next(iter(found.tables.values()))
    assert {str(row["phone"]) for row in annex_1.rows} == {"19900000001", "19900000002"}
    assert checks.blocking(found.checks) == []
    assert make.PARTS["主要做法"] in found.report.sections[1].paragraphs
