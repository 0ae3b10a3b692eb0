"""Return copies go out in red and come back known; blank forms come clean."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import select

from models import Person, Secondment
from models.annexes import READABLE
from services import runs
from services.exports.colours import colour
from services.exports.return_copy import NothingToReturn
from services.imports.plan import Plan, read_file
from services.imports.returned import SHEET
from services.imports.worker import Reader
from services.store import Store

HEADS = ("序号", "姓名", "工作单位及职务", "执法证号", "手机号码", "备注")
GOOD = (1, "周砚秋", "柳溪镇安环办科员", "99030200001", "19900000001", None)
BAD = (2, "石一", "石坪镇安环办", "99030200002", "1990000", None)


def roster(path: Path, *rows: tuple[object, ...]) -> Path:
    """Write an Annex 1 as a town sends it, numbers as text."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("附件1")
        sheet.merge_range(0, 0, 0, 5, "抽调执法人员统计表")
        sheet.write_string(1, 0, "填报单位：柳溪镇")
        for col, text in enumerate(HEADS):
            sheet.write_string(2, col, text)
        for number, row in enumerate(rows, start=3):
            for col, value in enumerate(row):
                if value is not None:
                    sheet.write(number, col, value) if isinstance(value, int) else sheet.write_string(number, col, str(value))
    return path


def planned(store: Store, path: Path, campaign: int) -> Plan:
    return runs.plan_file(store, path=path, campaign_id=campaign)


def test_the_troubled_cell_is_red_with_a_comment_and_the_good_rows_stand(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "柳溪镇附件1.xlsx", GOOD, BAD)
    made = runs.return_copy(store, plan=planned(store, path, campaign), target=tmp_path / "退改.xlsx")
    book = openpyxl.load_workbook(made.path)
    assert book.sheetnames == [SHEET, "附件1"]
    sheet = book["附件1"]
    assert sheet["E5"].fill.start_color.rgb == f"FF{colour('bad_line').removeprefix('#')}"
    assert sheet["E5"].comment is not None
    assert [cell.value for cell in sheet[4]] == [1, "周砚秋", "柳溪镇安环办科员", "99030200001", "19900000001", None]
    assert sheet["E4"].fill.fill_type is None
    assert sheet["E5"].number_format == "@"
    listed = [cell.value for cell in book[SHEET][7]]
    assert listed[1:5] == ["附件1", "E5", "手机号码", "1990000"]
    assert made.troubles == 1


def test_a_copy_that_comes_back_mended_is_known_again(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "柳溪镇附件1.xlsx", GOOD, BAD)
    first = planned(store, path, campaign)
    made = runs.return_copy(store, plan=first, target=tmp_path / "退改.xlsx")
    runs.apply(store, plan=first)
    book = openpyxl.load_workbook(made.path)
    book["附件1"]["B5"] = "石一一"  # the key itself was wrong, too
    book["附件1"]["E5"] = "19900000002"
    book.save(tmp_path / "改好.xlsx")
    back = planned(store, tmp_path / "改好.xlsx", campaign)
    assert back.returned is not None
    assert (back.returned.mark, back.returned.file) == (first.sha256[:16], "柳溪镇附件1.xlsx")
    assert (len(back.returned.mended), back.returned.left) == (1, [])
    assert [row.action for _code, row in back.rows] == ["same", "changed"]
    assert not any(line.sheet == SHEET for table in back.tables for line in table.skipped)
    assert runs.apply(store, plan=back)["changed"] == 1
    with store.read() as session:
        assert len(list(session.scalars(select(Secondment)))) == 2
        assert sorted(person.name for person in session.scalars(select(Person)) if person.phone) == ["周砚秋", "石一一"]


def test_what_is_not_mended_is_told(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "附件1.xlsx", GOOD, BAD, (3, "丁海波", "柳溪镇", "99030200003", "12", None))
    made = runs.return_copy(store, plan=planned(store, path, campaign), target=tmp_path / "退改.xlsx")
    book = openpyxl.load_workbook(made.path)
    book["附件1"]["E5"] = "19900000002"
    book.save(made.path)
    back = planned(store, made.path, campaign)
    assert back.returned is not None
    assert (len(back.returned.mended), len(back.returned.left)) == (1, 1)


def test_a_copy_without_change_has_all_troubles_left(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "附件1.xlsx", GOOD, BAD)
    made = runs.return_copy(store, plan=planned(store, path, campaign), target=tmp_path / "退改.xlsx")
    back = planned(store, made.path, campaign)
    assert back.returned is not None
    assert (back.returned.mended, len(back.returned.left)) == ([], 1)


def test_a_clean_file_has_nothing_to_return(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "附件1.xlsx", GOOD)
    with pytest.raises(NothingToReturn):
        runs.return_copy(store, plan=planned(store, path, campaign), target=tmp_path / "退改.xlsx")


def test_a_name_that_begins_with_an_equals_sign_stays_text_in_a_return_copy(store: Store, campaign: int, tmp_path: Path) -> None:
    path = roster(tmp_path / "附件1.xlsx", (1, "=1+1", "+柳溪镇", "@99030200001", "19", None))
    made = runs.return_copy(store, plan=planned(store, path, campaign), target=tmp_path / "退改.xlsx")
    row = openpyxl.load_workbook(made.path)["附件1"][4]
    assert [(cell.value, cell.data_type) for cell in row[1:4]] == [("=1+1", "s"), ("+柳溪镇", "s"), ("@99030200001", "s")]


@pytest.mark.parametrize("key", [form.code for form in READABLE])
def test_a_blank_form_filled_in_comes_back_without_a_flag(store: Store, campaign: int, tmp_path: Path, key: str) -> None:
    made = runs.blank_form(store, key=key, campaign_id=campaign, target=tmp_path / f"{key}.xlsx")
    book = openpyxl.load_workbook(made.path)
    sheet = book.worksheets[0]
    assert sheet.protection.sheet
    form = next(one for one in READABLE if one.code == key)
    second = form.columns[1].title.replace("\n", "")
    head = next(cell.row for row in sheet.iter_rows(max_row=5) for cell in row if cell.value == second)
    titles = {str(cell.value): cell.column for cell in sheet[head]}
    samples = {"text": "柳溪镇", "long": "车间地面有油污", "name": "周砚秋", "names": "周砚秋、石一", "date": date(2023, 4, 12),
               "count": 0, "amount": 2, "flag": "是",
               "phone": "19900000001", "code": "91370302MA3DEMA02B", "time": "09:30", "rate": "50%",
               "certificate": "99030200001"}  # fmt: skip
    for column in form.columns:
        title = column.title.replace("\n", "")
        if title not in titles or column.key == "no":
            continue
        assert not sheet.cell(head + 1, titles[title]).protection.locked
        editor = column.kind.editor
        value = editor.removeprefix("choice:").split("|")[0] if editor.startswith("choice:") else samples.get(editor, "柳溪镇")
        value = "岚桥区恒信机械有限公司" if column.key in ("enterprise", "name") and editor != "name" else value
        sheet.cell(head + 1, titles[title], value)
    book.save(made.path)
    with Reader() as reader:
        read = read_file(made.path, reader=reader, expected=key)
    assert [flag.code for row in read.rows for flag in row.flags if flag.code not in ("date_order", "category_unknown")] == []
    assert (read.outcome, len(read.rows)) == ("imported", 1)
