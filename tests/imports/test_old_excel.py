"""Old workbooks: what the library of .xls does not tell is told all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.drafts import Broken, Line
from tests.imports.old_excel import Padded, workbook
from tests.imports.writing import read_back

LINES: list[Line] = [
    ["姓名", "工作单位及职务", "执法证号", "手机号码"],
    ["周砚", "柳溪镇应急办科员", Padded(880401), "19900000101"],
    ["李舟", "柳溪镇应急办科员", "00880402", "19900000102"],
    ["吴样", "柳溪镇应急办科员", "00880403", Broken("#REF!")],
]


@pytest.mark.parametrize("small", [False, True], ids=["a stream of its own", "the stream of small parts"])
def test_zeros_of_a_format_hidden_rows_and_errors_of_an_old_workbook_are_seen(tmp_path: Path, small: bool) -> None:
    path = tmp_path / "来表.xls"
    path.write_bytes(workbook([("Sheet1", LINES, [])], hidden={3}, small=small))
    read = read_back(path)
    assert [row.values["cert_no"] for row in read.rows] == ["00880401", "00880402", "00880403"]
    flags = {(row.row, flag.key, flag.code) for row in read.rows for flag in row.flags}
    assert flags == {(2, "cert_no", "leading_zero_from_format"), (3, "*", "hidden_row"), (4, "phone", "formula_error")}
