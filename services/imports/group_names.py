"""Which inspection group a text means, and which groups files bring with them.

An office that keeps a list of groups is asked by that list. Where there is
none, the visits say which groups there are: the group of a file's own line, or
of several of its rows, is made with them; a name that stands in one row only,
among many rows of others, is more likely misspelt and is left to the clerk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Group
from models.forms import Row
from services import groups, people, records
from services.imports.read_form import ReadForm
from services.matching import name_key

MADE = "group_made"
_NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_PHRASE = re.compile(
    rf"(?:第\s*{_NUMERAL}\s*(?:检查|执法|工作|督导|督查)*(?:小组|组|小分队|分队)|(?:检查|执法|督查|督导)?(?:第\s*)?{_NUMERAL}\s*(?:检查|执法)?(?:小组|组))(?![合织成件长员团])"
)
_PLAIN = re.compile(rf"第|{_NUMERAL}|检查|执法|工作|督导|督查|小?组|小?分队|[\s号()（）]")
_CROWD = 3  # rows of each other group, before a single row looks like a slip

Key = tuple[int | None, str]


@dataclass
class Named:
    """The groups of a campaign while files are planned.

    Attributes:
        listed: Whether the office keeps a list; then nothing is made.
        known: Names by key, those that come with the batch included.
        rows: How many rows of the batch name a group.
        lines: Groups that files name as their own.
        positions: Names by their place in the list.
        new: Groups to be made that nobody was told of yet.
    """

    listed: bool = False
    known: dict[Key, str] = field(default_factory=dict)
    rows: Counter[Key] = field(default_factory=Counter)
    lines: dict[Key, str] = field(default_factory=dict)
    positions: dict[int, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def hear(self, table: ReadForm) -> None:
        """Count what the rows and the lines of a table name."""
        line = phrase(line_of(table))
        if line:
            self.lines.setdefault(key_of(line), line)
        if table.form is not None and table.form.code == "inspections":
            self.rows.update(key_of(str(row.values["group"])) for row in table.rows if row.values.get("group"))

    def add(self, name: str) -> None:
        """Note a group of a list that comes with the batch."""
        self.listed = True
        self.known.setdefault(key_of(name), name)

    def of(self, text: str) -> str | None:
        """Return the name of the group that a text means; None if nobody can tell.

        Where the office keeps no list it may be one that is still to be made.
        """
        key = key_of(text)
        found = self.known.get(key) or next((name for other, name in self.known.items() if _same(key, other)), None)
        if found is not None or self.listed:
            return found or self._by_number(key[0])
        if self._is_slip(key):
            return None
        self.known[key] = self.lines.get(key) or " ".join(text.split())
        self.new.append(self.known[key])
        return self.known[key]

    def take_new(self) -> list[str]:
        """Return the groups that are to be made since this was last asked."""
        told, self.new = self.new, []
        return told

    def of_line(self, text: str | None) -> str | None:
        """Return the group that wrote a file; None if it was no group."""
        said = phrase(text)
        return self.of(said) if said else None

    def _by_number(self, number: int | None) -> str | None:
        if number is None:
            return None
        return self.positions.get(number) or next((name for other, name in self.known.items() if other[0] == number), None)

    def _is_slip(self, key: Key) -> bool:
        others = [count for other, count in self.rows.items() if other != key]
        return self.rows[key] == 1 and key not in self.lines and bool(others) and min(others) >= _CROWD


def known_groups(session: Session, campaign_id: int) -> Named:
    """Return the groups of a campaign."""
    found = Named()
    query = select(Group.name, Group.position, Group.flags).where(Group.campaign_id == campaign_id, Group.deleted_at.is_(None))
    for name, position, flags in session.execute(query.order_by(Group.position)):
        found.known.setdefault(key_of(name), name)
        found.positions.setdefault(position, name)
        found.listed = found.listed or not any(flag.get("code") == MADE for flag in flags or ())
    return found


def key_of(text: str) -> Key:
    """Return number and other words of a group's name; 城东一组 is not 第一检查组 or 1组."""
    number = groups.number_in(text)
    return (number, _PLAIN.sub("", name_key(text))) if number is not None else (None, name_key(text))


def phrase(text: str | None) -> str | None:
    """Return the numbered group that a line names, in its own words, or None."""
    found = _PHRASE.search(text or "")
    return found.group() if found else None


def line_of(table: ReadForm) -> str:
    """Return the words of a file that may name the group which wrote it."""
    return " ".join(text for text in (table.submitter, table.path.stem, table.sheet) if text)


def need(session: Session, *, campaign_id: int, rows: Iterable[tuple[Row, records.Source]]) -> dict[str, int]:
    """Return the ids of the groups that rows name; make those that are not there.

    A group that is made takes the leader whom most of its rows name, unless another group has that person.
    """
    found: dict[str, int] = {}
    by_name: dict[str, list[tuple[Row, records.Source]]] = {}
    for row, source in rows:
        if row.get("group"):
            by_name.setdefault(str(row["group"]), []).append((row, source))
    for name, own in by_name.items():
        group = groups.named(session, campaign_id=campaign_id, text=name)
        if group is not None and (_same(key_of(group.name), key_of(name)) or not _was_made(group)):
            found[name] = group.id
            continue
        message = f"没有检查分组表，按来表里写的“{name}”建立，请补填组员"
        flag = {"field": "name", "code": MADE, "message": message, "text": name}
        first = own[0][1]
        source = records.Source(first.file, first.sheet, first.row, (flag,))
        given: Row = {"name": name, "leader": _leader(session, campaign_id, [row for row, _source in own])}
        found[name] = groups.save(session, campaign_id=campaign_id, row=given, source=source)
    return found


def _was_made(group: Group) -> bool:
    return any(flag.get("code") == MADE for flag in group.flags or ())


def _leader(session: Session, campaign_id: int, rows: Sequence[Row]) -> str | None:
    named = Counter(str(row["leader"]) for row in rows if row.get("leader"))
    if not named:
        return None
    name = named.most_common(1)[0][0]
    person = people.need(session, name=name, campaign_id=campaign_id)
    return None if person.id in groups.holders(session, campaign_id=campaign_id) else name


def _same(one: Key, other: Key) -> bool:
    return one[0] is not None and one[0] == other[0] and (not one[1] or not other[1])
