"""Messes of headings, of the lines around and between, and of the whole table."""

from __future__ import annotations

import random
from dataclasses import replace

from services.imports.headings import extended
from tests.imports.drafts import Cell, Draft, Formula, Heading
from tests.imports.mess_values import mess, optional

# Without these a table could be another one.
_TELLING = frozenset(
    (
        "hazard",
        "violation",
        "findings_total",
        "checked_on",
        "fund",
        "supervisor",
        "spaces_total",
        "rectified",
        "rate",
        "people",
        "platform_no",
    )
)

# Headings.


@mess
def other_headings(draft: Draft, pick: random.Random) -> None:
    """Columns go by other names."""
    columns = {column.key: column for column in extended(draft.form).columns}
    for heading in draft.headings:
        aliases = columns[heading.key].aliases if heading.key in columns else ()
        units = [
            alias
            for alias in aliases
            if ("万元" in alias) == ("万元" in heading.text) and ("（元）" in alias) == ("（元）" in heading.text)
        ]
        if units:
            heading.text = pick.choice(units)


@mess
def spaced_headings(draft: Draft, pick: random.Random) -> None:
    """Headings have blanks, line breaks, stars and colons in them."""
    for heading in draft.headings:
        if len(heading.text) > 1:
            place = pick.randint(1, len(heading.text) - 1)
            heading.text = pick.choice(
                (f"{heading.text[:place]}\n{heading.text[place:]}", f" {heading.text} ", f"*{heading.text}", f"{heading.text}：")
            )


@mess
def unknown_columns(draft: Draft, pick: random.Random) -> None:
    """There are columns that nobody asked for."""
    for text in pick.sample(("整改前照片", "经办", "档案盒号"), 2):
        draft.headings.insert(pick.randint(1, len(draft.headings)), Heading(None, text))


