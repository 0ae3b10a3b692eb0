"""The history command: list, narrow, show a step, export, undo, redo, reasons."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from services import migrate
from tests import make
from ui import cli

DONE, REFUSED, USAGE = 0, 1, 2


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return data with a campaign (step 2) and an enterprise that came after it (step 3)."""
    folder = tmp_path / "数据"
    with migrate.open_store(folder, operator="周启明") as store:
        with store.write("建立专项行动") as session:
            make.campaign(session)
        with store.write("录入企业") as session:
            make.enterprise(session)
    return folder


def _run(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, dict[str, object]]:
    status = cli.run(["--data-dir", str(data), "--operator", "周启明", "--json", *words])
    said = capsys.readouterr().out
    return status, json.loads(said) if said else {}


def _labels(document: dict[str, object]) -> list[str]:
    items = document["items"]
    assert isinstance(items, list)
    return [item["label"] for item in items]


def test_the_list_can_be_narrowed(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    assert _labels(_run(capsys, data, "history")[1]) == ["录入企业", "建立专项行动"]
    assert _labels(_run(capsys, data, "history", "--about", "专项行动")[1]) == ["建立专项行动"]
    assert _labels(_run(capsys, data, "history", "--by", "没有这个人")[1]) == []
    assert _labels(_run(capsys, data, "history", "--to", "2001-01-01")[1]) == []
    assert _labels(_run(capsys, data, "history", "--find", "企业", "--kind", "改动")[1]) == ["录入企业"]
    assert _labels(_run(capsys, data, "history", "--limit", "1")[1]) == ["录入企业"]
    assert _run(capsys, data, "history", "--about", "天气")[0] == USAGE


def test_a_step_is_shown_with_its_changes(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    status, document = _run(capsys, data, "history", "show", "2")
    assert (status, document["schema"], document["undo_refused"]) == (DONE, "history-step/1", None)
    assert "瑞丰纺织" in json.dumps(document["changes"], ensure_ascii=False)
    assert _run(capsys, data, "history", "show", "99")[1]["code"] == "missing"
    assert _run(capsys, data, "history", "show")[0] == USAGE


def test_undo_and_redo_keep_the_reason_that_was_given(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    assert _run(capsys, data, "undo", "2", "--reason", "录错了企业")[0] == DONE
    assert _run(capsys, data, "redo", "2")[0] == DONE
    items = _run(capsys, data, "history")[1]["items"]
    assert isinstance(items, list)
    told = {item["label"]: item["reason"] for item in items}
    assert told["撤销：录入企业"] == "录错了企业"
    assert told["重做：录入企业"] is None
    assert _run(capsys, data, "history", "verify")[1]["schema"] == "history-verify/1"


def test_the_list_is_exported(capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path) -> None:
    target = tmp_path / "操作记录.xlsx"
    status, document = _run(capsys, data, "history", "--find", "企业", "--out", str(target))
    assert (status, document["rows"]) == (DONE, 1)
    words = [str(cell.value) for row in openpyxl.load_workbook(target).worksheets[0].iter_rows() for cell in row]
    assert "录入企业" in words
    assert "建立专项行动" not in words
