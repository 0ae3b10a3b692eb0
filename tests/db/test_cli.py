"""Every command: its document, its exit status, its way of saying no."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from services import runs
from services.store import Store
from tests import make
from tests.db.conftest import Demo
from ui import cli, cli_words

DONE, REFUSED, USAGE = 0, 1, 2
CSV = "姓名,工作单位及职务,执法证号,手机号码,备注\n周砚秋,柳溪镇安环办科员,99030200001,19900000001,\n"


@pytest.fixture
def data(migrated: Path, tmp_path: Path) -> Path:
    """Return an empty data folder that is closed."""
    folder = tmp_path / "数据"
    folder.mkdir()
    shutil.copy(migrated, folder / "data.sqlite")
    return folder


@pytest.fixture
def demo_data(demo_once: Demo, tmp_path: Path) -> Path:
    """Return a copy of the sample campaign's data folder that is closed."""
    return Path(shutil.copytree(demo_once.data, tmp_path / "演示"))


@pytest.fixture
def annex(tmp_path: Path) -> Path:
    """Return a small annex 1."""
    path = tmp_path / "柳溪镇附件1.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


class Said:
    """What a command said, and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def document(self) -> dict[str, Any]:
        """The one document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs one command line."""

    def run(*words: object) -> Said:
        status = cli.run([str(word) for word in words])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return Said(status, told.out, told.err)

    return run


def new_campaign(call: Any, data: Path, name: str = "岚桥区粉尘涉爆专项检查") -> Said:
    said: Said = call("--data-dir", data, "--operator", "周启明", "--json", "new-campaign", "--name", name, "--unit", "柳溪镇")
    return said


def test_new_campaign_says_its_uid(call: Any, data: Path) -> None:
    said = new_campaign(call, data)
    assert (said.status, said.document["schema"], said.document["name"]) == (DONE, "campaign/1", "岚桥区粉尘涉爆专项检查")


def test_new_campaign_takes_phases_titles_and_categories(call: Any, data: Path) -> None:
    said = call(
        "new-campaign", "--name", "甲行动", "--phase", "检查=2023-04-01..2023-04-21", "--annex-title", "2=检查情况统计表",
        "--due", "2023-04-26",
        "--category", "甲类", "--category", "乙类", "--groups", 3, "--quota", 15, "--data-dir", data, "--operator", "周启明", "--json",
    )  # fmt: skip
    assert said.status == DONE
    shown = call("--data-dir", data, "show", "campaign", said.document["uid"][:8], "--json").document
    assert shown["values"]["categories"] == ["甲类", "乙类"]
    assert shown["values"]["report_due"] == "2023-04-26"
    assert shown["values"]["titles"]["2"] == "检查情况统计表"


def test_new_campaign_with_a_wrong_date_is_refused(call: Any, data: Path) -> None:
    said = call("--data-dir", data, "--operator", "周启明", "--json", "new-campaign", "--name", "甲", "--phase", "检查=四月")
    assert (said.status, said.document["schema"], said.document["code"]) == (REFUSED, "problem/1", "bad_notice")


@pytest.mark.parametrize("place", ["before", "after", "equals"])
def test_global_options_stand_before_or_after_the_command(call: Any, data: Path, place: str) -> None:
    words: dict[str, list[object]] = {
        "before": ["--data-dir", data, "--json", "campaigns"],
        "after": ["campaigns", "--data-dir", data, "--json"],
        "equals": ["campaigns", f"--data-dir={data}", "--json"],
    }
    said = call(*words[place])
    assert (said.status, said.document) == (DONE, {"schema": "campaigns/1", "items": []})


def test_campaigns_are_listed_in_words(call: Any, data: Path) -> None:
    assert "还没有专项行动" in call("--data-dir", data, "campaigns").out
    new_campaign(call, data)
    assert "岚桥区粉尘涉爆专项检查" in call("--data-dir", data, "campaigns").out


def test_writing_without_operator_is_refused(call: Any, data: Path) -> None:
    said = call("--data-dir", data, "--json", "new-campaign", "--name", "甲")
    assert (said.status, said.document["code"]) == (REFUSED, "no_operator")


def test_the_operator_is_remembered(call: Any, data: Path) -> None:
    new_campaign(call, data)
    assert call("--data-dir", data, "new-campaign", "--name", "乙行动").status == DONE


@pytest.mark.parametrize(
    "words", [["figures"], ["check"], ["package", "-o", "报送"], ["export-form", "cases", "-o", "案件.xlsx"], ["import-form", "附件1.csv"]]
)
def test_without_a_campaign_the_command_says_so(call: Any, data: Path, words: list[str]) -> None:
    said = call("--data-dir", data, "--operator", "周启明", "--json", *words)
    assert (said.status, said.document["code"]) == (REFUSED, "no_campaign")
    assert said.document["mend"]


def test_with_two_campaigns_one_must_be_named(call: Any, data: Path) -> None:
    new_campaign(call, data)
    second = new_campaign(call, data, "岚桥区2024年粉尘涉爆专项检查").document
    said = call("--data-dir", data, "--json", "figures")
    assert (said.status, said.document["code"]) == (REFUSED, "several_campaigns")
    for reference in (second["uid"], second["name"]):
        assert call("--data-dir", data, "--json", "figures", "--campaign", reference).status == DONE
    assert call("--data-dir", data, "--json", "figures", "--campaign", "没有这个").document["code"] == "missing"


def test_import_form_plans_and_then_applies(call: Any, data: Path, annex: Path) -> None:
    new_campaign(call, data)
    planned = call("--data-dir", data, "--json", "import-form", annex)
    assert (planned.status, planned.document["schema"], planned.document["applied"]) == (DONE, "import-plan/1", False)
    assert planned.document["rows"][0]["action"] == "new"
    applied = call("--data-dir", data, "--json", "import-form", annex, "--apply")
    assert (applied.document["applied"], applied.document["counts"]["new"]) == (True, 1)
    again = call("--data-dir", data, "import-form", annex, "--apply")
    assert "数据没有变化" in again.out


def test_import_of_a_missing_file_is_refused(call: Any, data: Path, tmp_path: Path) -> None:
    new_campaign(call, data)
    said = call("--data-dir", data, "--json", "import-form", tmp_path / "没有.xlsx")
    assert (said.status, said.document["code"]) == (REFUSED, "file_missing")


def test_one_bad_file_among_several_does_not_stop_the_others(call: Any, data: Path, annex: Path, tmp_path: Path) -> None:
    new_campaign(call, data)
    (tmp_path / "坏.xlsx").write_bytes(b"PK broken")
    said = call("--data-dir", data, "--json", "import-form", tmp_path / "坏.xlsx", annex, "--apply")
    assert (said.status, said.document["schema"]) == (REFUSED, "import-plan-list/1")
    assert [one["schema"] for one in said.document["files"]] == ["problem/1", "import-plan/1"]
    assert said.document["files"][1]["applied"] is True


def test_import_enterprises_needs_no_campaign(call: Any, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "名录.csv"
    path.write_text("企业名称,统一社会信用代码,镇办\n岚桥区瑞丰纺织有限公司,91370302MA3DEMA02B,柳溪镇\n", encoding="utf-8")
    said = call("--data-dir", data, "--operator", "周启明", "--json", "import-enterprises", path, "--apply")
    assert (said.status, said.document["counts"]["new"]) == (DONE, 1)


def test_read_form_writes_nothing_and_needs_no_data(call: Any, annex: Path, tmp_path: Path) -> None:
    said = call("--json", "read-form", annex)
    assert (said.status, said.document["schema"], said.document["form"]) == (DONE, "form-import/1", "personnel")
    assert not (tmp_path / "数据").exists()


def test_read_form_puts_several_files_into_a_folder(call: Any, annex: Path, tmp_path: Path) -> None:
    second = annex.with_suffix(".txt")
    second.write_text("今天天气不错。", encoding="utf-8")
    said = call("--json", "read-form", annex, second, "--out-dir", tmp_path / "读")
    assert (said.status, said.document["schema"], len(said.document["files"])) == (DONE, "form-import-list/1", 2)
    assert len(list((tmp_path / "读").iterdir())) == 2


def test_read_form_of_a_refused_file_ends_with_one(call: Any, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK broken")
    said = call("--json", "read-form", path)
    assert (said.status, said.document["outcome"]) == (REFUSED, "rejected")
    assert "坏.xlsx" in call("read-form", path).out


def test_read_form_into_a_file_is_refused(call: Any, annex: Path) -> None:
    said = call("--json", "read-form", annex, "--out-dir", annex)
    assert (said.status, said.document["schema"]) == (REFUSED, "problem/1")


def test_figures_have_every_key_and_breakdown(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "figures")
    assert (said.status, said.document["schema"]) == (DONE, "figures/1")
    assert len(said.document["items"]) == 45
    assert set(said.document["breakdowns"]) == {"by_category", "by_town", "by_group", "by_day"}
    assert "发现问题 333 项" in call("--data-dir", demo_data, "figures").out


@pytest.mark.parametrize("words", [["figures"], ["check"], ["package", "-o", "报送"]])
def test_a_wrong_date_is_refused(call: Any, demo_data: Path, words: list[str]) -> None:
    said = call("--data-dir", demo_data, "--json", *words, "--as-of", "4月26日")
    assert (said.status, said.document["code"]) == (REFUSED, "bad_date")


def test_check_lists_what_does_not_agree(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "check")
    assert (said.status, said.document["schema"]) == (DONE, "check/1")
    assert {issue["rule"] for issue in said.document["issues"] if issue["level"] != "I"} == {"P16", "P23", "P26", "P27"}
    assert "［建议核对］P16" in call("--data-dir", demo_data, "check").out


def test_package_makes_the_next_version(call: Any, demo_data: Path, tmp_path: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "package", "-o", tmp_path / "报送", "--waive", "p16=已催报")
    assert (said.status, said.document["schema"], said.document["version"]) == (DONE, "package/1", 2)
    assert Path(said.document["zip"]).is_file()


@pytest.mark.parametrize("text", ["P16", "P16=", "=理由", " = "])
def test_a_waiver_without_reason_is_refused(call: Any, demo_data: Path, tmp_path: Path, text: str) -> None:
    said = call("--data-dir", demo_data, "--json", "package", "-o", tmp_path / "报送", "--waive", text)
    assert (said.status, said.document["code"]) == (REFUSED, "bad_waiver")
    assert not (tmp_path / "报送").exists()


def test_a_blocked_package_names_every_issue_and_a_draft_goes_out(call: Any, tmp_path: Path, store: Store) -> None:
    with store.write("准备") as session:
        number = make.campaign(session)
        make.visit(session, number)
        make.finding(session, number, category=None)
    store.close()
    data = ("--data-dir", store.folder.root, "--operator", "周启明", "--json")
    said = call(*data, "package", "-o", tmp_path / "报送")
    assert (said.status, said.document["code"]) == (REFUSED, "preflight_blocked")
    assert {issue["rule"] for issue in said.document["issues"]} == {"P04"}
    draft = call(*data, "package", "-o", tmp_path / "报送", "--draft")
    assert (draft.status, draft.document["version"], draft.document["draft"]) == (DONE, None, True)


@pytest.mark.parametrize(("key", "rows"), [("inspection_stats", 48), ("hazard_list", 333), ("people", 15)])
def test_export_form_says_how_many_rows(call: Any, demo_data: Path, tmp_path: Path, key: str, rows: int) -> None:
    said = call("--data-dir", demo_data, "--json", "export-form", key, "-o", tmp_path / "表.xlsx")
    assert (said.status, said.document["schema"], said.document["rows"]) == (DONE, "export/1", rows)


def test_an_unknown_form_is_refused_with_the_known_ones(call: Any, demo_data: Path, tmp_path: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "export-form", "weather", "-o", tmp_path / "表.xlsx")
    assert (said.status, said.document["code"]) == (REFUSED, "unknown_form")
    assert "hazard_list" in said.document["mend"]


def test_history_is_listed_and_verified(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "history")
    assert (said.status, said.document["schema"]) == (DONE, "history/1")
    verified = call("--data-dir", demo_data, "--json", "history", "verify")
    assert (verified.status, verified.document["schema"]) == (DONE, "history-verify/1")
    assert verified.document["operations"] >= len(said.document["items"])
    assert "操作记录完整" in call("--data-dir", demo_data, "history", "verify").out


def test_undo_takes_back_the_last_import(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "undo")
    assert (said.status, said.document["schema"]) == (DONE, "undo/1")
    assert said.document["label"].startswith("导入案件")


def test_undo_of_nothing_and_of_an_unknown_number_is_refused(call: Any, data: Path) -> None:
    for words in ([], ["99"]):
        said = call("--data-dir", data, "--operator", "周启明", "--json", "undo", *words)
        assert said.status in (DONE, REFUSED)
    assert said.document["code"] == "nothing_to_undo"


def test_backup_says_where_it_is(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "backup")
    assert (said.status, said.document["schema"]) == (DONE, "backup/1")
    assert Path(said.document["path"]).is_file()


def test_show_tells_a_record_with_its_history(call: Any, demo_data: Path) -> None:
    uid = call("--data-dir", demo_data, "--json", "campaigns").document["items"][0]["uid"]
    said = call("--data-dir", demo_data, "--json", "show", "campaign", uid[:8])
    assert (said.status, said.document["schema"], said.document["uid"]) == (DONE, "record/1", uid)
    assert said.document["history"]


@pytest.mark.parametrize(
    ("noun", "uid", "code"), [("weather", "01a2ffff", "unknown_noun"), ("campaign", "01a2ffff", "missing"), ("campaign", "0", "missing")]
)
def test_show_of_something_unknown_is_refused(call: Any, demo_data: Path, noun: str, uid: str, code: str) -> None:
    said = call("--data-dir", demo_data, "--json", "show", noun, uid)
    assert (said.status, said.document["code"]) == (REFUSED, code)


def test_run_carries_a_folder_to_its_package(call: Any, data: Path, annex: Path, tmp_path: Path) -> None:
    folder = tmp_path / "来件"
    (folder / "forms").mkdir(parents=True)
    shutil.copy(annex, folder / "forms")
    (folder / "campaign.json").write_text(json.dumps(make.CAMPAIGN, ensure_ascii=False), encoding="utf-8")
    parts = "".join(f"【{part}】\n{text}\n" for part, text in make.PARTS.items())
    (folder / "report.txt").write_text(parts, encoding="utf-8")
    words = ("--data-dir", data, "--operator", "周启明", "--json", "run", folder, "-o", tmp_path / "报送")
    said = call(*words)
    assert (said.status, said.document["schema"]) == (DONE, "run/1")
    assert said.document["package"]["version"] == 1
    assert [step["outcome"] for step in said.document["steps"]] == ["done", "done"]
    again = call(*words)
    assert (again.status, again.document["code"]) == (REFUSED, "campaign_exists")


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_run_of_no_folder_is_refused(call: Any, data: Path, annex: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "空").mkdir()
    source = {"missing": tmp_path / "没有", "file": annex, "empty": tmp_path / "空"}[kind]
    said = call("--data-dir", data, "--operator", "周启明", "--json", "run", source)
    assert (said.status, said.document["code"]) == (REFUSED, "no_notice" if kind == "empty" else "not_a_folder")


def test_demo_says_its_steps_figures_and_package(call: Any, tmp_path: Path) -> None:
    said = call("--data-dir", tmp_path / "演示", "demo", "-o", tmp_path / "报送", "--json")
    assert (said.status, said.document["schema"]) == (DONE, "run/1")
    assert {item["key"]: item["value"] for item in said.document["figures"]["items"]}["findings"] == 333
    assert said.document["package"]["version"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["weather"],
        ["figures", "--colour", "red"],
        ["show", "campaign"],
        ["package"],
        ["history", "burn"],
        ["undo", "abc"],
        ["read-form"],
        ["--data-dir"],
        ["campaigns", "--data-dir"],
    ],
)
def test_wrong_usage_ends_with_two(call: Any, data: Path, words: list[str]) -> None:
    said = call(*words) if words[-1] == "--data-dir" else call(*words, "--data-dir", data)
    assert said.status == USAGE
    assert "--help" in said.err


def test_a_server_database_is_refused_in_words(call: Any) -> None:
    said = call("--database", "postgresql://localhost/zft", "--json", "campaigns")
    assert (said.status, said.document["code"]) == (REFUSED, "database_not_supported")


def test_a_data_folder_that_is_a_file_is_refused(call: Any, annex: Path) -> None:
    said = call("--data-dir", annex, "--json", "campaigns")
    assert (said.status, said.document["schema"]) == (REFUSED, "problem/1")


def test_a_foreign_database_is_refused(call: Any, tmp_path: Path) -> None:
    (tmp_path / "data.sqlite").write_bytes(b"not a database at all, " * 100)
    said = call("--data-dir", tmp_path, "--json", "campaigns")
    assert (said.status, said.document["schema"]) == (REFUSED, "problem/1")


def test_a_second_writer_is_told_who_holds_the_data(call: Any, store: Store) -> None:
    said = call("--data-dir", store.folder.root, "--operator", "丁海波", "--json", "new-campaign", "--name", "甲")
    assert (said.status, said.document["code"]) == (REFUSED, "read_only")
    assert call("--data-dir", store.folder.root, "--json", "campaigns").status == DONE


def test_a_stop_in_the_middle_is_said_and_ends_with_one(call: Any, data: Path, annex: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    new_campaign(call, data)
    monkeypatch.setattr(runs, "plan_file", stop)
    said = call("--data-dir", data, "--json", "import-form", annex)
    assert (said.status, said.document["code"]) == (REFUSED, "stopped")


def test_in_words_a_refusal_goes_to_standard_error(call: Any, data: Path) -> None:
    said = call("--data-dir", data, "figures")
    assert (said.status, said.out) == (REFUSED, "")
    assert "还没有进行中的专项行动。" in said.err


@pytest.mark.parametrize("command", ["import-form", "read-form"])
def test_a_folder_or_a_device_is_no_form(call: Any, demo_data: Path, tmp_path: Path, command: str) -> None:
    for path in (tmp_path, Path("/dev/zero")):
        said = call("--data-dir", demo_data, "--json", command, path)
        assert (said.status, said.document["code"]) == (REFUSED, "not_a_file")


@pytest.mark.parametrize("out", ["/proc/报送", "/dev/null", "长" * 90])
def test_a_package_into_a_place_that_cannot_be_written_is_refused(call: Any, demo_data: Path, tmp_path: Path, out: str) -> None:
    said = call("--data-dir", demo_data, "--json", "package", "-o", tmp_path / out)
    assert (said.status, said.document["schema"]) == (REFUSED, "problem/1")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_a_day_before_all_rules_is_refused(call: Any, demo_data: Path, day: str) -> None:
    assert call("--data-dir", demo_data, "--json", "check", "--as-of", day).document["code"] == "bad_date"


def test_figures_of_an_old_day_lack_only_the_rate_without_rule(call: Any, demo_data: Path) -> None:
    said = call("--data-dir", demo_data, "--json", "figures", "--as-of", "2019-05-01")
    values = {item["key"]: item["value"] for item in said.document["items"]}
    assert (said.status, values["published_rate"], values["visits"]) == (DONE, None, 0)


def test_an_operator_of_blanks_is_none(call: Any, data: Path) -> None:
    said = call("--data-dir", data, "--operator", "  ", "--json", "new-campaign", "--name", "甲")
    assert said.document["code"] == "no_operator"


def test_a_name_as_long_as_a_page_is_refused(call: Any, data: Path) -> None:
    said = new_campaign(call, data, "甲" * 3000)
    assert (said.status, said.document["code"]) == (REFUSED, "bad_notice")


def test_help_names_the_commands(call: Any) -> None:
    said = call("--help")
    assert said.status == DONE
    assert "read-form" in said.out


def test_every_command_says_in_chinese_what_it_does() -> None:
    assert {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback} == set(cli_words.HELP)
    assert all(re.search("[\u4e00-\u9fff]", command.help or "") for command in cli.app.registered_commands)
