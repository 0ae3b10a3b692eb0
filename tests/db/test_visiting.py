"""The leader's evening: visit and findings, the tour, the platform, photos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from models import Enterprise, Inspection, Operation, Person
from models.forms import Row
from services import attachments, clock, doubts, evidence, findings, inspections, listing, records, undoing, visiting
from services.errors import ReasonNeeded
from services.evidence import OwnerMissing, PhotoUnreadable
from services.store import Store
from services.visiting import AlreadyAssigned, ContradictoryVisit, Line
from tests import make

DAY = date(2023, 4, 20)
FIRM = "岚桥区瑞丰纺织有限公司"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Let it be the evening of 20 April 2023."""
    clock.set_demo_date(DAY)
    yield
    clock.set_demo_date(None)


def _row(**changes: object) -> Row:
    full: Row = {
        "enterprise": FIRM, "checked_on": DAY, "group": "第一检查组", "leader": "何志远", "officers": ("康立群",), "experts": ("车立",),
        "meeting_open": "09:05-09:20", "meeting_site": "09:20-10:50", "meeting_talk": "10:50-11:05", "meeting_close": "11:05-11:20",
        "present_head": "陶建业", "present_safety": "岳明", "present_worker": "秦小川",
        "showed_id": True, "scanned": True,
        "recorder": True, "scanned_at": "09:02", "recorder_no": "03", "basis": "分片集中执法检查方案", "state": "已完成",
    }  # fmt: skip
    return {**full, **changes}


def _lines(*texts: str) -> list[Line]:
    return [Line({"hazard": text, "category": "设施设备类", "basis": "安全生产法 第三十六条"}) for text in texts]


def _operations(store: Store) -> int:
    with store.read() as session:
        return session.query(Operation).count()


def test_a_visit_with_its_findings_is_one_step_and_one_undo(store: Store, campaign: int) -> None:
    before = _operations(store)
    with store.write("检查：瑞丰") as session:
        saved = visiting.save(session, campaign_id=campaign, row=_row(), lines=_lines("砂轮机无防护罩", "皮带轮无护栏"))
    assert _operations(store) == before + 1
    with store.read() as session:
        row = visiting.load(session, record_id=saved.inspection_id)
        assert (row["scanned_at"], row["recorder_no"], row["officers"]) == ("09:02", "03", ("康立群",))
        assert [line.row["hazard"] for line in visiting.lines(session, inspection_id=saved.inspection_id)] == [
            "砂轮机无防护罩",
            "皮带轮无护栏",
        ]
    with store.write("撤销") as session:
        undoing.undo(session)
        assert listing.count(session, inspections.LISTING, scope=campaign) == 1
        assert listing.count(session, findings.LISTING, scope=campaign) == 0


def test_a_visit_of_the_register_leaves_the_further_fields_alone(store: Store, campaign: int) -> None:
    with store.write("检查") as session:
        number = visiting.save(session, campaign_id=campaign, row=_row()).inspection_id
        inspections.save(
            session, campaign_id=campaign, row=inspections.load(session, record_id=number) | {"remark": "补"}, record_id=number
        )
        assert session.get_one(Inspection, number).scanned_at == "09:02"


def test_nothing_found_is_said_by_a_person_and_does_not_go_with_findings(store: Store, campaign: int) -> None:
    with store.write("检查") as session:
        number = visiting.save(session, campaign_id=campaign, row=_row(no_problem=True, platform_no="LQ1")).inspection_id
        (stop,) = [one for one in visiting.tour(session, campaign_id=campaign, as_of=DAY) if one.inspection_id == number]
        assert stop.word == "未发现问题"
    with pytest.raises(ContradictoryVisit), store.write("检查") as session:
        visiting.save(session, campaign_id=campaign, row=_row(no_problem=True), record_id=number, lines=_lines("砂轮机无防护罩"))


def test_a_finished_visit_asks_why_its_day_changes_and_a_draft_does_not(store: Store, campaign: int) -> None:
    with store.write("检查") as session:
        draft = visiting.save(session, campaign_id=campaign, row=_row(state="草稿")).inspection_id
        visiting.save(session, campaign_id=campaign, row=_row(state="草稿", checked_on=date(2023, 4, 19)), record_id=draft)
        done = visiting.save(session, campaign_id=campaign, row=_row(state="已完成", checked_on=date(2023, 4, 19)), record_id=draft)
    with pytest.raises(ReasonNeeded), store.write("检查") as session:
        visiting.save(session, campaign_id=campaign, row=_row(), record_id=done.inspection_id)
    with store.write("检查") as session:
        visiting.save(session, campaign_id=campaign, row=_row(), record_id=done.inspection_id, reason="日期打错")


