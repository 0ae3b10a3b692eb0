"""Pure reading of the cells people type: text, names, counts, phones, yes/no.

Every parser takes the raw cell and its `Context` and returns a `Reading`.
None raises for bad data and none changes a value in silence: what cannot be
read is flagged, and what the parser altered is flagged too. Messages are
sentences without a subject; row number and column title go before them
(`models.forms`). Dates, amounts and codes have their own modules.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence

from models.forms import Context, Flag, Reading

EMPTY = Reading(None)
NOTHING_WORDS = frozenset(("/", "-", "－", "—", "——", "–", "无", "\\", "、", "没有", "零", "0.0", "//", "--"))
LONE_SIGNS = frozenset(word for word in NOTHING_WORDS if not any(char.isalnum() for char in word))
TOO_PRECISE = 10**15
MASK = "****"

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0001-\U000e007f]"
)
_INVISIBLE = Flag("control_char_removed", "已去掉看不见的控制字符")
_BLANKS = re.compile(r"[\s\u00a0\u3000]+")
_BETWEEN_CJK = re.compile(r"(?<=[\u3007\u3400-\u9fff（）、，。；：“”]) (?=[\u3007\u3400-\u9fff（）、，。；：“”])")
_CJK_NAME = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")
_SPACED_NAME = re.compile("[\u3007\u3400-\u9fff](?:[ \u3000]{1,4}[\u3007\u3400-\u9fff]){1,3}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}")
_DOTS = re.compile("[•・‧∙･.．]")
_SEAL = re.compile(r"[（(](?:盖章|公章|签章|加盖公章)[）)]\s*$")
_AND_OTHERS = re.compile(r"[\u3400-\u9fff]{2,3}等")
_CERTIFIED = re.compile(r"(\S.{1,15}?)\s*[（(](?:证号|执法证号?|执法证)?[:：]?[A-Za-z\d]{6,20}[）)]")
_REMARKED = re.compile(r"([\u3400-\u9fff·]{2,5})\s*[（(]((?:男|女)[，,、].{1,10}|.{1,10}族)[）)]")
_ROLE = re.compile(
    r"(\S.{1,15}?)\s*[（(](组长|副组长|队长|副队长|驾驶员|司机|兼司机|联络员|兼联络员|带队|男|女|新增|临时|[^（）()、，,；;\s]{0,6}(?:长|经理|主任|主管|书记|安全员|安管员|负责人|法人))[）)]"
)
_WITH_NUMBER = re.compile(r"\d{5}")
_SEPARATORS = re.compile(r"[、，,;；/／\n\r]+")
_COUNT = re.compile(r"共?([+-]?\d+(?:\.0+)?)(?:人次|家次|项|个|条|家|人|次|处|起|件|名|户|座|辆|台|宗|份)?")
_BRACKETED_UNIT = re.compile(r"[(（]([^()（）]{1,2})[)）]$")
_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,20})?)%?|百分之(\d{1,3}(?:\.\d{1,20})?)")
_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CLOCK = re.compile(r"(上午|下午|晚上|早上|中午)?(\d{1,2})(?:[:时点](\d{1,2}|半)?分?)")
_TRUE_WORDS = frozenset(
    ("是", "有", "√", "✓", "✔", "☑", "对", "已", "y", "yes", "true", "1", "v", "在场", "到场", "●", "○是", "拟处罚", "处罚")
)
_FALSE_WORDS = frozenset(("否", "无", "×", "✗", "✘", "x", "未", "n", "no", "false", "0", "不", "没有", "缺席", "/", "-", "—", "☐", "□"))
_NOT_YET = re.compile(
    "[未没尚不拟将待若]|预计|计划|正在|部分|基本|大部|个别|日前|月前|底前|日内|限期|争取|(?<!按)(?<!按照)要求|督促|力争|继续|其余|除.{1,8}外"
)
_NOT_ALL = re.compile(r"部分|剩|其余|尚有|仍有|还有|个别|大部|基本|\d/\d|(?<!\d)\d{1,2}(?:\.\d+)?%")
_DOUBLE_SURNAMES = frozenset(
    (
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "长孙",
        "宇文",
        "端木",
        "南宫",
        "西门",
        "申屠",
        "太史",
    )
)
_CHINESE_DIGITS = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def visible(raw: object) -> tuple[object, tuple[Flag, ...]]:
    """Return the cell without characters that nobody sees, and the flag that says so.

    `models.kinds` puts this before every parser; tabs and line ends stay.
    """
    if not isinstance(raw, str) or raw.isalnum() or (raw.isascii() and raw.isprintable()) or _CONTROL.search(raw) is None:
        return raw, ()
    return _CONTROL.sub("", raw), (_INVISIBLE,)


def masked(text: str) -> str:
    """Return a number with its middle hidden: 199****0001; short ones nearly all."""
    if not text:
        return ""
    return f"{text[:3]}{MASK}{text[-4:]}" if len(text) > 8 else f"{text[:1]}{MASK}"


def plain(raw: object) -> str:
    """Return the cell as text, trimmed; numbers without a needless ".0"."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw.strip().strip("\u3000\u00a0")
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < TOO_PRECISE else repr(raw)
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(" ", "minutes")
    return str(raw)


