"""What a plan knows while it matches rows: the office and its own files.

Read once per batch and kept in dictionaries: a ledger of five thousand rows
asks the database a dozen times, not twenty thousand. `Coming` is what rows
planned earlier in the same batch will bring: findings may rest on a visit
that stands on another sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Select, not_, or_, select
from sqlalchemy.orm import Session

from models import Attachment, Campaign, Enterprise, Finding, Group, Inspection, ReportingUnit, Submission
from models.forms import Row
from services import campaigns, cases, clock, findings, inspections
from services.errors import Invalid
from services.imports.group_names import Named, known_groups
from services.imports.likeness import Names, core
from services.matching import name_key

_LEGAL_FORM = re.compile(r"(?<!股份)(?:有限责任公司|有限公司)$")
_SHORTEST = 3  # a short name of two characters fits by chance
ONLY_COUNTED = "（只报了数，没有报原文）"
MAKES_VISIT = "makes_visit"  # of a row: there is no visit, it brings one
MAKES_ENTERPRISE = "makes_enterprise"  # of a row: nobody knows the enterprise, it brings one
ABSENT = "absent"  # under this key a received file tells which columns it does not have
FROM_STATISTICS = "由附件2统计表带入"
FROM_LEDGER = "由问题台账带入（来源：表格）"


class Visit(NamedTuple):
    """A visit that is there or comes.

    Attributes:
        record_id: None for one that comes.
        made: A ledger brought it, no record of visits.
    """

    record_id: int | None
    checked_on: date | None
    made: bool = False


@dataclass
class Coming:
    """What rows planned earlier in the same batch bring.

    Attributes:
        enterprises: Place (the key of the name) by name key and by credit code.
        visits: Visits by place.
        ledger: Counts of findings by place: category, or "处罚事项" for penalties.
        aliases: Enterprise by the key of another name that a row with its code gives it.
        recorded: Groups whose visit records come; None for visits of no group.
        hazards: Words and level of findings that come, by place.
        violations: What cases of the batch say, by place.
        unasked: Places of findings that come without one of these columns.
        beside: Places that stand on one sheet of statistics, by place.
        claimed: Day and group by place, from statistics tables of the batch.
        towns: What comes, by town, as a summary of towns counts it.
    """

    enterprises: dict[str, str] = field(default_factory=dict)
    visits: dict[object, list[Visit]] = field(default_factory=dict)
    ledger: dict[object, Counter[str | None]] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    recorded: set[str | None] = field(default_factory=set)
    hazards: dict[object, list[tuple[str, str]]] = field(default_factory=dict)
    violations: dict[object, tuple[str, ...]] = field(default_factory=dict)
    unasked: dict[str, set[object]] = field(default_factory=dict)
    beside: dict[object, list[object]] = field(default_factory=dict)
    claimed: dict[object, tuple[date | None, str | None]] = field(default_factory=dict)
    towns: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass
class Known:
    """What a plan knows of the office while it matches rows.

    Attributes:
        campaign_id: The campaign the file belongs to; None for the registry.
        units: Reporting units of the campaign.
        coming: What earlier rows of the batch bring.
        results: Findings may make the visit they belong to.
        town_figures: The office's figures by town, once they were asked for.
    """

    session: Session
    campaign_id: int | None
    units: Sequence[ReportingUnit]
    coming: Coming = field(default_factory=Coming)
    results: bool = False
    town_figures: dict[str, Counter[str]] | None = None
    _last: tuple[str, str] = ("", "")
    _units: dict[str, ReportingUnit | None] = field(default_factory=dict)
    _towns: dict[str, str] = field(default_factory=dict)
    _categories: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    _findings: dict[int, list[Finding]] = field(default_factory=dict)

    def enterprise(self, row: Row, key: str = "enterprise") -> int | None:
        """Return the enterprise of a row: by its code, else by its name."""
        code, name = row.get("credit_code"), self._key(str(row.get(key) or ""))
        return (self.enterprises.get(str(code)) if code else None) or self.enterprises.get(name) or self.coming.aliases.get(name)

    def place(self, row: Row, key: str = "enterprise") -> object:
        """Return what stands for the enterprise of a row: its id, or the key of its name."""
        name = self._key(str(row.get(key) or ""))
        code = row.get("credit_code")
        return (
            (self.enterprises.get(str(code)) if code else None)
            or self.enterprises.get(name)
            or self.coming.aliases.get(name)
            or (self.coming.enterprises.get(str(code)) if code else None)
            or self.coming.enterprises.get(name, name)
        )

    def _key(self, name: str) -> str:
        """Return the key of a name; a row asks for it several times running."""
        if name != self._last[0]:
            self._last = (name, name_key(name))
        return self._last[1]

    def is_known(self, row: Row) -> bool:
        """Tell whether office or batch know the enterprise of a row."""
        place = self.place(row)
        return isinstance(place, int) or place in self.coming.enterprises or place in self.coming.visits or place in self.coming.claimed

    def visit(self, place: object, on: date | None) -> Visit | None:
        """Return the visit to an enterprise: that of the day, else the latest."""
        listed = [*self.coming.visits.get(place, ()), *(self.visits.get(place, ()) if isinstance(place, int) else ())]
        return next((one for one in listed if one.checked_on == on), None) or next(iter(listed), None)

    def visit_before(self, place: object, due: date) -> Visit | None:
        """Return the latest visit that does not lie behind a limit, else the earliest."""
        listed = [*self.coming.visits.get(place, ()), *(self.visits.get(place, ()) if isinstance(place, int) else ())]
        listed.sort(key=lambda one: one.checked_on or date.min, reverse=True)
        return next((one for one in listed if one.checked_on and one.checked_on <= due), listed[-1] if listed else None)

    def unit(self, text: str) -> ReportingUnit | None:
        """Return the reporting unit that a text names."""
        if text not in self._units:
            self._units[text] = campaigns.unit_named(self.units, text)
        return self._units[text]

    def learn(self, row: Row) -> None:
        """Note by what other name a row calls an enterprise.

        Its code tells, or a name that differs in the legal form alone: this only where one enterprise fits and its
        town is not another.
        """
        name = name_key(str(row.get("enterprise") or ""))
        if not name or name in self.enterprises or name in self.coming.aliases:
            return
        number = self.enterprises.get(str(row.get("credit_code") or ""))
        if number is None:
            fitting = self.by_core.get(_LEGAL_FORM.sub("", name), ())
            number = fitting[0] if len(fitting) == 1 else None
            town, registered = str(row.get("town") or ""), self.towns.get(number or 0)
            if number is None or (town and registered and self.town(town) != self.town(registered)):
                return
        self.coming.aliases[name] = number

    @cached_property
    def by_core(self) -> dict[str, list[int]]:
        """Enterprises by their name without the legal form (有限公司, 有限责任公司)."""
        found: dict[str, list[int]] = {}
        for number, (name, _former) in self.official.items():
            found.setdefault(_LEGAL_FORM.sub("", name_key(name)), []).append(number)
        return found

    def visited_as(self, short: str) -> str | None:
        """Return the one visited enterprise that a short name fits, else None."""
        bare = core(short)
        if len(bare) < _SHORTEST:
            return None
        places = {*self.visits, *self.coming.visits}
        names = {self.official[place][0] if isinstance(place, int) else str(place) for place in places}
        fitting = [name for name in names if bare in name_key(name)]
        return fitting[0] if len(fitting) == 1 else None

    def town(self, text: str) -> str:
        """Return a town as the campaign's list names it; the text if it is in no list."""
        if text not in self._towns:
            self._towns[text] = campaigns.town_named(self.units, text) or text
        return self._towns[text]

    def category(self, text: str) -> tuple[str | None, str]:
        """Return the campaign's category that a text names, and why there is none."""
        if text not in self._categories:
            try:
                self._categories[text] = findings.category_of(self.session, campaign_id=self.campaign, text=text), ""
            except Invalid as unknown:
                self._categories[text] = None, unknown.issues[0].message
        return self._categories[text]

    def findings_of(self, enterprise: int) -> list[Finding]:
        """Return the findings of an enterprise in this campaign, by number."""
        if enterprise not in self._findings:
            self._findings[enterprise] = cases.findings_of(self.session, campaign_id=self.campaign, enterprise_id=enterprise)
        return self._findings[enterprise]

    @cached_property
    def enterprises(self) -> dict[str, int]:
        """Enterprise id by credit code and by name key, former names too."""
        ids: dict[str, int] = {}
        columns = (Enterprise.id, Enterprise.name_key, Enterprise.former_name, Enterprise.credit_code)
        rows = list(self.session.execute(select(*columns).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.id.desc())))
        for number, _key, former, _code in rows:
            if former:
                ids[name_key(former)] = number
        for number, key, _former, code in rows:
            ids[key] = number
            if code:
                ids[code] = number
        return ids

    @property
    def campaign(self) -> int:
        """The campaign, where a form cannot do without."""
        assert self.campaign_id is not None
        return self.campaign_id

    @cached_property
    def groups(self) -> Named:
        """The groups of the campaign, and those that come."""
        return known_groups(self.session, self.campaign) if self.campaign_id is not None else Named(listed=True)

    @cached_property
    def official(self) -> dict[int, tuple[str, str | None]]:
        """Name and former name by enterprise."""
        query = select(Enterprise.id, Enterprise.name, Enterprise.former_name).where(Enterprise.deleted_at.is_(None))
        return {row.id: (row.name, row.former_name) for row in self.session.execute(query)}

    @cached_property
    def year(self) -> int | None:
        """Year for dates without one."""
        return self.session.get_one(Campaign, self.campaign_id).year if self.campaign_id is not None else None

    @cached_property
    def last_day(self) -> date:
        """Last day of the campaign's visits, none that is still to come."""
        ends = [phase.end for phase in campaigns.phases(self.session, campaign_id=self.campaign)]
        return min(max(ends, default=clock.today()), clock.today())

    @cached_property
    def visits(self) -> dict[int, list[Visit]]:
        """Visits by enterprise, the latest first and void ones last."""
        query = (
            select(Inspection.enterprise_id, Inspection.id, Inspection.checked_on, Inspection.state, Inspection.remark)
            .where(Inspection.campaign_id == self.campaign, Inspection.deleted_at.is_(None))
            .order_by(Inspection.checked_on.desc(), Inspection.id.desc())
        )
        found: dict[int, list[Visit]] = {}
        for row in sorted(self.session.execute(query), key=lambda one: one.state == inspections.VOID):
            found.setdefault(row.enterprise_id, []).append(Visit(row.id, row.checked_on, (row.remark or "").startswith(FROM_LEDGER)))
        return found

    def has_records(self, group: str | None) -> bool:
        """Tell whether visit records of a group are there or come.

        Where nobody knows the group, of the file or of a visit, any record speaks.
        """
        recorded = self.recorded | self.coming.recorded
        return bool(recorded) if group is None or None in recorded else group in recorded

    @cached_property
    def recorded(self) -> frozenset[str | None]:
        """Groups with visits that were recorded, not made from another table."""
        made = or_(*(Inspection.remark.startswith(words) for words in (FROM_STATISTICS, FROM_LEDGER)))
        query = (
            select(Group.name)
            .select_from(Inspection)
            .outerjoin(Group, Group.id == Inspection.group_id)
            .where(Inspection.campaign_id == self.campaign, Inspection.deleted_at.is_(None), or_(Inspection.remark.is_(None), not_(made)))
            .distinct()
        )
        return frozenset(self.session.scalars(query))

    def is_unasked(self, place: object, key: str) -> bool:
        """Tell whether an enterprise's findings came in files without a column."""
        if place in self.coming.unasked.get(key, ()):
            return True
        return isinstance(place, int) and place in self.unasked.get(key, ())

    def _living(self, *columns: Any) -> Select[Any]:
        return (
            select(Inspection.enterprise_id, *columns)
            .join(Inspection, Inspection.id == Finding.inspection_id)
            .where(Finding.campaign_id == self.campaign, Finding.deleted_at.is_(None), Inspection.deleted_at.is_(None))
        )

    @cached_property
    def unasked(self) -> dict[str, set[int]]:
        """Enterprises whose findings all came in files without a column, by its key."""
        files = without_column(self.session, self.campaign)
        query = self._living(Finding.source_file).distinct()
        sources: dict[int, set[str | None]] = {}
        for enterprise, file in self.session.execute(query) if files else ():
            sources.setdefault(enterprise, set()).add(file)
        keys = {key for absent in files.values() for key in absent}
        return {
            key: {enterprise for enterprise, own in sources.items() if all(key in files.get(file or "", ()) for file in own)}
            for key in keys
        }

    @cached_property
    def ledger(self) -> dict[int, Counter[str | None]]:
        """Findings by enterprise and category, penalties under 处罚事项, all under 发现问题."""
        found: dict[int, Counter[str | None]] = {}
        for row in self.session.execute(self._living(Finding.category, Finding.penalty)):
            tally(found.setdefault(row.enterprise_id, Counter()), row.category, penalty=row.penalty)
        return found

    def told(self, place: object) -> list[tuple[str, str]]:
        """Return words and level of an enterprise's findings, those that come included."""
        return [*(self.hazards.get(place, ()) if isinstance(place, int) else ()), *self.coming.hazards.get(place, ())]

    @cached_property
    def hazards(self) -> dict[int, list[tuple[str, str]]]:
        """Words and level of findings by enterprise; not those of a list of majors."""
        lists = (
            select(Attachment.name)
            .join(Submission, Submission.attachment_id == Attachment.id)
            .where(Submission.campaign_id == self.campaign, Submission.form == "major_hazards")
        )
        query = self._living(Finding.hazard, Finding.level).where(or_(Finding.source_file.is_(None), Finding.source_file.not_in(lists)))
        found: dict[int, list[tuple[str, str]]] = {}
        for enterprise, hazard, level in self.session.execute(query):
            found.setdefault(enterprise, []).append((hazard, level))
        return found

    @cached_property
    def placeholders(self) -> dict[int, list[tuple[int, str | None]]]:
        """Findings that were only counted, by enterprise: (id, category)."""
        query = self._living(Finding.id, Finding.category).where(Finding.hazard.endswith(ONLY_COUNTED)).order_by(Finding.id)
        found: dict[int, list[tuple[int, str | None]]] = {}
        for row in self.session.execute(query):
            found.setdefault(row.enterprise_id, []).append((row.id, row.category))
        return found

    @cached_property
    def cases(self) -> dict[int, dict[str, Any]]:
        """Cases by enterprise and key of the violation."""
        rows = cases.select_rows(self.campaign).subquery()
        found: dict[int, dict[str, Any]] = {}
        for one in self.session.execute(select(rows)):
            found.setdefault(one.enterprise_id, {}).setdefault(name_key(one.violation), one)
        return found

    @cached_property
    def codes(self) -> dict[int, str]:
        """Credit code by enterprise."""
        query = select(Enterprise.id, Enterprise.credit_code).where(Enterprise.credit_code.is_not(None), Enterprise.deleted_at.is_(None))
        return {row.id: row.credit_code for row in self.session.execute(query)}

    @cached_property
    def towns(self) -> dict[int, str]:
        """Town by enterprise."""
        query = select(Enterprise.id, Enterprise.town).where(Enterprise.town.is_not(None), Enterprise.deleted_at.is_(None))
        return {row.id: row.town for row in self.session.execute(query)}

    @cached_property
    def names(self) -> Names:
        """The registry, to find names that are nearly alike; rows of the batch are added."""
        keys = ("name", "credit_code", "town", "legal_rep", "contact", "phone")
        columns = [getattr(Enterprise, key) for key in keys]
        rows = self.session.execute(select(Enterprise.id, *columns).where(Enterprise.deleted_at.is_(None)))
        return Names((row[0], dict(zip(keys, row[1:], strict=True))) for row in rows)


def tally(counts: Counter[str | None], category: object, *, penalty: object) -> None:
    """Count one finding."""
    counts["发现问题"] += 1
    counts["处罚事项"] += bool(penalty)
    counts[str(category) if category else None] += 1


def without_column(session: Session, campaign_id: int) -> dict[str, frozenset[str]]:
    """Return the columns that received ledgers do not have, by name of the file."""
    query = (
        select(Attachment.name, Submission.unread)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(
            Submission.campaign_id == campaign_id, Submission.form.in_(("hazard_list", "major_hazards")), Submission.deleted_at.is_(None)
        )
        .order_by(Submission.id)
    )
    return {name: frozenset(key for one in unread or () for key in one.get(ABSENT) or ()) for name, unread in session.execute(query)}


def know(session: Session, *, campaign_id: int | None) -> Known:
    """Return what a plan needs to know, read when first asked for."""
    units = campaigns.units(session, campaign_id=campaign_id) if campaign_id is not None else []
    return Known(session, campaign_id, units)