def test_day_and_people_of_the_last_visit_stick(store: Store, campaign: int) -> None:
    with store.write("检查") as session:
        number = visiting.save(session, campaign_id=campaign, row=_row()).inspection_id
        group = session.get_one(Inspection, number).group_id
        kept = visiting.sticky(session, campaign_id=campaign, group_id=group)
        assert (kept["checked_on"], kept["officers"], kept["experts"], kept["recorder_no"]) == (DAY, ("康立群",), ("车立",), "03")
        fresh = make.group(session, campaign, name="第二检查组", leader="罗启航", officers=("阮星河",))
        first = visiting.sticky(session, campaign_id=campaign, group_id=fresh)
        assert (first["group"], first["leader"], first["checked_on"]) == ("第二检查组", "罗启航", None)


def test_a_whole_visit_leaves_no_doubt_but_the_missing_certificates(store: Store, campaign: int) -> None:
    with store.write("证号") as session:
        for person in records.alive(session, Person):
            person.cert_no = f"9903020{person.id:04}"
        rows = [line.row for line in _lines("砂轮机无防护罩")]
        assert doubts.of_visit(session, campaign_id=campaign, row=_row(), findings=rows) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"meeting_close": None}, "还没有填时间：总结会"),
        ({"meeting_talk": "08:00"}, "沟通会的时间 08:00 早于现场检查"),
        ({"present_worker": None}, "岗位员工没有写到场的人"),
        ({"scanned": None}, "入企扫码还没有确认"),
        ({"refused": True}, "拒绝、阻碍检查要写明情形"),
        ({"checked_on": date(2023, 4, 22)}, "休息日"),
        ({"entered_on": date(2023, 4, 21)}, "平台录入晚了 1 天"),
        ({"experts": ("康立群",)}, "同时写成执法人员和专家"),
    ],
)
def test_what_is_odd_about_a_visit_is_said_and_stops_nobody(store: Store, campaign: int, changes: dict[str, Any], words: str) -> None:
    with store.write("检查") as session:
        told = [doubt.sentence for doubt in doubts.of_visit(session, campaign_id=campaign, row=_row(**changes))]
        assert any(words in sentence for sentence in told), told
        visiting.save(session, campaign_id=campaign, row=_row(**changes))


def test_a_certificate_that_had_expired_that_day_is_named(store: Store, campaign: int) -> None:
    with store.write("证件") as session:
        for person in records.alive(session, Person):
            person.cert_no, person.cert_expires = f"9903020{person.id:04}", date(2023, 4, 19 if person.name == "康立群" else 30)
        told = [doubt.sentence for doubt in doubts.of_visit(session, campaign_id=campaign, row=_row())]
    assert any("康立群的执法证 2023-04-19 到期" in sentence for sentence in told)
    assert any("只有 1 人" in sentence for sentence in told)


def test_the_tour_shows_each_enterprise_once_with_its_kind_and_state(store: Store, campaign: int) -> None:
    with store.write("排任务") as session:
        group = session.get_one(Inspection, 1).group_id
        numbers = [make.enterprise(session, name=f"岚桥区样例{word}厂", credit_code=None) for word in "甲乙丙"]
        known = session.get_one(Inspection, 1).enterprise_id
        session.get_one(Enterprise, numbers[0]).checked_district = date(2019, 6, 11)
        made = visiting.assign(session, campaign_id=campaign, group_id=group, enterprise_ids=numbers[:2], kind="双随机")
        visiting.assign(session, campaign_id=campaign, group_id=group, enterprise_ids=[known], kind="重点检查")
        visiting.plan(session, assignment_ids=made[:1], planned_on=date(2023, 4, 21))
        visiting.save(session, campaign_id=campaign, row=_row(enterprise="岚桥区样例丙厂", state="草稿"))
        stops = visiting.tour(session, campaign_id=campaign, group_id=group, as_of=DAY)
    told = [(one.enterprise, visiting.KIND_WORDS[one.kind], one.word) for one in stops]
    assert told == [
        ("岚桥区样例甲厂", "抽取", "未查"), ("岚桥区样例乙厂", "抽取", "未排期"),
        (FIRM, "必查", "已记 0 项"), ("岚桥区样例丙厂", "追加", "正在填"),
    ]  # fmt: skip
    assert stops[0].last_checked == (date(2019, 6, 11), "区级")


def test_an_enterprise_is_on_the_tour_of_one_group(store: Store, campaign: int) -> None:
    with store.write("排任务") as session:
        other = make.group(session, campaign, name="第二检查组", leader="罗启航", officers=())
        visit = session.get_one(Inspection, 1)
        same: dict[str, Any] = {"campaign_id": campaign, "enterprise_ids": [visit.enterprise_id], "kind": "双随机"}
        assert visiting.assign(session, group_id=visit.group_id, **same) == visiting.assign(session, group_id=visit.group_id, **same)
        with pytest.raises(AlreadyAssigned):
            visiting.assign(session, group_id=other, **same)


