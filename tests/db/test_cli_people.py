"""Whatever the pages of people and groups do, a command does too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services import migrate
from tests import make
from ui import cli

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder with a campaign, a group and two seconded people."""
    with migrate.open_store(tmp_path / "数据", operator="周启明") as store, store.write("建立") as session:
        campaign = make.campaign(session)
        make.group(session, campaign)
        make.person(session, campaign)
        make.person(session, campaign, "贺启航", unit="石坪镇", cert_no="99030200002", phone="19900000002")
    return tmp_path / "数据"


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return a way to run one command and read its document."""

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        status = cli.run([*arguments, "--data-dir", str(folder), "--operator", "周启明", "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def state(ask: Ask, name: str) -> object:
    return next(row["state"] for row in ask("register", "people")[1]["rows"] if row["name"] == name)


def test_a_secondment_goes_its_way_by_commands_and_is_undone(ask: Ask) -> None:
    steps = (
        (("accept", "周砚秋"), "已接收"),
        (("assign", "周砚秋", "--group", "1组", "--since", "2023-04-01"), "已编组"),
        (("swap", "周砚秋", "贺启航", "--reason", "病假", "--on", "2023-04-10"), "已换下"),
        (("undo",), "已编组"),
        (("withdraw", "周砚秋", "--reason", "召回"), "已撤回"),
        (("undo",), "已编组"),
        (("finish-secondment", "周砚秋"), "已结束"),
    )
    for arguments, wanted in steps:
        assert ask(*arguments)[0] == 0, arguments
        assert state(ask, "周砚秋") == wanted, arguments
    items = ask("passage", "周砚秋")[1]["items"]
    assert [item["what"] for item in items][:2] == ["接收", "编入第一检查组"] or "收到" in [item["what"] for item in items]


def test_the_board_and_the_chase_text_are_commands(ask: Ask) -> None:
    board = ask("nominations")[1]
    assert (board["expected"], board["reported"], board["owing"]) == (2, 2, 0)
    assert ask("send-back", "贺启航", "--reason", "证号不对")[0] == 0
    assert ask("nominations")[1]["owing"] == 1
    text = ask("chase")[1]["text"]
    assert text.startswith("【催报】石坪镇：附件1《抽调执法人员统计表》已退回（证号不对）")
    assert ask("unit-excuse", "石坪镇", "--reason", "大队同意")[0] == 0
    assert ask("nominations")[1]["expected"] == 1
    assert ask("unit-excuse", "石坪镇", "--again")[0] == 0
    assert ask("unit-extend", "石坪", "--due", "2030-01-01", "--reason", "换届")[0] == 0
    assert ask("unit-received", "柳溪", "--on", "2023-03-25")[0] == 0
    units = {unit["name"]: unit for unit in ask("nominations")[1]["units"]}
    assert (units["石坪镇"]["due"], units["柳溪镇"]["received_on"]) == ("2030-01-01", "2023-03-25")


def test_registers_are_listed_filled_changed_and_emptied_by_commands(ask: Ask) -> None:
    for name, values in {
        "officers": ("姓名=林秀云", "工作单位及职务=执法大队监察二室主任", "执法证号=99030200021", "证件有效期至=2025-12-31"),
        "experts": ("姓名=宗平", "专业=粉尘防爆"),
        "equipment": ("装备=打印机", "检查组=第一检查组", "数量=1"),
        "absences": ("姓名=康立群", "从=2023-04-12"),
        "units": ("报送单位=双汊镇", "应报人数=1"),
    }.items():
        status, document = ask("register-put", name, *values)
        assert status == 0, (name, document)
        rows = ask("register", name)[1]["rows"]
        assert document["result"] in {row["id"] for row in rows}
        first = values[0].partition("=")[2]
        assert any(first in row.values() for row in rows), name
        assert ask("register-put", name, values[0], "--id", str(document["result"]))[0] == 0
        assert ask("register-drop", name, str(document["result"]))[0] == 0
        assert document["result"] not in {row["id"] for row in ask("register", name)[1]["rows"]}


def test_what_a_group_lacks_is_a_command(ask: Ask) -> None:
    group = ask("rosters")[1]["groups"][0]
    assert {"certificates", "leader", "equipment"} <= {lack["topic"] for lack in group["lacks"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("register", "没有的"), "unknown_register"),
        (("register-put", "experts", "没有这列=1"), "unknown_column"),
        (("register-put", "officers", "姓名=甲", "执法证号=12"), "invalid"),
        (("accept", "没有这个人"), "not_seconded"),
        (("assign", "周砚秋", "--group", "第九组"), "missing"),
        (("unit-excuse", "没有这家", "--reason", "甲"), "missing"),
    ],
)
def test_a_refused_command_says_why(ask: Ask, arguments: tuple[str, ...], code: str) -> None:
    status, document = ask(*arguments)
    assert (status, document["code"]) == (1, code)
