"""From a raw cell to what a kind can parse: formats and dates applied.

A spreadsheet stores a day as a number with a date format and a code as a
number with a format of zeros; only here are number and format put together.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from models.dates import from_serial
from models.forms import Flag, Kind
from models.values import plain
from services.imports.raw import Scalar

NO_STORED_RESULT = Flag("formula_no_cached_value", "是公式，文件里没有存算好的结果，请打开后保存一次或直接填数")
CUT = Flag("too_long", "内容超过 32767 个字，后面的已截去")
_ERROR = "公式出错（{value}），请改好后再报"
# Formats without types show them as text.
_ERROR_VALUES = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"))
_IGNORED = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
_DAY_LETTERS = re.compile(r"[yd年月日]|m(?!m?:)", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,}")


@lru_cache(maxsize=4096)
def is_date_format(code: str) -> bool:
    """Tell whether a number format shows a day or a time."""
    shown = _IGNORED.sub("", code.partition(";")[0])
    return bool(_DATE_LETTERS.search(shown)) and "general" not in shown.lower()


def native(value: Scalar, number_format: str, mark: str, kind: Kind, *, date1904: bool) -> tuple[object, tuple[Flag, ...]]:
    """Return the value for the kind's parser, and flags about its storage.

    Args:
        value: As the file stores it.
        number_format: Its format; "" is General.
        mark: See `Cell.mark`.
        kind: Kind of the column; decides what a date means in it.
        date1904: Serial dates count from 1904.
    """
    if "n" in mark:
        return None, (NO_STORED_RESULT,)
    if "e" in mark:
        return _kept(value, kind), (Flag("formula_error", _ERROR.format(value=value)),)
    flags = (CUT,) if "l" in mark else ()
    if "d" in mark and isinstance(value, str):
        return _moment(_iso(value), kind), flags
    if isinstance(value, str) and value[:1] == "#" and value.strip().upper() in _ERROR_VALUES:
        return _kept(value.strip(), kind), (Flag("formula_error", _ERROR.format(value=value.strip())),)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value, flags
    if number_format and is_date_format(number_format):
        if kind.editor == "time" and 0 <= value < 1:
            return float(value), flags
        moment = from_serial(value, epoch_1904=date1904)
        return (value, flags) if moment is None else (_moment(moment, kind), flags)
    if date1904 and kind.editor == "date" and 20000 < value < 73050:
        return value + 1462, flags
    if _ZEROS.fullmatch(number_format) and kind.excel == "@" and value == int(value):
        text = str(int(value)).zfill(len(number_format))
        return text, (*flags, Flag("leading_zero_from_format", f"前面的 0 是按单元格格式补上的：{text}"))
    return value, flags


def _kept(error: Scalar, kind: Kind) -> str | None:
    """Return what stays of an error: in prose the row needs its words, and whoever reads them sees what is wrong."""
    return str(error) if kind.editor == "long" else None


def _iso(text: str) -> dt.datetime | str:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text


def _moment(moment: dt.datetime | str, kind: Kind) -> object:
    # A count or a name shown as a day is a slip of the spreadsheet: let its parser see the day and flag it.
    if isinstance(moment, str) or kind.editor in ("date", "time"):
        return moment
    return plain(moment)