def test_what_is_not_on_the_platform_is_listed_with_its_fields_in_order(store: Store, campaign: int) -> None:
    with store.write("检查") as session:
        saved = visiting.save(
            session, campaign_id=campaign, row=_row(checked_on=date(2023, 4, 19)), lines=_lines("砂轮机无防护罩", "皮带轮无护栏")
        )
        visiting.save(session, campaign_id=campaign, row=_row(state="草稿"))
        (waits,) = visiting.platform_queue(session, campaign_id=campaign, as_of=DAY)
    assert (waits.inspection_id, waits.days_late) == (saved.inspection_id, 1)
    assert [key for key, _title, _text in waits.fields][:4] == ["enterprise", "credit_code", "town", "checked_on"]
    assert "1. 砂轮机无防护罩\n2. 皮带轮无护栏" in waits.text()
    with store.write("录入平台") as session:
        visiting.mark_entered(session, record_id=saved.inspection_id, platform_no="LQ2023-0002", on=DAY, at="17:40")
        assert visiting.platform_queue(session, campaign_id=campaign, as_of=DAY) == []


def _photo(path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0110] = "SamplePhone"
    exif.get_ifd(0x8769)[0x9003] = "2023:04:20 09:41:07"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (36.0, 38.0, 7.0), "2023:04:20"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>36,38.1N</exif:GPSLatitude></x:xmpmeta>'
    Image.effect_noise((64, 48), 40).convert("RGB").save(path, "JPEG", exif=exif, xmp=xmp)
    return path


def test_a_photo_is_kept_without_the_place_where_it_was_taken(store: Store, campaign: int, tmp_path: Path) -> None:
    path = _photo(tmp_path / "现场.jpg")
    assert b"GPSLatitude" in path.read_bytes()
    with Image.open(path) as photo:
        assert dict(photo.getexif().get_ifd(0x8825))
    with store.write("添加照片") as session:
        number = make.finding(session, campaign)
        first = evidence.add(session, folder=store.folder, path=path, kind="问题照片", finding_id=number, caption="砂轮机")
        assert evidence.add(session, folder=store.folder, path=path, kind="问题照片", finding_id=number) == first
        (piece,) = evidence.of(session, finding_id=number)
    kept = attachments.place(store.folder, piece.sha256)
    with Image.open(kept) as photo:
        assert not dict(photo.getexif().get_ifd(0x8825))
        assert photo.size == (64, 48)
    assert not re.search(rb"GPS|SamplePhone|xmpmeta", kept.read_bytes())
    assert (piece.taken_at, piece.name, piece.caption) == ("2023-04-20 09:41:07", "现场.jpg", "砂轮机")
    assert attachments.digest(kept) == piece.sha256 != attachments.digest(path)


@pytest.mark.usefixtures("campaign")
def test_a_photo_that_cannot_be_opened_is_refused_and_a_paper_is_kept_as_it_is(store: Store, tmp_path: Path) -> None:
    broken, closed, paper = tmp_path / "坏.jpg", tmp_path / "手机.HEIC", tmp_path / "方案.txt"
    for path in (broken, closed, paper):
        path.write_text("治理方案", encoding="utf-8")
    with store.write("添加") as session:
        for path in (broken, closed):
            with pytest.raises(PhotoUnreadable):
                evidence.add(session, folder=store.folder, path=path, kind="问题照片", inspection_id=1)
        with pytest.raises(OwnerMissing):
            evidence.add(session, folder=store.folder, path=paper, kind="治理方案")
        evidence.add(session, folder=store.folder, path=paper, kind="治理方案", inspection_id=1)
        (piece,) = evidence.of(session, inspection_id=1)
    assert piece.sha256 == attachments.digest(paper)


@pytest.mark.usefixtures("campaign")
def test_films_are_indexed_where_they_lie(store: Store, tmp_path: Path) -> None:
    film = tmp_path / "DSJ_0001.mp4"
    film.write_bytes(b"\0" * 1000)
    with store.write("索引视频") as session:
        evidence.index_recording(session, inspection_id=1, path=film, scene="现场检查", started_at="09:20", ended_at="10:50")
        evidence.index_recording(session, inspection_id=1, path=film, scene="沟通会", started_at="10:50", ended_at="11:05")
        (kept,) = evidence.recordings(session, inspection_id=1)
    assert (kept.scene, kept.path, kept.size, kept.sha256) == ("沟通会", str(film), 1000, attachments.digest(film))
    assert not list(store.folder.attachments.rglob(kept.sha256))
