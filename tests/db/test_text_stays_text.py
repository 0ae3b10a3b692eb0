"""Text that begins like a formula is text in every file that leaves."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models import Finding, Inspection
from services import dossiers, enterprises, findings, importing, reconciling, runs
from services.exports import deliver, listed, sheets
from services.exports.daily import deliver_daily
from services.exports.listed import export_listing
from services.exports.onepage import deliver_leader_pdf
from services.exports.statistics import deliver_statistics
from services.figures.daily import daily
from services.figures.statistics import Asked, statistics
from services.store import Store
from tests import make

FIRM, HAZARD, REMARK, TOWN = "=SUMX7(1)有限公司", "+SUMX7 传动部位没有防护罩", "-SUMX7", "@SUMX7(A1)镇"
DAY = date(2023, 4, 20)
AT = datetime(2023, 4, 20, 9, tzinfo=UTC)
Writer = Callable[[Store, int, Path], object]


@pytest.fixture
def hostile(store: Store) -> int:
    """Return a campaign whose texts all begin like formulas."""
    with store.write("建立专项行动") as session:
        number = make.campaign(session)
        make.enterprise(session, FIRM, remark=REMARK, town=TOWN, legal_rep="@SUMX7", address="+SUMX7", former_name="=SUMX7(4)厂")
        make.group(session, number, remark=REMARK)
        make.person(session, number, unit_position="=SUMX7(2)", remark=REMARK)
        make.visit(session, number, FIRM, remark=REMARK)
        make.finding(session, number, FIRM, hazard=HAZARD, person="样例", basis="=SUMX7(5)", due=date(2023, 4, 12), remark=REMARK)
        make.finding(session, number, FIRM, hazard=f"@{HAZARD}", level="重大", basis="-SUMX7", due=date(2023, 4, 12))
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
        found = statistics(session, campaign_id=number, asked=Asked(as_of=DAY))
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


def dossier(store: Store, _number: int, folder: Path) -> None:
    with store.snapshot() as session:
        [(known, _name)] = dossiers.named(session, text=FIRM)
        found = dossiers.dossier(session, enterprise_id=known, as_of=DAY)
    sheets.deliver_dossier(found, folder / "一企一档.pdf", made_at=AT)
    deliver.deliver_sheets(sheets.dossier_parts(found), folder / "一企一档.xlsx", title="一企一档", made_at=AT)


def papers(store: Store, number: int, folder: Path) -> None:
    with store.snapshot() as session:
        visit, major = _first(session, Inspection), _first(session, Finding, Finding.level == "重大")
        tables = {
            "清单": sheets.problem_list(session, inspection_id=visit),
            "超期": sheets.overdue_list(session, campaign_id=number, as_of=DAY),
            "重大": sheets.hazard_ledger(session, campaign_id=number, as_of=DAY),
        }
        letters = [report for _town, report in sheets.supervision_letters(session, campaign_id=number, as_of=DAY)]
        letters.append(sheets.listing_sheet(session, finding_id=major, on=DAY))
    for name, table in tables.items():
        deliver.deliver_workbook(table, folder / f"{name}.xlsx", made_at=AT)
        deliver.deliver_pdf(table, folder / f"{name}.pdf", made_at=AT)
    for place, letter in enumerate(letters):
        deliver.deliver_report(letter, folder / f"文书{place}.docx", made_at=AT)


def of_a_day(store: Store, number: int, folder: Path) -> None:
    with store.snapshot() as session:
        report = daily(session, campaign_id=number, day=date(2023, 4, 10))
        found = statistics(session, campaign_id=number, asked=Asked(as_of=DAY))
    deliver_daily(report, folder / "日报.docx", signer="=SUMX7(6)大队", made_at=AT)
    deliver_leader_pdf(found, folder / "一页.pdf", made_at=AT)


def reconciled(_store: Store, _number: int, folder: Path) -> None:
    said = {"kind": "=SUMX7", "source": "+SUMX7.xlsx", "enterprise": FIRM, "number": "@SUMX7", "by": "-SUMX7", "said": "=SUMX7(7)"}
    row = {**dict.fromkeys(reconciling.RECONCILED.keys), **said}
    reconciling.export(reconciling.Outcome(rows=[row]), target=folder / "对账.xlsx")


def long_view(store: Store, number: int, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, store.snapshot() as session:
        patch.setattr(listed, "STREAMED_FROM", 0)
        export_listing(session, shown=findings.LISTING, scope=number, target=folder / "长表.xlsx")


def _first(session: Session, entity: type[Inspection | Finding], *conditions: ColumnElement[bool]) -> int:
    return session.scalars(select(entity.id).where(*conditions)).first() or 0


WRITERS: dict[str, Writer] = {
    **{key: form(key) for key in ("people", "groups", "enterprises", "inspections", "hazard_list", "cases")},
    **{key: form(key) for key in ("personnel", "inspection_stats", "case_stats")},
    "a view": view, "a view row after row": long_view, "the statistics": figures, "a return copy": returned, "a blank form": blank,
    "a package": package, "a dossier": dossier, "papers of the closed loop": papers, "the paper of a day": of_a_day,
    "a reconciliation": reconciled,
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_text_that_looks_like_a_formula_is_written_as_text(store: Store, hostile: int, tmp_path: Path, writer: Writer) -> None:
    folder = tmp_path / "出"
    folder.mkdir()
    writer(store, hostile, folder)
    books = [*folder.rglob("*.xlsx"), *folder.rglob("*.docx")]
    assert books
    seen = ""
    for path in books:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
        for name, part in parts.items():
            formulas = [node.text or "" for node in ElementTree.fromstring(part).iter() if node.tag.endswith(("}f", "}instrText"))]
            assert not [text for text in formulas if "SUMX7" in text], (path.name, name)
        seen += "".join(re.findall(r"SUMX7", "".join(parts.values())))
    assert seen or writer in (figures, blank)
    for path in folder.rglob("*.csv"):
        assert not re.search(r'(^|[,"])[=+\-@]SUMX7', path.read_text(encoding="utf-8-sig"), re.MULTILINE), path.name
    for path in folder.rglob("*.pdf"):
        assert not re.search(rb"/(?:JavaScript|JS|Launch|URI|OpenAction|AA)\b", path.read_bytes()), path.name
