"""Pure reading and showing of amounts: stored in fen, printed in 万元.

The unit comes from the cell itself, else from the heading. A cell whose own
unit differs from the heading's, a number too large for its unit, a range and
two amounts in one cell are flagged, never settled in silence.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from models.forms import Context, Flag, Reading
from models.values import EMPTY, LONE_SIGNS, plain

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
SUSPECT_WAN = 1000
_LARGEST = 10**13
_LONGEST = 60
_TOO_MANY_DIGITS = re.compile(r"\d{14}|[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖]{12}")

_UNITS = {"亿": Decimal(100_000_000), "万": Decimal(10_000), "千": Decimal(1000), "百": Decimal(100), "": Decimal(1)}
_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = r"(?:([亿万千百]?)(?:元|圆|块)|([亿万]))"
_AMONG_WORDS = re.compile(rf"(?<![\d.])({_NUMBER})([亿万千百]?(?:元|圆)|[亿万])整?")
_SINGLE = re.compile(rf"(?:人民币|罚款|共|计)*([¥$]?)({_NUMBER}){_UNIT}?整?")
_RANGE = re.compile(rf"¥?{_NUMBER}{_UNIT}?(?:[-~—–]|至|到)¥?{_NUMBER}{_UNIT}?(?:之间|以下|不等)?")
_BETWEEN = re.compile(rf"¥?{_NUMBER}{_UNIT}?以上(?:至|到)?¥?{_NUMBER}{_UNIT}?(?:以下|以内)")
_SCIENTIFIC = re.compile(r"\d(?:\.\d{1,6})?[Ee]\+?\d{1,2}")
_REMARK_BEHIND = re.compile(r"([^()（）]+)[(（]([^()（）\d]{1,12})[)）]")
_PIECE = re.compile(rf"({_NUMBER}){_UNIT}?")
_CHINESE = re.compile(r"(?:人民币)?([零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬]+)(元|圆|块)?(整|正)?")
# Spoken sums leave the last unit out, and part one sum in two.
_SPOKEN = re.compile(r"([一二两三四五六七八九])(万|千)([一二三四五六七八九])")
_NEXT_UNIT = {"万": "千", "千": "百"}
_PARTED = re.compile(r"(\d{1,4})万(?:(\d)千(?:(\d)百)?元?整?|(\d))")
_LEAST_FINE = 100  # yuan; with the sign of money a smaller number is of no known unit
_UNIT_UNKNOWN = Flag("amount_unit_suspect", "带货币符号，数却小得不像“元”，可能是按“万元”填的，请核对")
_CHINESE_DIGITS = {
    c: n for n, group in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")) for c in group
}
_CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def parse_amount(raw: object, context: Context) -> Reading:
    """Read an amount as whole fen."""
    if raw is None:
        return EMPTY
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not 0 <= raw <= _LARGEST:
            return Reading(None, (Flag("amount_text", f"“{plain(raw)}”不能作为金额，请核对"),))
        return _bare(Decimal(format(raw, ".12g")), context, (), as_yuan=False)
    shown = plain(raw)
    text = _normal(shown)
    if not text or text in LONE_SIGNS:
        return EMPTY
    return _words(_whole(text), shown, context)


def show_amount(value: object) -> str:
    """Return fen as 万元 with at most four decimals and no trailing zeros."""
    if value is None:
        return ""
    if not isinstance(value, int):
        return plain(value)
    text = f"{Decimal(value) / FEN_PER_WAN:.4f}"
    return text.rstrip("0").rstrip(".")


def in_yuan(fen: int) -> int | float:
    """Return fen as yuan for JSON: a whole number where it is one."""
    return fen // FEN_PER_YUAN if fen % FEN_PER_YUAN == 0 else fen / FEN_PER_YUAN


def chinese_amount(text: str) -> int | None:
    """Return the number that financial Chinese numerals name, or None."""
    total, section, digit, seen = 0, 0, 0, False
    for char in text:
        if char in _CHINESE_DIGITS:
            digit, seen = _CHINESE_DIGITS[char], True
        elif char in _CHINESE_UNITS:
            section += (digit or (1 if not section else 0)) * _CHINESE_UNITS[char]
            digit, seen = 0, True
        elif char in "万萬":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * 100_000_000, 0, 0
        else:
            return None
    return total + section + digit if seen else None


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\s+", "", text)
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def _whole(text: str) -> str:
    """Return a spoken sum with its units: 二万五 is 二万五千元, 3万5 and 3万5千 are 35000元."""
    if match := _SPOKEN.fullmatch(text):
        return f"{text}{_NEXT_UNIT[match[2]]}元"
    match = _PARTED.fullmatch(text)
    if match is None:
        return text
    return f"{int(match[1]) * 10_000 + int(match[2] or match[4]) * 1000 + int(match[3] or 0) * 100}元"


def _words(text: str, shown: str, context: Context) -> Reading:
    if _TOO_MANY_DIGITS.search(text) or len(text) > _LONGEST:
        return Reading(None, (Flag("amount_text", f"“{shown[:_LONGEST]}”不是金额，请填数字"),))
    behind = _REMARK_BEHIND.fullmatch(text)
    if behind and _SINGLE.fullmatch(behind[1]):
        reading = _words(behind[1], shown, context)
        return Reading(reading.value, (*reading.flags, Flag("suffix_removed", f"“{shown}”只取金额，后面的“{behind[2]}”已去掉")))
    match = _SINGLE.fullmatch(text)
    if match:
        sign, number = match[1], Decimal(match[2])
        unit = match[3] if match[3] is not None else match[4]
        if unit is None:
            small = sign and number < _LEAST_FINE and _unit_of(context.header) == "万"
            return _bare(number, context, (_UNIT_UNKNOWN,) if small else (), as_yuan=bool(sign))
        flags = () if _unit_of(context.header) in (None, unit) else (_own_unit(shown),)
        return _fen(number * _UNITS[unit], flags)
    if _SCIENTIFIC.fullmatch(text):
        return _bare(Decimal(text), context, (), as_yuan=False)
    if _RANGE.fullmatch(text) or _BETWEEN.fullmatch(text):
        return Reading(None, (Flag("amount_range", f"“{shown}”是一个范围，请填定下来的数"),))
    match = _CHINESE.fullmatch(text)
    number_of_words = chinese_amount(match[1]) if match else None
    if match and number_of_words is not None:
        flag = Flag("amount_chinese_numeral", f"大写金额“{shown}”已换成数字，请核对")
        if match[2] or "万" in text or "萬" in text:
            return _fen(Decimal(number_of_words), (flag,))
        return _bare(Decimal(number_of_words), context, (flag,), as_yuan=False)
    pieces = list(_PIECE.finditer(text))
    if len(pieces) > 1 and not re.search(r"[第条款项年月日号]", text):
        return _several(pieces, shown, context)
    among = list(_AMONG_WORDS.finditer(text))
    if len(among) == 1 and len(pieces) == 1:
        unit = among[0][2].rstrip("元圆")
        return _fen(Decimal(among[0][1]) * _UNITS[unit], (Flag("amount_text", f"“{shown}”里只取了金额，请核对"),))
    return Reading(None, (Flag("amount_text", f"“{shown}”不是金额，请填数字"),))


def _several(pieces: list[re.Match[str]], shown: str, context: Context) -> Reading:
    total = Decimal(0)
    default = _unit_of(context.header)
    for piece in pieces:
        unit = piece[2] if piece[2] is not None else piece[3]
        total += Decimal(piece[1]) * _UNITS[unit if unit is not None else default if default is not None else "万"]
    return _fen(total, (Flag("multiple_values", f"“{shown}”里有 {len(pieces)} 个金额，先按合计读，请分开填写"),))


def _bare(number: Decimal, context: Context, flags: tuple[Flag, ...], *, as_yuan: bool) -> Reading:
    unit = _unit_of(context.header)
    if as_yuan:
        return _fen(number, flags if unit in (None, "") else (*flags, Flag("amount_unit_inferred", "带货币符号，按“元”读")))
    if unit is None:
        unit = "万" if number < SUSPECT_WAN else ""
        flags = (*flags, Flag("amount_unit_inferred", f"表头没有写单位，按“{unit}元”读，请核对"))
    elif unit == "万" and number >= SUSPECT_WAN:
        flags = (*flags, Flag("amount_unit_suspect", f"“万元”列里填了 {number:f}，可能是按“元”填的，请核对"))
    return _fen(number * _UNITS[unit], flags)


def _fen(yuan: Decimal, flags: tuple[Flag, ...]) -> Reading:
    fen = yuan * FEN_PER_YUAN
    if fen % FEN_PER_YUAN:
        flags = (*flags, Flag("amount_not_whole_yuan", f"{yuan.normalize():f} 元不是整元，请核对"))
    return Reading(int(fen.to_integral_value()), flags)


def _unit_of(header: str) -> str | None:
    text = _normal(header)
    if "万元" in text or "(万)" in text:
        return "万"
    if "千元" in text:
        return "千"
    return "" if "元" in text else None


def _own_unit(shown: str) -> Flag:
    return Flag("amount_unit_inferred", f"“{shown}”自带单位，与表头的单位不同，按格内的单位读")
