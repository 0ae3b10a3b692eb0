"""What a typed cell means before its kind reads it.

Lists, other programs and headings that ask leave their traces in cells: a
ditto, a number before a name, a sign for text, an answer to a question. They
are taken for what they are; what may be two things in one cell is flagged.
"""

from __future__ import annotations

import re
import unicodedata

from models.forms import Flag, Kind
from models.kinds import ORGANISATION
from services.imports.headings import bare_heading

# What Excel shows as the sign of a number kept as text; other programs write it into the cell.
TEXT_SIGNS = frozenset("'’‘`＇")
DITTO_STARTS = frozenset("同〃〞″′”“'\"＂＇（([［【-—－ \u3000")
_DITTO = frozenset(("同上", "同前", "同上行", "同上一行", "同上栏", "〃", "〞", "″", "′′", "”", "“", "''", '"'))
_AROUND_DITTO = " \u3000()（）[]［］【】-—－.。．"
_LONGEST_DITTO = 10
_TYPED_NUMBER = re.compile(r"['’‘`＇]\s*[\d.,，．－\-]+")
# A heading that asks whether it is done is answered, not described.
_ASKED = re.compile("^(?:是否|有无|是不是)|吗$|没有?$|与否$")
_ANSWERS = {
    **dict.fromkeys(("没有", "没", "无", "未", "还没", "没改", "没改完"), "否"),
    **dict.fromkeys(("有", "改完了", "改了", "完了", "改好了"), "是"),
}
# How far it is, in words that the ledger has no option for.
_STANDING = {
    **dict.fromkeys(("待整改", "计划整改", "拟整改", "没有完成", "没完成", "没整改", "未见整改", "未"), "未整改"),
    **dict.fromkeys(("复查不合格", "验收不合格", "复查未通过", "N", "n"), "未整改"),
    **dict.fromkeys(("100%", "100％", "Y", "y"), "已整改"),
}
# A number before a name, or a star behind it, is the list's, not the name's.
_MARKS = "*※★☆●▲△#"
_NAME = r"([\u3400-\u9fff·]{2,8})"
_MARKED_NAME = re.compile(rf"(?:[{_MARKS}]{{1,3}}\s*|\d{{1,3}}[.、．)）]\s*){_NAME}\s*[{_MARKS}]{{0,3}}|{_NAME}\s*[{_MARKS}]{{1,3}}")
_MARK_REMOVED = Flag("suffix_removed", "前后的编号或记号没有读入")
_FIRM = re.compile(r".{3,}(?:(?<!分)公司|(?<!分)厂|(?<!分)店|(?<!分)站|(?<!分)中心|超市|酒店|宾馆|集团|合作社)")
_APART = re.compile(r"[\n、，,;；/]+")
_FIRMS_TOGETHER = Flag("multiple_values", "像是几家企业写在一格里，请分成几行")
# A comma in a number groups thousands; any other may part two numbers.
_COMMA = re.compile("(?<=\\d)[,，](?=\\d)")
_GROUPED = re.compile(r"[^\d]*(?:\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?[^\d,，]*)")
_OTHERS = re.compile(r"等\s*[\d一二三四五六七八九十两几多]*\s*[人名位]")
_OTHERS_UNNAMED = Flag("multiple_values", "写了“等几人”，没有写全，请补全姓名")
# Of boxes in a cell the one that is ticked is the answer.
_TICKED_BOXES = "☑■✓√✔▣◼"
_EMPTY_BOXES = "□☐○◻▢"
_ANY_BOX = _TICKED_BOXES + _EMPTY_BOXES
_BOX = re.compile(f"[{_ANY_BOX}]")
_OPTION_BEHIND = re.compile(rf"\s*([{_ANY_BOX}])\s*([^{_ANY_BOX}]+?)\s*(?=$|[{_ANY_BOX}])")
_OPTION_BEFORE = re.compile(rf"\s*([^{_ANY_BOX}]+?)\s*([{_ANY_BOX}])")
_BRACKETED = re.compile(r"\s*([^\s()（）/、]+?)\s*[(（]\s*([√✓✔vV]?)\s*[)）][\s/、]*")
_NONE_TICKED, _MANY_TICKED = "未勾选", "勾选了几项"
# Words that say of a day only that it is the last one.
_DAY_ASKED = re.compile(r"^\s*(?:请|务必|须|应)?(?:于|在|限期?至?|截止(?:到|至|于)?|截至)\s*[:：]?\s*(?=[\d〇一二三四五六七八九十])")
_TWO_NUMBERS = re.compile(r"[A-Za-z\d]{6,}(?:[\s、，,;；/]+[A-Za-z\d]{6,})+")
_NUMBERS_TOGETHER = Flag("multiple_values", "像是几个号码写在一格里，请只留一个")

