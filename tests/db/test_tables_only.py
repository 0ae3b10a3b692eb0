"""An office whose groups never install the program: tables in, a package out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from models import Enterprise
from services import migrate, runs
from services.imports import counted
from services.store import Store
from tests.tables_only import Truth, write_campaign

Done = tuple[Path, Truth, runs.Run]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return the data folder, the truth and the run of sixty enterprises."""
    place = tmp_path_factory.mktemp("tables")
    truth = write_campaign(place / "来件", registry=300, enterprises=60, findings=400, cases=6)
    with migrate.open_store(place / "data", operator="周启明") as store:
        return place / "data", truth, runs.run_folder(store, source=place / "来件", target=place / "报送")


def folder_of(done: Done) -> Path:
    package = done[2].package
    assert package is not None
    return package.folder


def manifest(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder_of(done) / "清单.json").read_text(encoding="utf-8"))
    return found


def annex(done: Done, name: str) -> list[tuple[Any, ...]]:
    """Return the numbered rows of an annex, as another library reads them."""
    [path] = folder_of(done).glob(f"{name}*.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]


def test_no_file_is_refused_and_every_row_arrives_once(done: Done) -> None:
    _data, truth, run = done
    assert [step.message for step in run.steps if step.outcome == "refused"] == []
    new = {str(step.file): step.counts.get("new", 0) for step in run.steps}
    assert new["工贸企业名录.xlsx"] == 300
    assert sum(count for file, count in new.items() if "台账" in file) == truth.findings
    # All enterprises but the last have findings, and their visits come with the ledger.
    assert sum(count for file, count in new.items() if "-附件2" in file) == 1


def test_annex_2_figures_and_manifest_say_what_was_planted(done: Done) -> None:
    _data, truth, run = done
    rows = annex(done, "附件2")
    printed = (len(rows), sum(row[3] for row in rows), sum(row[-1] for row in rows))
    wanted = (truth.enterprises, truth.findings, truth.penalties)
    figures = {figure.key: figure.value for figure in run.figures}
    totals = manifest(done)["totals"]
    keys = ("enterprises", "findings", "penalty_items")
    assert printed == wanted
    assert tuple(figures[key] for key in keys) == wanted
    assert tuple(totals[key] for key in keys) == wanted
    assert sum(sum(row[4:-1]) for row in rows) == truth.findings
    assert {row["name"]: row["findings"] for row in run.breakdowns["by_category"] if row["findings"]} == dict(truth.by_category)


def test_annex_3_carries_every_case_and_its_fine(done: Done) -> None:
    _data, truth, run = done
    rows = annex(done, "附件3")
    figures = {figure.key: figure.value for figure in run.figures}
    assert (len(rows), round(sum(row[4] for row in rows) * 1_000_000)) == (truth.cases, truth.fines)
    assert (figures["proposed_cases"], figures["fine_proposed_yuan"]) == (truth.cases, truth.fines // 100)


def test_the_files_of_the_package_are_those_of_the_manifest(done: Done) -> None:
    listed = {one["name"]: one["sha256"] for one in manifest(done)["files"]}
    assert {name: hashlib.sha256((folder_of(done) / name).read_bytes()).hexdigest() for name in listed} == listed
    assert any(name.startswith("附件2") for name in listed)


def test_enterprises_whose_statistics_differ_are_named_in_the_run(done: Done) -> None:
    _data, truth, run = done
    named = [sentence for step in run.steps for sentence in step.named]
    assert {sentence.partition("：")[0] for sentence in named} == truth.disagreeing
    assert len(named) == len(truth.disagreeing)
    assert [one for step in run.as_json()["steps"] for one in step.get("disagree", [])] == named


def test_enterprises_whose_statistics_differ_are_named_in_pre_flight(done: Done) -> None:
    data, truth, run = done
    said = [issue.message for issue in run.issues if issue.rule == "P01"]
    assert all(any(name in message for message in said) for name in truth.disagreeing)
    with migrate.open_store(data) as store, store.snapshot() as session:
        found = counted.disagreements(session, campaign_id=1)
    assert {one.enterprise for one in found} == truth.disagreeing


def test_the_same_files_once_more_change_nothing(done: Done) -> None:
    data, truth, _run = done
    paths = sorted((data.parent / "来件").rglob("*.xlsx"))
    with migrate.open_store(data, operator="周启明") as store:
        before = enterprises_in(store)
        batch = runs.plan_files(store, paths=paths, campaign_id=1)
        assert (batch.counts["new"], batch.counts["changed"], batch.counts["rejected"]) == (0, 0, len(truth.disagreeing))
        assert enterprises_in(store) == before == 300


def enterprises_in(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Enterprise)) or 0
