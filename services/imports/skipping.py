"""Which rows under a header are no records, and why.

Totals, footers, notes, page numbers, repeated headers and samples are left
out, each with its reason; nothing is dropped in silence. A row is judged by
its own words only, so data after a footer or a gap still counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from models.values import plain
from services.imports.headings import LONGEST_HEADING, heading, heading_keys, stays, unfoldable
from services.imports.locate import Table
from services.imports.raw import RawRow, Scalar

_WHOLE = r"(?:全[县区镇市乡省]|本[页表镇]|以上|各[镇乡街][办街镇道]?)?"
_TOTAL = re.compile(rf"{_WHOLE}(?:合计|总计|共计|总数|累计|合计数|汇总)(?:[（(:：].*)?|全部")
_COUNTED_TOGETHER = re.compile(r"共(?:检查|抽调|报送|查|有|报)?\d+[家人户起件条项]")
_LOOSE_TOTALS = frozenset(
    ("全县", "全区", "全市", "全镇", "全乡", "总数", "全部", "平均", "平均数", "平均值", "同比", "环比", "上期", "上年同期", "占比", "增减")
)
_AMONG_THESE = re.compile(r"其中[:：].{0,20}|其中.{0,8}")
_SUBTOTAL = re.compile(r".{0,12}小计(?:[（(:：].*)?")
_PAGE = re.compile(r"第?\d+页[,，/ ]*(?:共\d+页)?|第\d+/\d+页|[-—]\s*\d+\s*[-—]|(?i:page)\d+(?:(?i:of)\d+)?|共\d+页")
_FOOTER = re.compile(
    r"(?:填表人?|填报人?|制表人?|审核人?|审批人?|经办人|报送人|联系人|联系电话|电话|单位负责人|主要负责人|分管领导|负责人|组长|填报时间|填报日期|报送时间|报送日期"
    r"|填表时间|填表日期|制表时间|日期|填报单位|报送单位|单位)(?:[（(]\w+[）)])?[:：]"
)
_SEAL_LINE = re.compile(r".{0,20}[（(]?(?:盖章|公章|签字|签章)[）)]?.{0,4}")
_NOTE = re.compile(
    r"(?:填表说明|填写说明|填报说明|说明|备注|注意事项|注意|注|要求|附注)\s*\d*[:：.、]|(?:填表说明|填写说明|填报说明)|[*※]|注[:：]?\d"
)
_LIST_ITEM = re.compile(r"[(（]?[\d一二三四五六七八九十]{1,2}[)）]?[.、．:：]")
_SAMPLE = re.compile(
    r"(?:填写)?(?:示例|样表|范例|例子)|填写样式|例[:：)）].*|[（(](?:示例|样表|填写示例|例)[）)][:：]?.{0,6}|(?:示例|样表|填写示例)[:：]?.{0,6}"
)
_SAMPLE_STARTS = frozenset("填示样范例(（")
_SAMPLE_REMARKS = frozenset(("示例", "样例", "(示例)", "(样例)", "填写示例", "填表示例", "本行为示例", "示例,请删除", "示例行"))
_NOTHING_BELOW = re.compile(r"[(（—\-]*(?:以下空白|以下无正文|以下无内容|此页以下空白|以下无)[)）—\-]*")
_SECTION = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．:：].{1,20}")
_TITLE = re.compile(
    r"(?:附件|附表)[\d一二三四五六七八九十]{0,2}[:：.、]?.{0,60}"
    r"|.{2,60}(?:统计表|汇总表|登记表|一览表|明细表|情况表|记录表|台账|花名册|名单|清单)(?:[（(].{0,20}[）)])?"
)
# What stands alone between records and says what those below it have in common.
_PART = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}(?:批次?|组|片区?|阶段|期|次|部分|周|季度|类)(?:[（(:：].{0,20})?|(?:新增|补报|续报|补充)部分?[:：]?"
)
_TOWN_ALONE = re.compile(r"[\u4e00-\u9fff]{1,6}(?:镇|乡|街道|街道办|街道办事处|开发区|园区|管委会)(?:[（(].{0,12}[）)])?[:：]?")
_ENDS_OF_OFFICES = "人民政府|办公室|办事处|委员会|管理局|应急局|应急办|安监站|安监办|安环办|支队|大队|中队"
_CLOSING = re.compile(r"(?:以上|上述|此页|本页|特此|经办|抄送|抄报|报送范围|联系方式).{2,}|.*[。；;！!].*|[（(].*[）)]")
_LONE_DATE = re.compile(r"[\d〇零一二三四五六七八九]{4}[年.\-/][\d一二三四五六七八九十]{1,3}[月.\-/][\d一二三四五六七八九十]{1,3}日?")
_AUTHORITY = re.compile(rf".{{2,}}(?:{_ENDS_OF_OFFICES})(?:[（(].{{0,6}}[）)])?")
_OFFICE = re.compile(rf".{{2,}}(?:{_ENDS_OF_OFFICES}|中心)(?:[（(].{{0,6}}[）)])?")
_COUNTERS = ("甲乙丙丁戊己庚辛壬癸", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_LEAST_LETTERS = 3
_LONG_NOTE = 18
_LEAD = 4
_LEAST_COUNTED = 4
_FIRST_OF_TOTALS = frozenset("全总累共本以其平同环上占增")
_OF_PEOPLE = frozenset(("personnel", "groups"))
_NAMED_ALONE = frozenset(("town_summary", "groups"))
_FIRST_NUMBERS = frozenset(("0", "1", "00", "01", "000", "001"))
_LONGEST_NUMBER = 4
_LOOKED_AT = 200


class RowJudge:
    """Tells records from other rows under one header."""

    def __init__(self, table: Table) -> None:
        """Prepare what the header and its form say."""
        self._numbering = frozenset(table.numbering)
        self._names = heading_keys(table.form)
        self._title = heading(table.form.title)
        self._firsts = frozenset(name[0] for name in self._names if name) | _FIRST_OF_TOTALS
        self._of_people = table.form.code in _OF_PEOPLE
        self._parted = table.form.code not in _NAMED_ALONE
        self._places = [(key, col, heading(block.headers[key])) for block in table.blocks for key, col in block.columns.items()]
        first = table.blocks[0].columns
        self._remark = first.get("remark")
        self._wanted = frozenset(first[column.key] for column in table.form.columns if column.required and column.key in first)

    def why(self, row: RawRow, previous: str) -> str | None:
        """Return why the row is no record, None if it may be one.

        Args:
            row: The row.
            previous: Why the row before was skipped, if it was.
        """
        cols = sorted(row.cells)
        if not cols:
            return "blank"
        if len(cols) > _LEAD and self._plainly_record(row, cols):
            return "sample" if self._marked_as_sample(row) else None
        lead = [_lead(row.cells[col]) for col in cols[:_LEAD]]
        begins = ""
        for text in lead:
            begins += text[:1]
            if text.isdigit():
                continue
            said = text.lower() if text.isalnum() else heading(text)
            if said in self._names and len(text) <= LONGEST_HEADING and self._repeats_header(row):
                return "repeated_header"
        words = " ".join(lead)
        if "计" in words or "汇总" in words:
            if any("小计" in text and _SUBTOTAL.fullmatch(text) for text in lead):
                return "subtotal"
            if any(("计" in text or "汇总" in text) and _TOTAL.fullmatch(text) for text in lead):
                return "total"
        first = next((text for text in lead if not text.isdigit()), "")
        if first in _LOOSE_TOTALS or (first[:1] == "共" and _COUNTED_TOGETHER.fullmatch(first)):
            return "total"
        if first.startswith("其中") and _AMONG_THESE.fullmatch(first):
            return "subtotal"
        if not _SAMPLE_STARTS.isdisjoint(begins) and any(_SAMPLE.fullmatch(text) for text in lead[:3]):
            return "sample"
        if self._marked_as_sample(row):
            return "sample"
        if len(cols) > 1 and (self._counts_columns(row, cols) or _letters_columns(row, cols)):
            return "number_only"
        if len(cols) > _LEAD:
            return None
        if self._is_record(cols):
            return "footer" if _labelled(lead) else None
        # a long one under a merged row may be its second phone number
        short = all(len(text) <= _LONGEST_NUMBER for text in lead) or not self._wanted.isdisjoint(cols)
        if short and all(text.isdigit() for text in lead) and (len(cols) == 1 or self._numbering >= set(cols)):
            return "number_only"
        if len(cols) == 1 and self._title and self._title in heading(lead[0]):
            return "title"
        if not self._alone(cols):
            return _line(lead, previous)
        why = _line(lead, previous, offices=_OFFICE if self._of_people else _AUTHORITY, parts=self._parted)
        closing = previous == "total" and not self._wanted.isdisjoint(cols)  # nothing begins below a total with one word
        return why or ("footer" if closing else None)

    def _alone(self, cols: list[int]) -> bool:
        """Tell whether nothing but a running number stands beside one text."""
        return len(set(cols) - self._numbering) <= 1

    def _plainly_record(self, row: RawRow, cols: list[int]) -> bool:
        """Tell whether no word at the beginning speaks against a record: nearly every row."""
        named = False
        for col in cols[:_LEAD]:
            value = row.cells[col]
            if not isinstance(value, str):
                continue
            first = value[:1]
            if len(value) == 1 or first in self._firsts or not stays(first) or "计" in value or "汇" in value:
                return False
            if first in _SAMPLE_STARTS and _SAMPLE.fullmatch(folded(value)):
                return False
            named = named or first > "9"
        return named  # a row of numbers may count the columns

    def _counts_columns(self, row: RawRow, cols: list[int]) -> bool:
        """Tell whether the row only numbers the columns from 1 on."""
        if plain(row.cells[cols[0]])[:_LOOKED_AT] not in _FIRST_NUMBERS:
            return False
        texts = [plain(row.cells[col])[:_LOOKED_AT] for col in cols]
        if not all(text.isascii() and text.isdigit() and len(text) < 4 for text in texts):
            return False
        first = int(texts[0])
        whole = len(cols) >= _LEAST_COUNTED or set(cols) >= {col for _key, col, _said in self._places}
        return whole and first <= 1 and all(int(text) == first + place for place, text in enumerate(texts))

    def _marked_as_sample(self, row: RawRow) -> bool:
        said = row.cells.get(self._remark) if self._remark is not None else None
        return isinstance(said, str) and folded(said) in _SAMPLE_REMARKS

    def _is_record(self, cols: list[int]) -> bool:
        return len(set(cols) - self._numbering) > 1 and self._wanted <= set(cols)

    def _repeats_header(self, row: RawRow) -> bool:
        same = others = 0
        for key, col, said in self._places:
            value = row.cells.get(col)
            if _blank(value):
                continue
            text = heading(plain(value)[:LONGEST_HEADING])
            if text == said or self._names.get(text) == key:
                same += 1
            else:
                others += 1
        return same >= 2 and same > others


class SortedOut:
    """The rows under one header, parted into records and others.

    Attributes:
        records: Rows that may be records.
        left_out: The others, each with its reason.
    """

    def __init__(self, table: Table, rows: Iterable[RawRow] = ()) -> None:
        """Sort out the rows that are known already."""
        self.records: list[RawRow] = []
        self.left_out: list[tuple[RawRow, str]] = []
        self._judge = RowJudge(table)
        self._sides = _Sides(table) if len(table.blocks) > 1 else None
        self._previous = ""
        for row in rows:
            self.take(row)

    def take(self, row: RawRow) -> bool:
        """Take the next row; return whether it may be a record."""
        why = self._judge.why(row, self._previous)
        if self._sides is not None and (rest := self._sides.without_totals(row, why)) is not None:
            row, why = rest, None
        self._previous = why or ""
        if why is None:
            self.records.append(row)
            return True
        self.left_out.append((row, why))
        return False


class _Sides:
    """Judges the tables that stand side by side each by itself: one may end before the other."""

    def __init__(self, table: Table) -> None:
        """Prepare a judge for each."""
        self._ends = [max(block.columns.values()) for block in table.blocks]
        self._judges = [RowJudge(replace(table, blocks=(block,))) for block in table.blocks]
        self._wanted = [{block.columns[column.key] for column in table.form.columns if column.required} for block in table.blocks]

    def without_totals(self, row: RawRow, why: str | None) -> RawRow | None:
        """Return the records of a row beside a total, None if there is no such row.

        Args:
            row: The row.
            why: Why it is no record as a whole, None if it may be one.
        """
        if why not in (None, "total", "subtotal"):
            return None
        kept: dict[int, Scalar] = {}
        gone = found = False
        for place, judge in enumerate(self._judges):
            left = self._ends[place - 1] if place else -1
            right = self._ends[place] if place + 1 < len(self._ends) else max(row.cells)
            side = {col: value for col, value in row.cells.items() if left < col <= right}
            if side and judge.why(RawRow.of(row.number, side, row.styles, row.marks), "") in ("total", "subtotal"):
                gone = True
            else:
                kept |= side
                found = found or all(not _is_number(side.get(col)) for col in self._wanted[place])
        if not (gone and found):
            return None
        made = RawRow.of(row.number, kept, row.styles, row.marks)
        made.hidden = row.hidden
        return made


def _is_number(value: object) -> bool:
    """Tell whether a cell holds no word: a total may be written over both tables."""
    return not re.search(r"[^\d.,%\s/—－-]", plain(value)[:_LOOKED_AT])


def _lead(value: object) -> str:
    if isinstance(value, str):
        if unfoldable(value):
            return value[:_LOOKED_AT]
    elif type(value) is int:
        return str(value)
    return folded(plain(value)[:_LOOKED_AT])


def folded(text: str) -> str:
    """Return the text in half width without blanks."""
    if unfoldable(text):
        return text
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _labelled(texts: list[str]) -> bool:
    """Tell whether these are the label and value pairs of a signature line."""
    labels = sum(_FOOTER.match(text) is not None for text in texts)
    return _FOOTER.match(texts[0]) is not None and labels * 2 >= len(texts)


def _letters_columns(row: RawRow, cols: list[int]) -> bool:
    """Tell whether the row names the columns 甲 乙 丙 1 2 3, as official tables do, or A B C."""
    texts = [folded(plain(row.cells[col])[:_LOOKED_AT]) for col in cols]
    if len(texts) < _LEAST_LETTERS or any(len(text) > 2 for text in texts):
        return False
    letters = next((run for run in _COUNTERS if texts[0] == run[0]), "")
    named = 0
    while named < min(len(texts), len(letters)) and texts[named] == letters[named]:
        named += 1
    return named > 1 and all(text == str(place) for place, text in enumerate(texts[named:], 1))


def _line(texts: list[str], previous: str, *, offices: re.Pattern[str] | None = None, parts: bool = False) -> str | None:
    """Judge a row of few cells by the words of its lines.

    Args:
        texts: The words.
        previous: Why the row before was skipped, if it was.
        offices: What only those who sign are called, if the text stands alone.
        parts: What alone names a batch or a town says what those below it have in common.
    """
    first = texts[0]
    if offices is not None:
        alone = next((text for text in texts if not text.isdigit()), first)
        if _TITLE.fullmatch(alone) or (parts and (_PART.fullmatch(alone) or _TOWN_ALONE.fullmatch(alone))):
            return "title"
        if _LONE_DATE.fullmatch(alone) or offices.fullmatch(alone):
            return "footer"
        if _CLOSING.fullmatch(alone) and not _NOTE.match(alone) and not _FOOTER.match(alone) and not _NOTHING_BELOW.fullmatch(alone):
            return "note"
    if any(_PAGE.fullmatch(text) for text in texts):
        return "page"
    if _NOTE.match(first):
        return "note"
    if any(_FOOTER.match(text) for text in texts):
        return "footer"
    if len(texts) == 1:
        if previous == "note" and (_LIST_ITEM.match(first) or len(first) > _LONG_NOTE):
            return "note"
        if _LIST_ITEM.match(first) and len(first) > _LONG_NOTE:
            return "note"
        if _NOTHING_BELOW.fullmatch(first):
            return "note"
        if _SECTION.fullmatch(first) and previous != "note":
            return "title"
        if _SEAL_LINE.fullmatch(first) and re.search("盖章|公章|签字|签章", first):
            return "footer"
    return None


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
