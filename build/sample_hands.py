"""Annex 1 as fourteen offices fill it in: one form, many hands.

Each hand differs from the printed form in a way that every office knows:
another heading, no title, blanks inside names, phones as numbers, an extra
line or footer. None hides a row that a careful reader would miss.

To add a hand: describe it in `HANDS`; the unit is the key.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from build.sample_registry import words
from build.sample_tables import settle

Cell = str | int | float | None
Line = tuple[Cell, ...]
TITLE = "抽调执法人员统计表"
PLAIN = {"name": "姓名", "unit_position": "工作单位及职务", "cert_no": "执法证号", "phone": "手机号码", "remark": "备注"}

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_THIN = Side(style="thin")


@dataclass(frozen=True)
class Hand:
    """How one office fills in Annex 1.

    Attributes:
        file: Name of its file.
        above: Lines over the heading.
        heads: Headings by key, in the office's own order; "no" is a running number.
        style: How it writes the value of a key.
        band: A heading line above the heading, if there are two.
        blanks: Empty framed rows under the people.
        below: Lines at the foot.
        hidden: Letter of a hidden column.
        sheet: Name of the sheet.
    """

    file: str
    above: tuple[Line, ...] = (("附件1",), (TITLE,))
    heads: Mapping[str, str] = field(default_factory=lambda: PLAIN)
    style: Mapping[str, Callable[[str], Cell]] = field(default_factory=dict)
    band: Line = ()
    blanks: int = 5
    below: tuple[Line, ...] = ()
    hidden: str = ""
    sheet: str = "Sheet1"


def _spaced(name: str) -> str:
    return f"{name[0]} {name[1]}" if len(name) == 2 else name


def _wide_spaced(name: str) -> str:
    return f"{name[0]}\u3000{name[1]}" if len(name) == 2 else name


def _dashed(phone: str) -> str:
    return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"


def _in_blocks(phone: str) -> str:
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}"


def _abroad(phone: str) -> str:
    return f"+86 {phone}"


def _wide(digits: str) -> str:
    return digits.translate(_FULL_WIDTH)


def _two_lines(text: str) -> str:
    return text.replace("安环办", "安环办\n")


HANDS: dict[str, Hand] = {
    "柳溪镇": Hand(
        "柳溪镇-附件1抽调执法人员统计表.xlsx",
        above=(("附件1",), (TITLE,), ("填报单位：柳溪镇安环办（盖章）", None, None, "填报日期：2023年3月26日")),
        style={"name": _spaced},
        below=(("填表人：程岚    联系电话：5550201",),),
    ),
    "石坪镇": Hand(
        "石坪镇安环办 抽调人员.xlsx",
        above=((TITLE,),),
        heads={"no": "序号", **PLAIN, "phone": "联系电话"},
        style={"phone": int},
    ),
    "双汊镇": Hand("双汊镇.xlsx", above=(), style={"phone": _dashed}, blanks=0, sheet="双汊"),
    "青崖镇": Hand(
        "附件1（青崖镇）.xlsx",
        above=(("附件1",), (TITLE,), ("填报单位：青崖镇安环办",), ("填报时间：2023.3.25",)),
        heads={"name": "人员姓名", "unit_position": "单位及职务", "cert_no": "执法证件号", "phone": "手机", "remark": "说明"},
    ),
    "枫林街道": Hand(
        "枫林街道办事处-抽调执法人员统计表.xlsx",
        style={"phone": _wide, "unit_position": _two_lines},
        below=((None,), ("注：人员如有调整另行报送。",)),
    ),
    "北塘街道": Hand("北塘街道-附件1.CSV", above=((TITLE,), ("填报单位：北塘街道安环办",)), style={"phone": _in_blocks}, blanks=2),
    "云泉镇": Hand(
        "云泉镇抽调执法骨干名单.xlsx",
        above=(("云泉镇抽调执法人员统计表",), ("填报单位：云泉镇安环办", None, None, "2023年3月24日")),
        style={"name": _wide_spaced, "cert_no": int, "phone": int},
        blanks=3,
    ),
    "白鹭镇": Hand(
        "白鹭镇-附件1.xlsx",
        band=("序号", "人员情况", None, "证件和联系方式", None, "备注"),
        heads={"no": "", **PLAIN, "remark": ""},
    ),
    "南亭街道": Hand(
        "南亭街道安环办-附件1.xlsx",
        heads={"no": "序号", "name": "姓名", "phone": "手机号", "unit_position": "工作单位职务", "cert_no": "执法证编号", "remark": "备注"},
        style={"phone": _abroad},
        hidden="A",
    ),
    "望湖镇": Hand(
        "望湖镇-附件1抽调执法人员统计表.xlsx",
        above=(("附件1",), (TITLE,), (None,), ("填报单位：望湖镇安环办", None, None, None, "3月27日")),
        blanks=6,
    ),
    "大营镇": Hand(
        "大营镇-抽调人员统计表（报审理室）.xlsx",
        above=(("附件1：",), (TITLE,)),
        heads={"name": "姓  名", "unit_position": "工作单位\n及职务", "cert_no": "执法证号", "phone": "手机号码", "remark": "备 注"},
        below=(("审核人：宁清和    填表日期：2023/3/26",),),
    ),
    "沙岗镇": Hand(
        "沙岗镇报送.xlsx",
        above=((TITLE,), ("单位：沙岗镇安环办",)),
        heads={"name": "执法人员姓名", "unit_position": "单位和职务", "phone": "联系方式", "cert_no": "证号"},
        style={"cert_no": float, "phone": float},
        blanks=1,
    ),
    "临河街道": Hand(
        "临河街道-附件1.xlsx",
        above=((TITLE,), ("填报单位：临河街道办事处", None, None, "填报日期：2023-03-27")),
        heads={"no": "序号", **PLAIN},
        style={"name": _spaced, "phone": _dashed},
        blanks=3,
    ),
    "岚桥经济开发区": Hand(
        "开发区安环部-抽调执法人员统计表.xlsx",
        above=(("附件1",), (TITLE,), ("填报单位：岚桥经济开发区安环部",)),
        sheet="附件1",
        below=(("联系人：欧阳若谷",),),
    ),
}


def write_hands(folder: Path) -> None:
    """Write the fourteen files.

    Args:
        folder: Where they go.
    """
    for unit, hand in HANDS.items():
        if hand.file.endswith(".CSV"):
            with (folder / hand.file).open("w", encoding="gbk", newline="") as file:
                csv.writer(file).writerows([*hand.above, _heading(hand), *_people(unit, hand), *_blank_lines(hand), *hand.below])
        else:
            _write_book(folder / hand.file, unit, hand)


def _heading(hand: Hand) -> Line:
    return tuple(hand.heads.values())


def _people(unit: str, hand: Hand) -> list[Line]:
    lines = []
    officers = [row for row in words()["officers"]["rows"] if row[0] == unit]
    for number, (_, name, position, cert, phone, remark) in enumerate(officers, start=1):
        texts = {"name": name, "unit_position": position, "phone": f"199000{phone}", "remark": remark}
        texts["cert_no"] = f"990302{cert}" if cert else ""
        values: dict[str, Cell] = {key: hand.style.get(key, str)(text) if text else None for key, text in texts.items()}
        values["no"] = number
        lines.append(tuple(values[key] for key in hand.heads))
    return lines


def _blank_lines(hand: Hand) -> list[Line]:
    return [(None,) * len(hand.heads)] * hand.blanks


def _write_book(path: Path, unit: str, hand: Hand) -> None:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = hand.sheet
    for line in hand.above:
        sheet.append(line)
    _dress_title(sheet, len(hand.heads))
    first = len(hand.above) + 1
    table = [hand.band] if hand.band else []
    table += [_heading(hand), *_people(unit, hand), *_blank_lines(hand)]
    for line_number, line in enumerate(table, start=first):
        for column, value in enumerate(line, start=1):
            cell = sheet.cell(line_number, column, value or None)
            cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            if isinstance(value, int | float):
                cell.number_format = "0"
    if hand.band:
        _merge_band(sheet, first)
    for offset, line in enumerate(hand.below):
        for column, value in enumerate(line, start=1):
            sheet.cell(first + len(table) + offset, column, value)
    for index, key in enumerate(hand.heads):
        letter = get_column_letter(index + 1)
        sheet.column_dimensions[letter].width = {"no": 6, "name": 12, "unit_position": 28}.get(key, 18)
        sheet.column_dimensions[letter].hidden = letter == hand.hidden
    book.save(path)
    settle(path)


def _dress_title(sheet: Worksheet, width: int) -> None:
    for line in range(1, sheet.max_row + 1):
        cell = sheet.cell(line, 1)
        if isinstance(cell.value, str) and cell.value.endswith(TITLE):
            sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=width)
            cell.font = Font(size=18, bold=True)
            cell.alignment = Alignment(horizontal="center")


def _merge_band(sheet: Worksheet, line: int) -> None:
    for area in (f"A{line}:A{line + 1}", f"B{line}:C{line}", f"D{line}:E{line}", f"F{line}:F{line + 1}"):
        sheet.merge_cells(area)