# A letter that looks like a digit among digits, or a word that the paper is not valid.
_DOUBTFUL_CERTIFICATE = re.compile(r"^\s*(?=[\dOoIl]*\d{6})\d*[OoIl][\dOoIl]*\s*$|过期|失效|注销|作废|年审|补办|换证")
_CERTIFICATE_DOUBTED = Flag("cert_invalid", "像是写错了字母，或写着证件的状态，请只填有效的证号")


def is_ditto(text: str) -> bool:
    """Tell whether the cell says that it holds what stands above it."""
    if len(text) > _LONGEST_DITTO:
        return False
    said = "".join(text.split())
    return said in _DITTO or said.strip(_AROUND_DITTO) in _DITTO or unicodedata.normalize("NFKC", said) in _DITTO


def is_worded(key: str, kind: Kind) -> bool:
    """Tell whether the texts of a column are to be looked at before they are parsed."""
    return (
        key in ("status", "cert_no")
        or kind.editor in ("name", "names", "count", "amount", "date")
        or kind.editor.startswith("choice:")
        or kind is ORGANISATION
    )


def as_meant(text: str, key: str, kind: Kind, header: str) -> tuple[str, tuple[Flag, ...]]:
    """Return the text as its kind is to read it, and what is to be said of it.

    Args:
        text: As typed.
        key: Of the column.
        kind: Of the column.
        header: Its heading.
    """
    if text[:1] in TEXT_SIGNS and _TYPED_NUMBER.fullmatch(text):
        return text[1:], ()
    if kind.editor == "date":
        return _DAY_ASKED.sub("", text, count=1), ()
    if kind.editor.startswith("choice:"):
        text = _ticked(text)
    if key == "status":
        said = text.strip(" 。.！!")
        return (_ANSWERS.get(said, text) if _ASKED.search(bare_heading(header)) else _STANDING.get(said, text)), ()
    if key == "cert_no":
        if _TWO_NUMBERS.fullmatch(text.strip()):
            return text, (_NUMBERS_TOGETHER,)
        return text, (_CERTIFICATE_DOUBTED,) if _DOUBTFUL_CERTIFICATE.search(text) else ()
    if kind is ORGANISATION:
        parts = _APART.split(text.strip()) if _APART.search(text) else ()
        return text, (_FIRMS_TOGETHER,) if sum(_FIRM.fullmatch(part.strip()) is not None for part in parts) > 1 else ()
    if kind.editor in ("count", "amount"):
        return (text if _GROUPED.fullmatch(text.strip()) else _COMMA.sub("、", text)) if _COMMA.search(text) else text, ()
    if kind.editor == "names":
        return text, (_OTHERS_UNNAMED,) if "等" in text and _OTHERS.search(text) else ()
    if text[:1].isdigit() or text[:1] in _MARKS or text[-1:] in _MARKS:
        match = _MARKED_NAME.fullmatch(text.strip())
        return (match[1] or match[2], (_MARK_REMOVED,)) if match else (text, ())
    return text, ()


def _ticked(text: str) -> str:
    """Return the only option whose box or bracket is ticked, else the text or what is wrong with it."""
    found: list[tuple[str, str]]
    if text[-1:] in ")）" and re.fullmatch(f"(?:{_BRACKETED.pattern}){{2,}}", text):
        found = [(tick, option) for option, tick in _BRACKETED.findall(text)]
    elif _BOX.search(text):
        first = text.strip()[:1]
        found = _OPTION_BEHIND.findall(text) if _BOX.match(first) else [(box, option) for option, box in _OPTION_BEFORE.findall(text)]
        if not all(option.strip() for _box, option in found) or len(found) != len(_BOX.findall(text)):
            return text
    else:
        return text
    ticked = [option.strip() for box, option in found if box and box not in _EMPTY_BOXES]
    if not found or len(ticked) == 1:
        return ticked[0] if ticked else text
    return _MANY_TICKED if ticked else _NONE_TICKED
