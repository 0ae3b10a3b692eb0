"""Text that begins like a formula is text in every workbook that leaves."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from services import enterprises, findings, importing, runs
from services.exports.listed import export_listing
from services.exports.statistics import deliver_statistics
from services.figures.statistics import Asked, statistics
from services.store import Store
from tests import make

FIRM, HAZARD, REMARK, TOWN = "=SUMX7(1)有限公司", "+SUMX7 传动部位没有防护罩", "-SUMX7", "@SUMX7(A1)镇"
AT = datetime(2023, 4, 20, 9, tzinfo=UTC)
Writer = Callable[[Store, int, Path], object]


@pytest.fixture
def hostile(store: Store) -> int:
    """Return a campaign whose texts all begin like formulas."""
    with store.write("建立专项行动") as session:
        number = make.campaign(session)
        make.enterprise(session, FIRM, remark=REMARK)
        make.group(session, number, remark=REMARK)
        make.person(session, number, unit_position="=SUMX7(2)", remark=REMARK)
        make.visit(session, number, FIRM, remark=REMARK)
        make.finding(session, number, FIRM, hazard=HAZARD, person="样例", remark=REMARK)
        make.case(session, number, FIRM, violation="@SUMX7(B2)", remark=REMARK)
    return number


def form(key: str) -> Writer:
    return lambda store, number, folder: runs.export_form(store, campaign_id=number, key=key, target=folder / f"{key}.xlsx")


def view(store: Store, number: int, folder: Path) -> None:
    with store.snapshot() as session:
        export_listing(session, shown=findings.LISTING, scope=number, target=folder / "问题.xlsx")
        export_listing(session, shown=enterprises.LISTING, scope=None, target=folder / "名录.xlsx")


def figures(store: Store, number: int, folder: Path) -> None:
    with store.snapshot() as session:
        found = statistics(session, campaign_id=number, asked=Asked(as_of=date(2023, 4, 20)))
    deliver_statistics(found, folder / "统计.xlsx", made_at=AT)


def returned(store: Store, number: int, folder: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for line in (("镇办", "姓名", "工作单位及职务", "执法证号", "手机号码"), ("柳溪镇", "样例甲", "x", "9903", "123")):
        page.append(line)
    for place, text in (("C2", "=SUMX7(3)"), ("E2", "+SUMX7")):
        page[place].value = text
        page[place].data_type = "s"
    path = folder.parent / "来表.xlsx"
    book.save(path)
    plan = importing.plan_file(store, path=path, campaign_id=number)
    importing.return_copy(store, plan=plan, target=folder / "退改.xlsx")


def blank(store: Store, number: int, folder: Path) -> None:
    importing.blank_form(store, key="hazard_list", campaign_id=number, target=folder / "空表.xlsx")


def package(store: Store, number: int, folder: Path) -> None:
    runs.make_package(store, campaign_id=number, target=folder, draft=True)


WRITERS: dict[str, Writer] = {
    **{key: form(key) for key in ("people", "groups", "enterprises", "inspections", "hazard_list", "cases")},
    **{key: form(key) for key in ("personnel", "inspection_stats", "case_stats")},
    "a view": view, "the statistics": figures, "a return copy": returned, "a blank form": blank, "a package": package,
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_text_that_looks_like_a_formula_is_written_as_text(store: Store, hostile: int, tmp_path: Path, writer: Writer) -> None:
    folder = tmp_path / "出"
    folder.mkdir()
    writer(store, hostile, folder)
    books = sorted(folder.rglob("*.xlsx"))
    assert books
    seen = ""
    for path in books:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
        for name, part in parts.items():
            formulas = [node.text or "" for node in ElementTree.fromstring(part).iter() if node.tag.endswith("}f")]
            assert not [text for text in formulas if "SUMX7" in text], (path.name, name)
        seen += "".join(re.findall(r"SUMX7", "".join(parts.values())))
    assert seen or writer in (figures, blank)
    for path in folder.rglob("*.csv"):
        assert not re.search(r'(^|[,"])[=+\-@]SUMX7', path.read_text(encoding="utf-8-sig"), re.MULTILINE), path.name
