"""Commands about the closed loop, without a window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from services.errors import Missing
from services.store import Store
from tests import make
from ui import cli_cases
from ui.cli_cases import SeveralMeant

Command = Callable[..., dict[str, Any]]


@dataclass
class Options:
    """The global options as `ui.cli` would keep them."""

    data_dir: Path | None = None
    json: bool = True
    operator: str | None = "周启明"


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a way to give a command and read its JSON."""
    app = typer.Typer()

    @contextmanager
    def opened(*, write: bool = False) -> Iterator[Store]:  # noqa: ARG001 - called as ui.cli is
        yield store

    cli_cases.add_to(app, Options(), opened, lambda text: date.fromisoformat(text) if text else None)

    def give(*arguments: str) -> dict[str, Any]:
        typer.main.get_command(app).main(list(arguments), standalone_mode=False)
        return dict(json.loads(capsys.readouterr().out))

    return give


def test_the_queue_of_the_platform_has_every_field_in_order(store: Store, campaign: int, run: Command) -> None:
    with store.write("检查") as session:
        make.visit(session, campaign, checked_on=date(2023, 4, 19), platform_no=None, entered_on=None)
    (item,) = run("platform-queue", "--as-of", "2023-04-20", "--group", "一组")["items"]
    assert (item["days_late"], item["fields"][0]) == (1, {"key": "enterprise", "title": "检查企业", "text": "岚桥区瑞丰纺织有限公司"})
    with pytest.raises(Missing):
        run("platform-queue", "--group", "第九检查组")


def test_clocks_say_what_ends_next_and_by_what(store: Store, campaign: int, run: Command) -> None:
    with store.write("立案") as session:
        make.finding(session, campaign)
        make.case(session, campaign, filed_on=date(2023, 4, 10))
    (item,) = run("clocks", "--as-of", "2023-04-20")["items"]
    assert (item["clock"]["due"], item["clock"]["word"], item["clock"]["basis"]) == (
        "2023-07-10", "在走", "行政处罚法 第六十条 立案到决定的期限",
    )  # fmt: skip


def test_overdue_writes_a_list_or_a_letter_for_each_town(store: Store, campaign: int, run: Command, tmp_path: Path) -> None:
    with store.write("录入") as session:
        make.finding(session, campaign, due=date(2023, 4, 12))
    asked = run("overdue", "--as-of", "2023-04-20", "-o", str(tmp_path / "督办"))
    assert [(town["town"], town["count"]) for town in asked["towns"]] == [("柳溪镇", 1)]
    assert [path.name for path in (tmp_path / "督办").iterdir()] == ["督办单_柳溪镇_20230420.docx"]
    run("overdue", "--as-of", "2023-04-20", "-o", str(tmp_path / "清单.xlsx"))
    assert (tmp_path / "清单.xlsx").stat().st_size > 0


def test_a_dossier_is_found_by_words_and_written_as_pdf(store: Store, campaign: int, run: Command, tmp_path: Path) -> None:
    assert campaign
    found = run("dossier", "瑞丰", "-o", str(tmp_path / "档案.pdf"))
    assert (found["name"], len(found["visits"])) == ("岚桥区瑞丰纺织有限公司", 1)
    assert (tmp_path / "档案.pdf").read_bytes().startswith(b"%PDF")
    with store.write("再录一家") as session:
        make.enterprise(session, name="岚桥区瑞丰针织厂", credit_code=None)
    with pytest.raises(SeveralMeant):
        run("dossier", "瑞丰")
    with pytest.raises(Missing):
        run("dossier", "没有这家")
