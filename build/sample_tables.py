"""The campaign's registers as workbooks, and zips without a clock in them."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from build.sample_campaign import DEMO_DAY, Sample
from build.sample_registry import words
from models.annexes import CASE_LIST, FINDING_LEDGER, GROUP_LIST, INSPECTION_RECORD
from models.forms import Form

_ZIP_TIME = (2023, 3, 22, 8, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def write_units(path: Path) -> None:
    """Write the reporting units in their official order."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("name", "kind", "aliases", "nominees"))
        lines.writerows((name, kind, aliases, 1) for name, (kind, aliases) in words()["units"].items())


def write_registers(folder: Path, sample: Sample) -> None:
    """Write group list, visits and findings by group, and the cases.

    Args:
        folder: Where the files go.
        sample: What they say.
    """
    write_register(folder / "检查分组表.xlsx", GROUP_LIST, sample.groups)
    for group in sample.groups:
        name = group["name"]
        visits = [visit for visit in sample.visits if visit["group"] == name]
        write_register(folder / f"{name}-检查记录.xlsx", INSPECTION_RECORD, visits, unit=name)
        findings = sample.of_group(sample.findings, name)
        write_register(folder / f"{name}-问题整改台账.xlsx", FINDING_LEDGER, findings, unit=name, numbered=True)
    write_register(folder / "案件台账.xlsx", CASE_LIST, sample.cases, unit="大队审理室")


def write_register(path: Path, form: Form, rows: Iterable[Mapping[str, Any]], *, unit: str = "执法大队", numbered: bool = False) -> None:
    """Write one register: title, unit line, heading, rows.

    Args:
        path: The workbook.
        form: Its columns.
        rows: By column key; other keys are left out.
        unit: Who filled it in.
        numbered: Whether the row's "no" stands in front, under 序号.
    """
    columns = [("no", "序号", 8.0)] if numbered else []
    columns += [(column.key, column.title.replace("\n", ""), column.width_mm / 2) for column in form.columns]
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(*_ZIP_TIME)})  # noqa: DTZ001 - workbooks know no time zone
        sheet = book.add_worksheet(form.title)
        frame = {"border": 1, "valign": "vcenter", "text_wrap": True}
        head = book.add_format({**frame, "bold": True, "align": "center"})
        cell = book.add_format(frame)
        day = book.add_format({**frame, "num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, len(columns) - 1, form.title, book.add_format({"bold": True, "align": "center", "font_size": 16}))
        sheet.write_string(1, 0, f"填报单位：{unit}    填报日期：{DEMO_DAY:%Y}年{DEMO_DAY.month}月{DEMO_DAY.day}日")
        sheet.freeze_panes(3, 0)
        for index, (_, title, width) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(2, index, title, head)
        for line, row in enumerate(rows, start=3):
            for index, (key, _, _) in enumerate(columns):
                value = row.get(key)
                if value is None:
                    sheet.write_blank(line, index, None, cell)
                elif isinstance(value, date):
                    sheet.write_datetime(line, index, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, index, value, cell)
                else:
                    sheet.write_number(line, index, value, cell)


def settle(path: Path) -> None:
    """Take the clock out of a zipped document, so that remaking changes nothing."""
    with zipfile.ZipFile(path) as old:
        members = [(info.filename, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members:
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, _STAMP.sub(rb"\g<1>2023-03-22T08:00:00Z\2", content))