def folded(raw: object) -> str:
    """Return the text in half-width form without any blank, for comparing."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", plain(raw)))


def lost_precision(raw: object) -> bool:
    """Tell whether a number or scientific text has lost its last digits."""
    if isinstance(raw, bool):
        return False
    if isinstance(raw, int | float):
        return abs(raw) >= TOO_PRECISE
    return isinstance(raw, str) and _SCIENTIFIC.fullmatch(raw.strip()) is not None


def parse_text(raw: object, context: Context) -> Reading:
    """Read a line of text: blanks and line breaks between Chinese words go."""
    return _text(raw, keep_lines=False)


def parse_long(raw: object, context: Context) -> Reading:
    """Read running text; its line breaks stay."""
    return _text(raw, keep_lines=True)


def parse_organisation(raw: object, context: Context) -> Reading:
    """Read the name of an enterprise or unit; a seal mark behind it goes."""
    reading = _text(raw, keep_lines=False)
    if not isinstance(reading.value, str) or "章" not in reading.value:
        return reading
    name = _SEAL.sub("", reading.value).strip()
    if name == reading.value:
        return reading
    return Reading(name or None, (*reading.flags, Flag("suffix_removed", "已去掉末尾的“盖章”字样")))


def parse_name(raw: object, context: Context) -> Reading:
    """Read one person's name: inner blanks go, the dot of a long name stays."""
    if isinstance(raw, str):  # most cells, some with blanks between single characters
        bare = raw.replace(" ", "").replace("\u3000", "") if _SPACED_NAME.fullmatch(raw) else raw
        if _CJK_NAME.fullmatch(bare) and bare not in NOTHING_WORDS and unicodedata.is_normalized("NFKC", bare):
            return Reading(bare)
    reading = _text(raw, keep_lines=False)
    if not isinstance(reading.value, str):
        return reading
    if folded(reading.value) in NOTHING_WORDS:
        return EMPTY
    remarked = _REMARKED.fullmatch(reading.value)
    if remarked:
        flag = Flag("suffix_removed", f"“{reading.value}”里的“{remarked[2]}”不是姓名，已去掉")
        return Reading(_joined_name(remarked[1]), (*reading.flags, flag))
    if _WITH_NUMBER.search(reading.value):
        return Reading(reading.value, (*reading.flags, Flag("multiple_values", f"“{reading.value}”里有号码，请和姓名分开填写")))
    if _several_people(plain(raw)):
        typed = _BLANKS.sub(" ", plain(raw))
        return Reading(typed, (*reading.flags, Flag("multiple_values", f"“{typed}”像是几个人，请分开填写")))
    name = _ROLE.fullmatch(reading.value)
    if name is None:
        return Reading(_joined_name(reading.value), reading.flags)
    flag = Flag("suffix_removed", f"“{reading.value}”里的“{name[2]}”不是姓名，已去掉")
    return Reading(_joined_name(name[1]), (*reading.flags, flag))


def parse_names(raw: object, context: Context) -> Reading:
    """Read several names as a tuple, whatever separates them."""
    if isinstance(raw, list | tuple):
        given = tuple(_joined_name(plain(item)) for item in raw if plain(item))
        return Reading(given or None)
    reading = _text(raw, keep_lines=True)
    if not isinstance(reading.value, str):
        return reading
    found: list[str] = []
    flags = reading.flags
    for part in _SEPARATORS.split(reading.value):
        if folded(part) in NOTHING_WORDS:
            continue
        certified = _CERTIFIED.fullmatch(part.strip())
        name = certified[1] if certified else part
        if certified:
            flags = (*flags, Flag("suffix_removed", f"姓名“{name}”后面的证号已去掉"))
        elif _AND_OTHERS.fullmatch(part.strip()):
            name = part.strip()[:-1]
            flags = (*flags, Flag("suffix_removed", f"“{part.strip()}”后面的“等”已去掉，只有写明的人"))
        pieces = name.split()
        # "张 三" is one person, "张三 李四" are two: a single character is never a full name.
        if len(pieces) > 1 and all(len(piece) > 1 for piece in pieces) and pieces[0] not in _DOUBLE_SURNAMES:
            found += [_joined_name(piece) for piece in pieces]
        elif pieces:
            found.append(_joined_name(name))
    return Reading(tuple(found) or None, flags)