@mess
def columns_missing(draft: Draft, pick: random.Random) -> None:
    """Columns that need not be there are not."""
    spare = [key for key in optional(draft) if key not in _TELLING and not key.startswith("cat.")]
    gone = set(pick.sample(spare, min(2, len(spare) // 2)))
    draft.headings = [heading for heading in draft.headings if heading.key not in gone]
    for record in draft.records:
        for key in gone:
            record.truth.pop(key, None)
            record.doubts.discard(key)


@mess
def columns_in_another_order(draft: Draft, pick: random.Random) -> None:
    """Columns stand in another order; bands stay together."""
    banded = [heading for heading in draft.headings if heading.band]
    single = [heading for heading in draft.headings if not heading.band]
    pick.shuffle(single)
    place = pick.randint(0, len(single))
    draft.headings = [*single[:place], *banded, *single[place:]]


@mess
def running_numbers(draft: Draft, _pick: random.Random) -> None:
    """There is a column of running numbers."""
    draft.numbered = True


@mess
def bands_over_headings(draft: Draft, _pick: random.Random) -> None:
    """The last columns stand under a common heading: a header of two rows."""
    if not any(heading.band for heading in draft.headings) and len(draft.headings) > 3:
        for heading in draft.headings[-2:]:
            heading.band = "其他情况"


@mess
def counted_columns(draft: Draft, _pick: random.Random) -> None:
    """A row under the header numbers the columns."""
    draft.counted_columns = True


# Lines around and between.


@mess
def title_and_annex(draft: Draft, _pick: random.Random) -> None:
    """The title stands above."""
    draft.above = [["附件9"], [f"岚桥区{draft.form.title}"], *draft.above]


@mess
def unit_and_date(draft: Draft, _pick: random.Random) -> None:
    """Unit and date stand above."""
    draft.above.append(["填报单位：柳溪镇（盖章）", None, None, "填报时间：2023年4月26日"])


@mess
def blank_rows_above(draft: Draft, pick: random.Random) -> None:
    """The table begins further down."""
    draft.above = [*([] for _ in range(pick.randint(1, 9))), *draft.above]


@mess
def further_right(draft: Draft, pick: random.Random) -> None:
    """The table begins further right."""
    draft.right = pick.randint(1, 4)


@mess
def sample_row(draft: Draft, _pick: random.Random) -> None:
    """The first row shows how to fill the form in."""
    draft.before.setdefault(0, []).append(["示例", *["×××"] * (len(draft.headings) - 1)])


@mess
def blank_rows_between(draft: Draft, pick: random.Random) -> None:
    """Blank rows part the records."""
    for index in range(1, len(draft.records)):
        if pick.random() < 0.4:
            draft.before.setdefault(index, []).extend([[] for _ in range(pick.randint(1, 3))])


@mess
def subtotals(draft: Draft, _pick: random.Random) -> None:
    """A subtotal stands between."""
    if len(draft.records) > 2:
        draft.before.setdefault(2, []).append(["小计", None, 2])


@mess
def section_rows(draft: Draft, _pick: random.Random) -> None:
    """Rows name the section that follows."""
    for index, text in zip((0, 2), ("一、柳溪镇", "二、石坪镇"), strict=True):
        if index < len(draft.records):
            draft.before.setdefault(index, []).append([text])


@mess
def pages(draft: Draft, _pick: random.Random) -> None:
    """The header comes again on every page, with a page number before it."""
    draft.pages = 3


@mess
def padded(draft: Draft, _pick: random.Random) -> None:
    """Empty numbered rows pad the form."""
    if draft.numbered:
        draft.below += [[len(draft.records) + 1], [len(draft.records) + 2]]


@mess
def total(draft: Draft, _pick: random.Random) -> None:
    """A total stands at the end, once as a formula."""
    draft.below.append(["合 计", None, len(draft.records), Formula("SUM(D2:D9)", 7)])


@mess
def notes(draft: Draft, _pick: random.Random) -> None:
    """Notes stand below."""
    draft.below += [["填表说明：1.本表由各镇办填写；"], ["2.请于本月底前把本表报到大队，逾期不再受理。"], ["以下空白"]]


@mess
def signatures(draft: Draft, pick: random.Random) -> None:
    """Who filled it in stands below."""
    lines: list[list[Cell]] = [
        ["填表人：周砚        联系电话：5550111"],
        ["审核人：何志远", None, "填表日期：2023年4月26日"],
        [None, "单位负责人：丁海波", None, "填表人：周砚", "电话：19900000099"],
        ["填表人：", "周砚", "填表日期：", "2023.4.26"],
    ]
    draft.below.append(pick.choice(lines))


# The whole.


@mess
def merged_down(draft: Draft, _pick: random.Random) -> None:
    """Equal towns and enterprises are merged downwards."""
    if not draft.before and not draft.pages:
        draft.down |= {"town", "enterprise"} & {heading.key for heading in draft.headings if heading.key}


@mess
def ditto(draft: Draft, _pick: random.Random) -> None:
    """A town that comes again is “同上”."""
    for before, record in zip(draft.records, draft.records[1:], strict=False):
        if (
            not record.lost
            and not before.lost
            and before.truth.get("town") == record.truth.get("town") is not None
            and "town" not in draft.down
        ):
            record.cells["town"] = "同上"
            record.doubts.add("town")  # on a card and at the top of a second block there is nothing above
            record.remarks.add("town")


@mess
def hidden_rows(draft: Draft, _pick: random.Random) -> None:
    """A row is hidden."""
    if draft.records:
        draft.hidden.add(len(draft.records) - 1)
        draft.records[-1].remarks.add("*")


@mess
def hidden_columns(draft: Draft, _pick: random.Random) -> None:
    """A column is hidden."""
    draft.hidden_columns = True


@mess
def several_sheets(draft: Draft, _pick: random.Random) -> None:
    """The records stand on two sheets."""
    if len(draft.records) > 3:
        draft.parts = 2


@mess
def other_sheets(draft: Draft, _pick: random.Random) -> None:
    """There are sheets without a table."""
    draft.other = [("填表说明", [["1.请逐项填写"], ["2.不要改动表头"]]), ("Sheet9", [["备用"], [1, 2, 3]])]


@mess
def brushed(draft: Draft, _pick: random.Random) -> None:
    """The format goes down to the last row."""
    draft.brushed = True


@mess
def side_by_side(draft: Draft, _pick: random.Random) -> None:
    """Two records stand on a row."""
    if len(draft.records) > 1 and len(draft.headings) < 14 and not any(heading.band for heading in draft.headings):
        _plain(draft, "blocks")
        draft.above = [line for line in draft.above if not line or "年" not in str(line[-1])] + [
            line for line in draft.above if line and "年" in str(line[-1])
        ]


@mess
def one_card_each(draft: Draft, _pick: random.Random) -> None:
    """Every record is a card."""
    required = [column.key for column in draft.form.columns if column.required]
    filled = all(sum(record.cells.get(heading.key or "") is not None for heading in draft.headings) >= 4 for record in draft.records)
    bad = any(record.cells.get(key) is None for record in draft.records for key in required)
    if draft.records and filled and not bad and draft.form.code not in ("inspection_stats", "town_summary") and _years_known(draft):
        _plain(draft, "cards")


@mess
def on_its_side(draft: Draft, _pick: random.Random) -> None:
    """Headings stand in a column, every further column is a record."""
    if len(draft.records) > 1 and draft.form.code == "personnel" and not any(record.lost for record in draft.records):
        _plain(draft, "side")


def _plain(draft: Draft, layout: str) -> None:
    """Take off what only a table of rows can have."""
    draft.layout = layout
    draft.before, draft.pages, draft.hidden, draft.down, draft.hidden_columns, draft.counted_columns = {}, 0, set(), set(), False, False
    if layout != "blocks":
        draft.below, draft.right, draft.numbered = [], 0, False
        draft.headings = [replace(heading, band="") for heading in draft.headings if heading.key]
        if layout == "cards":
            draft.above = []


def _years_known(draft: Draft) -> bool:
    return not any("填报日期" in str(line) for line in draft.above)
