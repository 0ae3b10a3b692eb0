"""Random campaigns: same totals everywhere, files that read back the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from models import Campaign
from models.annexes import CATEGORIES, CATEGORY_PREFIX, LEVELS
from models.forms import Form
from models.values import plain
from services import runs
from services.exports import fields
from services.exports.printed import Printed
from services.imports.plan import forms_of, read_file
from services.imports.worker import Reader
from services.packages import Made, gather
from services.store import Store
from tests import make

TOWNS = ("柳溪镇", "石坪镇", "双汊镇")
TRICKY = (
    "=1+1公司",
    "岚桥区“双引号”厂",
    "岚桥区A&B<丙>公司",
    "岚桥区样例（集团）有限公司",
    "买合木提·样例食品厂",
    "岚桥区很长" + "长" * 60 + "公司",
)


@dataclass(frozen=True)
class Drawn:
    """A random campaign and what was handed in of it."""

    campaign_id: int
    made: Made
    tables: dict[str, Printed]


def fill(store: Store, seed: int) -> int:
    """Make a campaign with random visits, findings and cases."""
    dice = random.Random(seed)
    categories = dice.choice((CATEGORIES, CATEGORIES[:9], CATEGORIES[:1]))
    with store.write("随机") as session:
        number = make.campaign(session, categories=list(categories))
        make.group(session, number)
        make.person(session, number, "何志远", cert_no="99030200002", phone="19900000002")
        make.person(session, number, "康立群", cert_no="99030200003", phone="19900000003")
        for place in range(dice.randint(1, 12)):
            name = TRICKY[place] if place < len(TRICKY) else f"岚桥区样例{place:02d}号铸造有限公司"
            make.enterprise(session, name, credit_code=None, town=dice.choice(TOWNS))
            day = date(2023, 4, 3) + timedelta(days=place)
            make.visit(session, number, name, checked_on=day, entered_on=day, officers=("何志远", "康立群"), platform_no=f"LQ{place:04d}")
            found = dice.randint(0, 9)
            for one in range(found):
                level = LEVELS[dice.random() < 0.1]
                hazard, category = f"问题{one}：{dice.choice(TRICKY)}", dice.choice(categories)
                make.finding(session, number, name, hazard=hazard, category=category, level=level, penalty=dice.random() < 0.3)
            if found and dice.random() < 0.5:
                make.case(session, number, name, violation=f"违法行为{place}", proposed=dice.randint(1, 900) * 10_000)
    return number


@pytest.fixture(params=(1, 2, 3))
def drawn(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Drawn:
    """Return the draft package of a random campaign; a draft is stopped by nothing."""
    number = fill(store, request.param)
    made = runs.make_package(store, campaign_id=number, target=tmp_path / "报送", draft=True, as_of=date(2023, 4, 26))
    with store.snapshot() as session:
        tables = gather(session, campaign_id=number, operator="周启明", as_of=date(2023, 4, 26)).tables
    return Drawn(number, made, dict(tables))


def column(path: Path, printed: Printed, key: str) -> list[object]:
    """Return a column of a written table, blank rows left out."""
    place = printed.form.keys.index(key)
    last = openpyxl.load_workbook(path).worksheets[0]
    numbered = [row for row in last.iter_rows(values_only=True) if isinstance(row[0], int)]
    return [row[place] or 0 for row in numbered]


def test_every_paper_states_the_same_totals(drawn: Drawn) -> None:
    folder = drawn.made.folder
    totals = json.loads((folder / "清单.json").read_text(encoding="utf-8"))["totals"]
    name, annex_2 = next((name, one) for name, one in drawn.tables.items() if one.label == "附件2")
    found = sum(map(int, map(str, column(folder / f"{name}.xlsx", annex_2, "findings_total"))))
    by_category = [column(folder / f"{name}.xlsx", annex_2, key) for key in annex_2.form.keys if key.startswith(CATEGORY_PREFIX)]
    assert found == sum(int(str(value)) for own in by_category for value in own) == totals["findings"]
    assert sum(map(int, map(str, column(folder / f"{name}.xlsx", annex_2, "penalties")))) == totals["penalty_items"]
    report = dict(pair for one in fields.read(folder / "工作总结报告.docx") for pair in fields.bound(one.text))
    assert (report["findings"], report["visits"]) == (str(totals["findings"]), str(totals["visits"]))
    rows = {file["name"]: file["rows"] for file in drawn.made.files}
    assert rows["问题隐患整改台账.xlsx"] == totals["findings"]
    assert rows["重大事故隐患清单.xlsx"] == totals["major_hazards"]
    assert rows[f"{name}.xlsx"] == totals["enterprises"]
    _, annex_3 = next((name, one) for name, one in drawn.tables.items() if one.label == "附件3")
    assert len(annex_3.rows) == totals["proposed_cases"]
    assert sum(int(str(row["amount"])) for row in annex_3.rows) == round(float(totals["fine_proposed_yuan"] or 0) * 100)
    frozen = json.loads((folder / "数据快照.json").read_text(encoding="utf-8"))
    assert {one["key"]: one["value"] for one in frozen["figures"]} == totals


def read_rows(paths: Sequence[Path], forms: Sequence[Form]) -> list[list[dict[str, object]]]:
    """Return the records that our own importer finds in files."""
    with Reader() as reader:
        return [[dict(row.values) for row in read_file(path, reader=reader, forms=forms, year=2023).rows] for path in paths]


def same(printed: Printed, found: Sequence[dict[str, object]]) -> None:
    """Compare what was written with what was read, cell by cell."""
    assert len(found) == len(printed.rows)
    for wanted, read in zip(printed.rows, found, strict=True):
        for one in printed.form.columns:
            if one.key == "no":
                continue
            was, now = wanted.get(one.key), read.get(one.key)
            if one.kind.editor == "count":
                was, now = was or 0, now or 0
            assert plain(was) == plain(now), (printed.form.code, one.key)


def test_our_own_importer_reads_back_what_was_written(drawn: Drawn, store: Store) -> None:
    with store.read() as session:
        forms = forms_of(session.get(Campaign, drawn.campaign_id))
    filled = {name: one for name, one in drawn.tables.items() if one.rows}
    found = read_rows([drawn.made.folder / f"{name}.xlsx" for name in filled], forms)
    for printed, rows in zip(filled.values(), found, strict=True):
        same(printed, rows)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_another_office_program_keeps_every_cell(store: Store, tmp_path: Path) -> None:
    number = fill(store, 4)
    made = runs.make_package(store, campaign_id=number, target=tmp_path / "报送", draft=True, as_of=date(2023, 4, 26))
    with store.snapshot() as session:
        tables = gather(session, campaign_id=number, operator="周启明", as_of=date(2023, 4, 26)).tables
        forms = forms_of(session.get(Campaign, number))
    filled = {name: one for name, one in tables.items() if one.rows}
    sources = [str(made.folder / f"{name}.xlsx") for name in filled]
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    words = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "另存"), *sources]
    subprocess.run(words, check=True, capture_output=True, timeout=240)
    found = read_rows([tmp_path / "另存" / f"{name}.xlsx" for name in filled], forms)
    for printed, rows in zip(filled.values(), found, strict=True):
        same(printed, rows)