def parse_count(raw: object, context: Context) -> Reading:
    """Read a number of things; "/", "－" and "无" are 0, a blank is None."""
    if raw is None or isinstance(raw, bool):
        return EMPTY if raw is None else Reading(None, (_unreadable_count(raw),))
    if isinstance(raw, int | float):
        if 0 <= raw < TOO_PRECISE and raw == int(raw):
            return Reading(int(raw))
        return Reading(None, (_unreadable_count(raw),))
    text = folded(raw)
    if not text:
        return EMPTY
    if text in NOTHING_WORDS:
        return Reading(0)
    text = _BRACKETED_UNIT.sub(r"\1", text)
    match = _COUNT.fullmatch(text.replace(",", ""))
    value = float(match[1]) if match else chinese_number(text.rstrip("项个条家人次处起件名户台宗份"))
    if value is None or value < 0 or value >= TOO_PRECISE:
        return Reading(None, (_unreadable_count(plain(raw)),))
    return Reading(int(value))


def parse_rate(raw: object, context: Context) -> Reading:
    """Read a rate as a fraction: 0.85, "85%" and 85 are the same."""
    if raw is None:
        return EMPTY
    shown = plain(raw)
    text = folded(raw)
    if not text or text in NOTHING_WORDS:
        return EMPTY
    match = _RATE.fullmatch(text)
    if match is None or isinstance(raw, bool):
        return Reading(None, (Flag("rate_invalid", f"“{shown}”不是百分比，请写成 85% 的样子"),))
    number = float(match[1] or match[2])
    # A bare number up to 1 is what a cell formatted as a percentage holds, whatever the heading says.
    if match[2] or match[0].endswith("%") or number > 1:
        number /= 100
    bare = not (match[2] or match[0].endswith("%") or "%" in folded(context.header))
    if bare and 0.01 < number < 0.02:  # 1.2 may be 1.2 % or 120 %
        return Reading(round(number * 100, 6), (Flag("rate_invalid", f"“{shown}”看不出是 {shown}% 还是超过 100%，请写成 85% 的样子"),))
    if number > 1:
        return Reading(None, (Flag("rate_invalid", f"“{shown}”超过 100%，请核对"),))
    return Reading(round(number, 6))


def show_rate(value: object) -> str:
    """Return a fraction as a percentage without trailing zeros."""
    return f"{round(value * 100, 2):g}%" if isinstance(value, int | float) else plain(value)


def parse_time(raw: object, context: Context) -> Reading:
    """Read a time of day or a range of two, as "HH:MM" or "HH:MM-HH:MM"."""
    if isinstance(raw, dt.datetime | dt.time):
        return Reading(f"{raw:%H:%M}")
    if isinstance(raw, float) and 0 <= raw < 1:
        minutes = round(raw * 24 * 60) % (24 * 60)
        return Reading(f"{minutes // 60:02}:{minutes % 60:02}")
    text = folded(raw)
    if not text or text in NOTHING_WORDS:
        return EMPTY
    times = [_clock(match) for match in _CLOCK.finditer(text)]
    rest = _CLOCK.sub("", text)
    if not times or len(times) > 2 or None in times or rest.strip("-~—–至到前后左右"):
        return Reading(plain(raw), (Flag("time_text", f"“{plain(raw)}”不是时间，请写成 09:00 或 09:00-10:30"),))
    return Reading("-".join(time for time in times if time))


def parse_flag(raw: object, context: Context) -> Reading:
    """Read yes or no."""
    if isinstance(raw, bool):
        return Reading(raw)
    text = folded(raw).lower()
    if not text:
        return EMPTY
    if text in _TRUE_WORDS:
        return Reading(value=True)
    if text in _FALSE_WORDS:
        return Reading(value=False)
    if text[0] in "否无未不":
        return Reading(value=False)
    if text[0] in "是有已拟√":
        return Reading(value=True)
    return Reading(None, (Flag("flag_unknown", f"“{plain(raw)}”看不出是或否，请填“是”或“否”"),))


