"""Who owes Annex 1, who is late, and what is written to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.forms import Row
from services import campaigns, clock, nominations, reporting, seconding, undoing
from services.imports.apply import apply_plan
from services.imports.plan import make_plan
from services.reporting import Standing
from services.store import Store
from tests import make


@pytest.fixture(autouse=True)
def day_after_the_deadline(store: Store) -> None:  # noqa: ARG001 - opening sets the clock
    """Let the clock stand on the day after Annex 1 was due."""
    clock.set_demo_date(date(2023, 3, 28))


def standing(store: Store, campaign: int, name: str) -> Standing:
    with store.read() as session:
        return next(unit for unit in reporting.board(session, campaign_id=campaign).units if unit.name == name)


def unit_id(store: Store, campaign: int, name: str) -> int:
    return standing(store, campaign, name).id


def receive(store: Store, campaign: int, folder: Path, *, name: str = "柳溪镇-附件1.xlsx", on: date | None = None, **row: object) -> None:
    values: Row = {"name": "周砚秋", "unit_position": "柳溪镇安环办科员", "cert_no": "99030200001", "phone": "19900000001", **row}
    path, read = make.received(folder, "personnel", values, name=name)
    read.report_date = on
    with store.read() as session:
        plan = make_plan(session, path=path, read=read, campaign_id=campaign)
    with store.write("导入") as session:
        apply_plan(session, plan=plan)


def test_each_unit_is_expected_to_send_what_the_notice_asks_by_its_day(store: Store, campaign: int) -> None:
    with store.read() as session:
        board = reporting.board(session, campaign_id=campaign)
    assert board.due == date(2023, 3, 27)
    assert [(unit.name, unit.wanted, unit.state, unit.days_late) for unit in board.units] == [
        ("柳溪镇", 1, "未报", 1),
        ("石坪镇", 1, "未报", 1),
    ]
    assert (len(board.expected), len(board.reported), len(board.owing)) == (2, 0, 2)


def test_an_imported_form_sets_received_for_the_unit_that_sent_it(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path)
    unit = standing(store, campaign, "柳溪镇")
    assert (unit.state, unit.sent, unit.received_on, unit.days_late) == ("已报", 1, date(2023, 3, 28), 1)
    assert standing(store, campaign, "石坪镇").state == "未报"


def test_a_form_whose_name_says_no_unit_is_known_by_its_rows(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path, name="来表.xlsx", unit_position="石坪镇安环办科员")
    assert standing(store, campaign, "石坪镇").received_on == date(2023, 3, 28)


def test_the_day_that_the_form_names_counts_if_it_is_not_ahead(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path, on=date(2023, 3, 26))
    unit = standing(store, campaign, "柳溪镇")
    assert (unit.received_on, unit.days_late) == (date(2023, 3, 26), 0)


def test_a_day_ahead_of_the_reading_does_not_count(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path, on=date(2023, 3, 30))
    assert standing(store, campaign, "柳溪镇").received_on == date(2023, 3, 28)


def test_the_undo_of_an_import_makes_the_unit_owe_again(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path)
    with store.write("撤销") as session:
        undoing.undo(session)
    assert standing(store, campaign, "柳溪镇").state == "未报"


def test_a_unit_is_done_when_all_its_people_are_accepted(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        person = make.person(session, campaign)
    assert standing(store, campaign, "柳溪镇").state == "已报"
    with store.write("接收") as session:
        seconding.accept(session, secondment_ids=[person])
    assert standing(store, campaign, "柳溪镇").state == "已收"


def test_too_few_too_many_and_sent_back_are_told_apart(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        campaigns.set_units(session, campaign_id=campaign, units=[{"name": "柳溪镇", "nominees": "2"}, {"name": "石坪镇", "nominees": "1"}])
        make.person(session, campaign)
        back = make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000002")
    assert standing(store, campaign, "柳溪镇").state == "没报齐"
    with store.write("退回") as session:
        seconding.send_back(session, secondment_ids=[back], reason="证号不对")
    assert standing(store, campaign, "石坪镇").state == "退回"
    with store.write("录入") as session:
        for number in (3, 4):
            make.person(session, campaign, f"丁海{number}", cert_no=f"9903020000{number}", phone=f"1990000000{number}")
    assert standing(store, campaign, "柳溪镇").state == "多报"


def test_a_unit_whose_person_is_replaced_by_another_units_owes_nothing(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        out = make.person(session, campaign)
        make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000002")
        group = make.group(session, campaign, "第二检查组", leader="丁海波", officers=())
        seconding.assign(session, secondment_ids=[out], group_id=group)
        seconding.swap(session, secondment_id=out, other="贺启航", on=date(2023, 4, 10), reason="病假")
    assert standing(store, campaign, "柳溪镇").state == "已收"


def test_more_time_moves_the_day_and_an_excuse_ends_it(store: Store, campaign: int) -> None:
    unit = unit_id(store, campaign, "柳溪镇")
    with store.write("延期") as session:
        reporting.extend(session, unit_ids=[unit], due=date(2023, 3, 31), reason="镇里换届")
    assert (standing(store, campaign, "柳溪镇").due, standing(store, campaign, "柳溪镇").days_late) == (date(2023, 3, 31), 0)
    with store.write("免报") as session:
        reporting.excuse(session, unit_ids=[unit], reason="大队同意")
    excused = standing(store, campaign, "柳溪镇")
    assert (excused.state, excused.reason, excused.days_late) == ("免报", "大队同意", 0)
    with store.read() as session:
        assert [one.name for one in reporting.board(session, campaign_id=campaign).expected] == ["石坪镇"]
    with store.write("仍要报") as session:
        reporting.owe(session, unit_ids=[unit])
    assert standing(store, campaign, "柳溪镇").state == "未报"


def test_a_step_of_a_unit_without_reason_is_refused(store: Store, campaign: int) -> None:
    unit = unit_id(store, campaign, "柳溪镇")
    with store.write("免报") as session, pytest.raises(reporting.ReasonMissing):
        reporting.excuse(session, unit_ids=[unit], reason=" ")
    with store.write("延期") as session, pytest.raises(reporting.ReasonMissing):
        reporting.extend(session, unit_ids=[unit], due=date(2023, 3, 31), reason="")


def test_a_written_receipt_decides_over_all_other_days(store: Store, campaign: int, tmp_path: Path) -> None:
    receive(store, campaign, tmp_path)
    with store.write("登记") as session:
        reporting.note_receipt(session, unit_ids=[unit_id_in(session, campaign)], on=date(2023, 3, 27), reason="群里先发的照片")
    unit = standing(store, campaign, "柳溪镇")
    assert (unit.received_on, unit.days_late, unit.reason) == (date(2023, 3, 27), 0, "群里先发的照片")


def unit_id_in(session: object, campaign: int) -> int:
    return campaigns.units(session, campaign_id=campaign)[0].id  # type: ignore[arg-type]


def test_the_chase_text_names_units_day_and_recipient(store: Store, campaign: int) -> None:
    with store.read() as session:
        text = reporting.chase_text(session, campaign_id=campaign)
    assert text == "【催报】柳溪镇、石坪镇：附件1《抽调执法人员统计表》已于3月27日截止，过了 1 天，还没有收到，请今天报大队审理室。"


def test_the_chase_text_of_one_unit_names_only_that_one(store: Store, campaign: int) -> None:
    with store.read() as session:
        unit = campaigns.units(session, campaign_id=campaign)[1].id
        assert reporting.chase_text(session, campaign_id=campaign, unit_ids=[unit]).startswith("【催报】石坪镇：")


def test_what_was_sent_back_is_chased_with_its_reason(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        person = make.person(session, campaign)
        seconding.send_back(session, secondment_ids=[person], reason="证号只有 10 位")
        text = reporting.chase_text(session, campaign_id=campaign)
    assert "柳溪镇：附件1《抽调执法人员统计表》已退回（证号只有 10 位），请改好重报。" in text


def test_nobody_is_chased_before_anybody_owes(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        make.person(session, campaign)
        make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000002")
        assert reporting.chase(session, campaign_id=campaign) == ""


def test_a_chase_is_written_down_and_undone(store: Store, campaign: int) -> None:
    with store.write("催报") as session:
        assert reporting.chase(session, campaign_id=campaign)
    assert (standing(store, campaign, "柳溪镇").chased, standing(store, campaign, "柳溪镇").chased_on) == (1, date(2023, 3, 28))
    with store.write("撤销") as session:
        undoing.undo(session)
    assert standing(store, campaign, "柳溪镇").chased == 0


def test_a_unit_is_added_renamed_and_removed_but_not_with_people(store: Store, campaign: int) -> None:
    with store.write("单位") as session:
        number = reporting.save(session, campaign_id=campaign, row={"name": "双汊镇", "nominees": 1, "aliases": ("双叉",)})
        row = reporting.load(session, record_id=number)
        assert (row["name"], row["state"], row["aliases"]) == ("双汊镇", "未报", ("双叉",))
        reporting.save(session, campaign_id=campaign, row={**row, "nominees": 2}, record_id=number)
        with pytest.raises(reporting.UnitExists):
            reporting.save(session, campaign_id=campaign, row={"name": "柳溪镇"})
        reporting.remove(session, record_ids=[number])
    with store.write("单位") as session:
        make.person(session, campaign)
        with pytest.raises(reporting.UnitInUse):
            reporting.remove(session, record_ids=[campaigns.units(session, campaign_id=campaign)[0].id])


def test_every_kind_of_step_is_one_of_the_known(store: Store, campaign: int) -> None:
    with store.write("错") as session, pytest.raises(AssertionError):
        nominations.step(session, campaign_id=campaign, kind="别的", on=clock.today(), unit_id=1)
