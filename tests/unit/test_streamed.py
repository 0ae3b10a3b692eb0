"""A long table is written row after row, and is whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from models.annexes import CASE_LIST
from models.forms import Row
from services.exports.streamed import deliver_stream
from services.progress import Cancelled

COLUMNS = tuple(CASE_LIST.column(key) for key in ("enterprise", "proposed", "filed_on"))
MADE_AT = datetime(2023, 4, 21, 9, 0, tzinfo=UTC)


def rows(count: int, stop_at: int | None = None) -> Iterator[Row]:
    for number in range(count):
        if number == stop_at:
            raise Cancelled
        yield {"enterprise": f"=样例{number}厂", "proposed": 1_500_000 + number * 10_000, "filed_on": date(2023, 4, 10)}


def test_numbers_stay_numbers_days_days_and_text_is_never_a_formula(tmp_path: Path) -> None:
    target = tmp_path / "案件.xlsx"
    assert deliver_stream(COLUMNS, rows(1200), target, title="案件办理", made_at=MADE_AT) == 1200
    book = openpyxl.load_workbook(target)
    (sheet,) = book.worksheets
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][0] == "案件办理"
    assert lines[1] == tuple(column.title.replace("\n", "") for column in COLUMNS)
    assert lines[2] == ("=样例0厂", 1.5, datetime(2023, 4, 10))  # noqa: DTZ001 - a spreadsheet knows no zone
    assert len(lines) == 1202
    assert sheet["A3"].data_type == "s"
    assert sheet.freeze_panes == "A3"


def test_who_stops_it_keeps_the_old_file_and_nothing_half(tmp_path: Path) -> None:
    target = tmp_path / "案件.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(Cancelled):
        deliver_stream(COLUMNS, rows(1200, stop_at=700), target, title="案件办理", made_at=MADE_AT)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