def parse_choice(raw: object, options: Sequence[str], synonyms: Mapping[str, str], code: str) -> Reading:
    """Read one of the options; a remark after the word is allowed."""
    text = folded(raw)
    text = re.sub(r"^[\[【〔](.+)[\]】〕]$", r"\1", text)
    if not text:
        return EMPTY
    words = {folded(option): option for option in options} | {folded(word): option for word, option in synonyms.items()}
    if text in NOTHING_WORDS:
        return EMPTY
    first = re.split(r"[,;:。(、，；：（]", text)[0]
    found = words.get(text) or words.get(first) or _only_one(text, words)
    if found and text not in words and first[:1] in "已完是√" and _NOT_ALL.search(text):
        found = None
    if found:
        return Reading(found)
    return Reading(None, (Flag(code, f"“{plain(raw)}”不在可填的范围内，请填：{'、'.join(options)}"),))


def _only_one(text: str, words: Mapping[str, str]) -> str | None:
    """Return what the words of three characters and more inside a longer text mean, if they mean one thing.

    Not where it speaks of what is to come, or denies it: "预计4月底完成整改" is not done.
    """
    inside = [word for word in words if len(word) > 2 and word in text]
    meant = {words[word] for word in inside if not any(word != other and word in other for other in inside)}
    rest = text
    for word in sorted(inside, key=len, reverse=True):
        rest = rest.replace(word, "")
    return meant.pop() if len(meant) == 1 and not _NOT_YET.search(rest) else None


def chinese_number(text: str) -> int | None:
    """Return the number that Chinese words name (up to 9999), or None."""
    if not text or any(char not in _CHINESE_DIGITS and char not in "十百千" for char in text):
        return None
    if not any(char in "十百千" for char in text):
        return int("".join(str(_CHINESE_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[char]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + digit


def _text(raw: object, *, keep_lines: bool) -> Reading:
    if raw is None:
        return EMPTY
    if not isinstance(raw, str):
        flags = (Flag("precision_lost", f"“{plain(raw)}”以数字存储，末位可能已丢失，请按文本重填"),) if lost_precision(raw) else ()
        return Reading(plain(raw), flags)
    if raw.isalnum() and unicodedata.is_normalized("NFKC", raw):
        return Reading(raw)  # no blank, sign or full width in it: most cells
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\u3000\u00a0").translate(_FULL_WIDTH)
    if not keep_lines and ("\n" in text or " " in text or "\u3000" in text or "\u00a0" in text):
        text = _BETWEEN_CJK.sub("", _BLANKS.sub(" ", text))
    if text in LONE_SIGNS:
        return EMPTY
    if text[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") and len(text) > 1:
        return Reading(text, (Flag("formula_like_text", "以运算符开头，只当文字保存"),))
    return Reading(text or None)


def _joined_name(text: str) -> str:
    if _CJK_NAME.fullmatch(text) and unicodedata.is_normalized("NFKC", text):
        return text
    name = text.strip()
    whole = _BLANKS.sub("", unicodedata.normalize("NFKC", name))
    if _CJK_NAME.fullmatch(whole):
        return whole
    parts = _DOTS.sub("·", whole)
    if "·" in parts and all(_CJK_NAME.fullmatch(part) for part in parts.split("·")):
        return parts
    return _BLANKS.sub(" ", name)


def _several_people(text: str) -> bool:
    """Tell whether a cell for one name holds several; "欧阳 若水" and "张 三" are one."""
    if _SEPARATORS.search(text) and len([part for part in _SEPARATORS.split(text) if part.strip()]) > 1:
        parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    else:
        parts = text.split()
        if not all(_CJK_NAME.fullmatch(part) for part in parts):
            return False
    return len(parts) > 1 and all(len(part) > 1 for part in parts) and parts[0] not in _DOUBLE_SURNAMES


def _unreadable_count(raw: object) -> Flag:
    return Flag("count_invalid", f"“{plain(raw)}”不是整数，请填数字")


def _clock(match: re.Match[str]) -> str | None:
    half, hours, minutes = match[1], int(match[2]), match[3]
    if half in ("下午", "晚上") and hours < 12:
        hours += 12
    past = 30 if minutes == "半" else int(minutes or 0)
    return f"{hours:02}:{past:02}" if hours < 24 and past < 60 else None
