"""Backups in words: when, why, how much is in them, what differs from today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from services import clock
from services.backup import Age
from services.dbfile import Later
from services.verifying import Report
from ui.two_lines import Head, Item

_SHOWN_STEPS = 5
# Measure words by the Chinese name of a table; everything else is counted in 条.
UNITS = {
    "专项行动": "个",
    "人员": "人",
    "检查组": "个",
    "企业": "家",
    "检查记录": "条",
    "问题": "条",
    "案件": "件",
    "来表": "份",
    "报送包": "版",
}


class Copy(Protocol):
    """What is told of a backup."""

    @property
    def path(self) -> Path:
        """The database copy."""

    @property
    def made_at(self) -> datetime:
        """When it was made."""

    @property
    def reason(self) -> str:
        """Why it was made."""


def moment(at: datetime) -> str:
    """Return a moment as it is said today: 今天 14:20, 昨天 …, 4月26日 …."""
    local, now = at.astimezone(), clock.now().astimezone()
    days = (now.date() - local.date()).days
    day = {0: "今天", 1: "昨天"}.get(days, f"{local.month}月{local.day}日")
    year = f"{local.year}年" if local.year != now.year and days > 1 else ""
    return f"{year}{day} {local:%H:%M}"


def ago(at: datetime) -> str:
    """Return how long ago a moment was: 刚才, 23 分钟前, 5 小时前, 12 天前."""
    minutes = max(0, int((clock.now() - at).total_seconds() // 60))
    if minutes < 1:
        return "刚才"
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天前"


def age_words(age: Age) -> tuple[str, str, str]:
    """Return what the status line says of the backups.

    Returns:
        Words, "" or "soon" or "bad", and the tooltip.
    """
    level = {"amber": "soon", "red": "bad"}.get(age.level, "")
    if age.verified is None:
        return "还没有备份", level, "按 Ctrl+K 找“立即备份”，或到设置里备份"
    last = f"已备份 {moment(age.verified)}"
    tip = f"最近一份核对过的备份：{moment(age.verified)}（{ago(age.verified)}）\n{away_words(age)}"
    if age.second is not None:
        return f"{last}，外存副本 {ago(age.second)}", level, tip
    missing = "，没有外存副本" if level or age.second_place else ""
    return f"{last}{missing}", level, tip


def check_words(last: Report | None) -> str:
    """Return what is said of the last full check of the data."""
    if last is None:
        return "还没有做过数据体检，每周会自动做一次"
    wrong = [item.title for item in last.items if not item.ok]
    said = f"{len(wrong)} 项不对：{'、'.join(wrong)}" if wrong else "都对"
    return f"上次数据体检：{moment(datetime.fromisoformat(last.at))}，{said}"


def status_words(age: Age, last: Report | None) -> tuple[str, str, str]:
    """Return what the status line says of backups and of the last check.

    Returns:
        Words, "" or "soon" or "bad", and the tooltip.
    """
    words, level, tip = age_words(age)
    tip = f"{tip}\n{check_words(last)}"
    return (words, level, tip) if last is None or last.ok else (f"数据体检有问题，{words}", "bad", tip)


def away_words(age: Age) -> str:
    """Return what is said of the copies off this machine."""
    if age.trouble:
        return age.trouble
    if age.second is not None:
        return f"{moment(age.second)}（{ago(age.second)}），在 {age.second_place}"
    return "外面没有副本：这台电脑坏了，备份也一起没有了"


def contents(counts: Mapping[str, int]) -> str:
    """Return what is in a backup: 企业 41 家　检查记录 26 条 …."""
    said = [f"{name} {count:,} {UNITS[name]}" for name, count in counts.items() if count and name in UNITS]
    inner = sum(count for name, count in counts.items() if name not in UNITS)
    said += [f"明细 {inner:,} 条"] if inner else []
    return "　".join(said) or "还没有业务数据"


def losses(difference: Mapping[str, int]) -> list[str]:
    """Return what a restore takes away and brings back.

    Args:
        difference: Rows of today minus rows in the backup, per Chinese name.
    """
    said = [
        f"{name}{'少' if count > 0 else '多'} {abs(count):,} {UNITS[name]}" for name, count in difference.items() if count and name in UNITS
    ]
    # Rows behind these (members, amounts, options) are no noun of the clerk; they count only where nothing else does.
    inner = sum(abs(count) for name, count in difference.items() if name not in UNITS)
    return said or ([f"明细差 {inner:,} 条"] if inner else [])


def steps_after(later: Later | None) -> str:
    """Return how many steps were done after a backup, and the newest of them."""
    if later is None:
        return "现在的文件里查不到"
    if not later.count:
        return "没有"
    newest = [f"{moment(step.at)} {step.operator}：{step.label}" for step in later.steps[:_SHOWN_STEPS]]
    more = [f"……还有 {later.count - len(newest):,} 步"] if later.count > len(newest) else []
    return "\n".join([f"{later.count:,} 步", *newest, *more])


def entries(copies: Sequence[Copy], notes: Mapping[Path, str]) -> list[Head | Item]:
    """Return the rows of a list of backups, in the order given.

    Args:
        copies: The backups.
        notes: Second line by path of the backup.
    """
    rows: list[Head | Item] = []
    for copy in copies:
        note = notes[copy.path]
        rows.append(Item(copy.path, f"{moment(copy.made_at)}　{copy.reason}", note, tip=f"{note}\n{copy.path}"))
    return rows
