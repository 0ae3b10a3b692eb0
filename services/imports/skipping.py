"""Which rows under a header are no records, and why.

Totals, footers, notes, page numbers, repeated headers and samples are left
out, each with its reason; nothing is dropped in silence. A row is judged by
its own words only, so data after a footer or a gap still counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from models.values import plain
from services.imports.headings import LONGEST_HEADING, heading, heading_keys, unfoldable
from services.imports.locate import Table
from services.imports.raw import RawRow

_TOTAL = re.compile(r"(?:合计|总计|共计|总数|累计|合计数|全区合计|汇总)(?:[（(:：].*)?")
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
    r"(?:填写)?(?:示例|样表|范例|例子)|填写样式|例[:：)）].*|[（(]例[）)]|[（(]?(?:示例|样表|填写示例|例)[）)]?[:：]?.{0,6}"
)
_SAMPLE_STARTS = frozenset("填示样范例(（")
_SAMPLE_REMARKS = frozenset(("示例", "样例", "(示例)", "(样例)", "填写示例", "填表示例", "本行为示例", "示例,请删除", "示例行"))
_NOTHING_BELOW = re.compile(r"[(（—\-]*(?:以下空白|以下无正文|以下无内容|此页以下空白|以下无)[)）—\-]*")
_SECTION = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．:：].{1,20}")
_LONG_NOTE = 18
_LEAD = 4
_LEAST_COUNTED = 4
_FIRST_NUMBERS = frozenset(("0", "1", "00", "01", "000", "001"))
_LOOKED_AT = 200


class RowJudge:
    """Tells records from other rows under one header."""

    def __init__(self, table: Table) -> None:
        """Prepare what the header and its form say."""
        self._numbering = frozenset(table.numbering)
        self._names = heading_keys(table.form)
        self._title = heading(table.form.title)
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
        lead = [_lead(row.cells[col]) for col in cols[:_LEAD]]
        for text in lead:
            said = text.lower() if text.isalnum() else heading(text)
            if said in self._names and len(text) <= LONGEST_HEADING and self._repeats_header(row):
                return "repeated_header"
        words = " ".join(lead)
        if "计" in words or "汇总" in words:
            if any(("计" in text and _TOTAL.fullmatch(text)) or text == "汇总" for text in lead):
                return "total"
            if any("小计" in text and _SUBTOTAL.fullmatch(text) for text in lead):
                return "subtotal"
        if any(text[:1] in _SAMPLE_STARTS and _SAMPLE.fullmatch(text) for text in lead[:3]) or self._marked_as_sample(row):
            return "sample"
        if len(cols) > 1 and self._counts_columns(row, cols):
            return "number_only"
        if len(cols) > _LEAD:
            return None
        if self._is_record(cols):
            return "footer" if _labelled(lead) else None
        if all(text.isdigit() for text in lead) and (len(cols) == 1 or self._numbering >= set(cols)):
            return "number_only"
        if len(cols) == 1 and self._title and self._title in heading(lead[0]):
            return "title"
        return _line(lead, previous)

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
        self._previous = ""
        for row in rows:
            self.take(row)

    def take(self, row: RawRow) -> bool:
        """Take the next row; return whether it may be a record."""
        why = self._judge.why(row, self._previous)
        self._previous = why or ""
        if why is None:
            self.records.append(row)
            return True
        self.left_out.append((row, why))
        return False


def _lead(value: object) -> str:
    if isinstance(value, str) and unfoldable(value):
        return value[:_LOOKED_AT]
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


def _line(texts: list[str], previous: str) -> str | None:
    """Judge a row of few cells by the words of its lines."""
    first = texts[0]
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
