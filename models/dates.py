"""Pure reading of dates as towns write them.

Year, month and day come in a dozen spellings: real dates, bare serial
numbers, "3.27", "2023年4月底前", Chinese numerals. A date that needed a guess
is flagged with the sort of guess; a date that reads two ways is not read.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

from models.forms import Context, Flag, Reading
from models.values import EMPTY, chinese_number, plain

EARLIEST, LATEST = 1990, 2100
_EPOCH = dt.date(1899, 12, 30)
_LONGEST, _LONGEST_LINE = 60, 200
_LARGEST_NUMBER = 99_999_999
_FIRST_SERIAL, _LAST_SERIAL = 32874, 73050  # 1990-01-01 and 2099-12-31

_SEP = r"[-./年、\\_ ]"
_BEHIND = r"(?:以前|之前|前完成|前整改完毕|前整改完成|前|止|起)?"
_CLOCK = r"(?:\s*T?\s*\d{1,2}[:时点]\d{0,2}.*)?"
_FULL = re.compile(rf"(\d{{4}}|\d{{2}}){_SEP}\s*(\d{{1,2}})\s*[-./月、\\_ ]\s*(\d{{1,2}})\s*[日号]?\s*{_BEHIND}{_CLOCK}")
_SHORT = re.compile(rf"(\d{{1,2}})\s*[-./月、\\]\s*(\d{{1,2}})\s*[日号]?\s*{_BEHIND}{_CLOCK}")
_PART = re.compile(r"(?:(\d{4})\s*[年./-]\s*)?(?:(\d{1,2})\s*月?|(本|当)月)\s*(?:份)?\s*(底|末|上旬|中旬|下旬)\s*(?:以前|之前|前)?")
# A weekday or a part of the day behind a whole day says nothing more of it.
_BEHIND_DAY = re.compile(
    r"(?<=[\d日号])\s*(?:\(?(?:星期|礼拜|周)[一二三四五六日天]\)?)?\s*(?:上午|下午|中午|晚上?|早上|夜间|全天)?(?:\d{1,2}[:时点](?:\d{1,2}分?|半)?)?$"
)
_MONTH = re.compile(r"(?:(?:19|20)\d{2}[-./年]\d{1,2}月?|(?:19|20)\d{2}年|\d{1,2}月)(?:份)?(?:以前|之前|前|内)?")
_DIGITS8 = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})日?")
_RELATIVE = re.compile(
    r"(?:自.*?起|限|于|在)?\s*(\d+|[一二两三四五六七八九十]+)\s*(个?工作日|日|天|周|个?星期|个?月)\s*(?:之?内|以内)?(?:整改|完成|整改完毕|整改完成)*"
)
_RANGE = re.compile(r"\d[日号]?\s*(?:[~至到—–]|--)\s*\d|\d[日号]\s*-\s*\d|\d{4}[.年/-]\d{1,2}[.月/-]\d{1,2}日?\s*-\s*\d")
_CHINESE_DATE = re.compile(r"[〇零○一二三四五六七八九十]+(?=[年月日号])")


def parse_date(raw: object, context: Context) -> Reading:
    """Read one day; guesses are flagged, ambiguity is not resolved."""
    if raw is None:
        return EMPTY
    if isinstance(raw, dt.datetime):
        return _day(raw.year, raw.month, raw.day, plain(raw))
    if isinstance(raw, dt.date):
        return _day(raw.year, raw.month, raw.day, plain(raw))
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _number(raw, context)
    shown = plain(raw)
    if len(shown) > _LONGEST:
        return Reading(None, (Flag("date_text", f"“{shown[:_LONGEST]}…”不是日期，请写成 2023-03-27 的样子"),))
    text = _normal(shown)
    if not text:
        return EMPTY
    return _words(text, shown, context)


def yearless(raw: object) -> bool:
    """Tell whether only month and day are written."""
    return _SHORT.fullmatch(_BEHIND_DAY.sub("", _normal(plain(raw)[:_LONGEST]))) is not None


def relative_days(raw: object) -> int | None:
    """Return n for "n日内" in calendar days or weeks; None for anything else."""
    match = _RELATIVE.fullmatch(_normal(plain(raw)[:_LONGEST]))
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else chinese_number(match[1])
    if count is None or "工作" in match[2] or "月" in match[2]:
        return None
    return count * 7 if match[2] in ("周", "星期", "个星期") else count


def from_serial(number: float, *, epoch_1904: bool = False) -> dt.datetime | None:
    """Return the moment of a spreadsheet serial number, None if out of range."""
    days = number + (1462 if epoch_1904 else 0)
    if not 1 <= days < 2958466:
        return None
    # 1900 was no leap year, but the spreadsheet counts its 29 February.
    whole = int(days) + (1 if days < 60 else 0)
    seconds = round((days - int(days)) * 86400)
    return dt.datetime.combine(_EPOCH + dt.timedelta(days=whole), dt.time()) + dt.timedelta(seconds=seconds)


def show_date(value: object) -> str:
    """Return the day as people write it in this office: 2023-03-27."""
    return value.isoformat() if isinstance(value, dt.date) else plain(value)


def find_date(text: str, year: int | None = None) -> dt.date | None:
    """Return the first day named inside a longer line, None if there is none."""
    plain_text = _normal(text[:_LONGEST_LINE])
    for pattern in (_FULL, _DIGITS8):
        for match in pattern.finditer(plain_text):
            day = _safe_day(_century(match[1]), int(match[2]), int(match[3]))
            if day and (len(match[1]) == 4 or year is not None):
                return day
    if year is not None:
        for match in re.finditer(r"(\d{1,2})月(\d{1,2})[日号]", plain_text):
            day = _safe_day(year, int(match[1]), int(match[2]))
            if day:
                return day
    return None


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    text = re.sub(r"\s*([年月日号./:-])\s*", r"\1", text)
    if any(char in "一二三四五六七八九十〇零○" for char in text):
        text = _CHINESE_DATE.sub(lambda match: str(chinese_number(match[0]) or match[0]), text)
    return re.sub(r"(?<=\d)[，,](?=\d)", ".", text).rstrip(".。,，;；、")


def _number(raw: float, context: Context) -> Reading:
    shown = plain(raw)
    if not 0 < raw < _LARGEST_NUMBER:
        return Reading(None, (Flag("date_invalid", f"“{shown}”不是日期，请写成 2023-03-27 的样子"),))
    if raw == int(raw) and _DIGITS8.fullmatch(str(int(raw))):
        return _words(str(int(raw)), shown, context)
    if _FIRST_SERIAL <= raw <= _LAST_SERIAL:
        moment = from_serial(raw)
        if moment:
            return Reading(moment.date(), (Flag("date_from_serial", f"数值 {shown} 按日期序列号读作 {moment:%Y-%m-%d}"),))
    month, _, day = f"{raw:.2f}".partition(".")
    if raw == int(raw) or not 1 <= int(month) <= 12 or abs(raw - float(f"{raw:.2f}")) > 1e-9:
        return Reading(None, (Flag("date_invalid", f"“{shown}”不是日期，请写成 2023-03-27 的样子"),))
    if day.endswith("0"):
        single = int(day[0])
        if single <= 3 and _safe_day(context.year or 2024, int(month), single * 10):
            return Reading(None, (Flag("date_ambiguous", f"数值 {shown} 可能是{month}月{single}日，也可能是{month}月{single}0日，请写明"),))
        day = f"0{single}"
    return _month_day(int(month), int(day), shown, context)


def _words(text: str, shown: str, context: Context) -> Reading:
    text = _BEHIND_DAY.sub("", text)
    if _MONTH.fullmatch(text):
        return Reading(None, (Flag("date_text", f"“{shown}”只写到月，请写明到哪一天"),))
    for pattern in (_FULL, _DIGITS8):
        match = pattern.fullmatch(text)
        if match:
            reading = _day(_century(match[1]), int(match[2]), int(match[3]), shown)
            if len(match[1]) == 2 and reading.value is not None:
                return Reading(reading.value, (Flag("date_year_inferred", f"“{shown}”的年份按 {_century(match[1])} 年读"),))
            return reading
    match = _SHORT.fullmatch(text)
    if match:
        return _month_day(int(match[1]), int(match[2]), shown, context)
    match = _PART.fullmatch(text)
    if match:
        return _part_of_month(match, shown, context)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _number(float(text), context)
    if _RELATIVE.fullmatch(text):
        return Reading(None, (Flag("date_relative", f"“{shown}”要从检查日期算起，请写明到哪一天"),))
    if _RANGE.search(text):
        return Reading(None, (Flag("multiple_values", f"“{shown}”是一段日期，请只写一天"),))
    found = find_date(text)
    if found:
        return Reading(found, (Flag("date_inferred", f"“{shown}”读作 {found.isoformat()}，请核对"),))
    code = "date_invalid" if re.search(r"\d+\s*[-./年月]\s*\d+", text) else "date_text"
    return Reading(None, (Flag(code, f"“{shown}”不是日期，请写成 2023-03-27 的样子"),))


def _part_of_month(match: re.Match[str], shown: str, context: Context) -> Reading:
    year = int(match[1]) if match[1] else context.year
    month = int(match[2]) if match[2] else None
    if year is None or month is None or not 1 <= month <= 12:
        return Reading(None, (Flag("date_text", f"“{shown}”缺年份或月份，请写明到哪一天"),))
    last = calendar.monthrange(year, month)[1]
    day = {"上旬": 10, "中旬": 20}.get(match[4], last)
    value = dt.date(year, month, day)
    return Reading(value, (Flag("date_inferred", f"“{shown}”按 {value.isoformat()} 读，请核对"),))


def _month_day(month: int, day: int, shown: str, context: Context) -> Reading:
    if context.year is None:
        code = "date_text" if _safe_day(2024, month, day) else "date_invalid"
        return Reading(None, (Flag(code, f"“{shown}”没有年份，请写成 2023-03-27 的样子"),))
    reading = _day(context.year, month, day, shown)
    if reading.value is None:
        return reading
    return Reading(reading.value, (Flag("date_year_inferred", f"“{shown}”没有年份，按 {context.year} 年读"),))


def _day(year: int, month: int, day: int, shown: str) -> Reading:
    value = _safe_day(year, month, day)
    if value is None:
        return Reading(None, (Flag("date_invalid", f"“{shown}”这一天不存在或太久远，请核对"),))
    return Reading(value)


def _safe_day(year: int, month: int, day: int) -> dt.date | None:
    if not (EARLIEST <= year <= LATEST and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    return dt.date(year, month, day)


def _century(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)
