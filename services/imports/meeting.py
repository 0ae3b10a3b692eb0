"""How a row finds its record: met, new, repeated, or a question for the clerk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.forms import Row
from services import records
from services.imports.desks import Desk
from services.imports.known import Known
from services.imports.planned import LEFT_OUT, Candidate, Plan, PlanRow
from services.imports.read_form import RowFlag

if TYPE_CHECKING:
    from collections.abc import Iterator

Present = Mapping[tuple[object, ...], Sequence[tuple[int, Row]]]
_EMPTY = (None, "", ())
_OTHER = "名录里有名称相近的企业：{names}，请核对是不是同一家"


@dataclass
class Office:
    """The office and the rows planned so far, for one batch.

    Attributes:
        known: What is asked of the office.
        taken: Planned rows by register and key, with their plan and form.
        filled: Counted findings that a row of the ledger has taken the place of.
    """

    known: Known
    taken: dict[str, dict[tuple[object, ...], list[tuple[Plan, str, PlanRow]]]] = field(default_factory=dict)
    filled: set[int] = field(default_factory=set)
    _present: dict[str, Present] = field(default_factory=dict)
    _by_id: dict[str, dict[int, Row]] = field(default_factory=dict)

    def present(self, desk: Desk) -> Present:
        """Return the records of a desk by key; read once per batch."""
        name = f"{desk.listing.table} {desk.listing.form.code}"
        if name not in self._present:
            self._present[name] = desk.present(self.known)
        return self._present[name]

    def record(self, desk: Desk, record_id: int) -> Row | None:
        """Return one record of a desk."""
        name = f"{desk.listing.table} {desk.listing.form.code}"
        if name not in self._by_id:
            self._by_id[name] = {number: row for rows in self.present(desk).values() for number, row in rows}
        return self._by_id[name].get(record_id)

    def take(self, plan: Plan, code: str, desk: Desk, row: PlanRow) -> None:
        """Note a row that is planned, so that the same one is not planned again."""
        self.taken.setdefault(desk.listing.table, {}).setdefault(desk.key(row.values, self.known), []).append((plan, code, row))


def meet(office: Office, plan: Plan, code: str, desk: Desk, one: PlanRow) -> None:
    """Decide what becomes of a row that can be saved."""
    choice = one.choice
    if not choice.write:
        one.reject(LEFT_OUT)
        return
    if one.ref in plan.superseded:
        one.reject(plan.superseded[one.ref])
        return
    key = desk.key(one.values, office.known)
    if _repeats(office, plan, code, desk, one, key):
        return
    if desk.compared:
        one.action = "same"
        return
    met = {row.record_id for owner, form, row in office.taken.get(desk.listing.table, {}).get(key, ()) if owner is plan and form == code}
    if not choice.new and not _met(office, desk, one, key, met):
        return
    if one.record_id is None:
        if desk.fixed and office.known.visit(office.known.place(one.values), None) is not None:
            # the visit comes with another table, and the numbers agree
            one.changes = desk.completes(one.values)
            one.action = "changed" if one.changes else "same"
            office.take(plan, code, desk, one)  # a second row for the enterprise repeats it
            return
        _near(office, code, one)
        desk.brings(one.values, office.known)
    office.take(plan, code, desk, one)


def _repeats(office: Office, plan: Plan, code: str, desk: Desk, one: PlanRow, key: tuple[object, ...]) -> bool:
    """Tell whether an earlier row is this one, and say so on the row."""
    listed = office.taken.get(desk.listing.table, {}).get(key)
    if not listed:
        return False
    verdicts = [(desk.agrees(other.values, one.values), owner, form, other) for owner, form, other in listed]
    sure = next((found for found in verdicts if found[0]), None)
    if sure is None:
        doubtful = [other for verdict, _owner, _form, other in verdicts if verdict is None]
        if doubtful and not one.choice.new and one.choice.record_id is None:
            _ask(desk, one, [(other.record_id, other.values) for other in doubtful])
            return True
        return False
    _verdict, owner, form, other = sure
    if desk.twice and owner is plan and form == code:
        if all(flag.code != "duplicate_in_file" for flag in one.flags):
            one.flags.append(
                RowFlag("*", "duplicate_in_file", f"与{_where(owner, other, plan, one)}相同，按来表记为两条，请核对是不是重复")
            )
        return False
    if desk.fills and form != code and _completes(office, desk, one, (owner is plan, other), key):
        return one.action != "new"
    same_file, where = owner is plan, _where(owner, other, plan, one)
    differing = _differences(desk, other.values, one.values)
    if not same_file:
        one.flags.append(RowFlag("*", "duplicate_across_files", f"与{where}是同一条"))
    one.twin = (owner.path.name, other.ref)
    one.changes = differing
    one.record_id = other.record_id
    if one.choice.instead and not same_file:
        reason = f"改用“{plan.path.name}”第 {one.read.row} 行"
        owner.superseded[other.ref] = reason
        other.reject(reason)
        listed[:] = [found for found in listed if found[2] is not other]
        one.changes, one.record_id = {}, None
        return False
    if form != code and set(records.names_of(one.values.get("tags"))) - set(records.names_of(other.values.get("tags"))):
        other.values["tags"] = records.names_of(_joined(other.values, one.values, "tags"))
        one.action = "same"
    elif (not same_file or form != code) and not differing:
        one.action = "same"
    elif not same_file or form != code:
        one.reject(f"与{where}是同一条，内容不同（{'、'.join(_titles(desk, differing))}），已用前一份；要用这一份，请选定")
    else:
        one.reject(f"与{where}是同一条，只写入一次；如果不是同一条，请改得能分开")
    return True


def _completes(office: Office, desk: Desk, one: PlanRow, of: tuple[bool, PlanRow], key: tuple[object, ...]) -> bool:
    """Let a row add to the row of another form that tells of the same; False if it says nothing more.

    What is written already is met as a record; a row of the same file is added to before it is written.
    """
    same_file, other = of
    if not same_file and any(desk.agrees(record, one.values) for _number, record in office.present(desk).get(key, ())):
        return True
    record = office.record(desk, other.record_id) if other.record_id is not None else None
    said: Row = {**(record or {}), **{name: value for name, value in other.values.items() if value not in _EMPTY}}
    more = {name: _joined(said, one.values, name) for name in desk.own if name in one.values}
    one.changes = {name: (comparable(said.get(name)), value) for name, value in more.items() if _changes(desk, name, said.get(name), value)}
    one.record_id, one.action = other.record_id, "changed" if one.changes and not same_file else "same"
    if same_file and one.changes:
        other.values |= {name: value for name, (_old, value) in one.changes.items()}
        other.changes |= one.changes if other.action != "new" else {}
        other.action = "changed" if other.action == "same" else other.action
    return True


def _where(owner: Plan, other: PlanRow, plan: Plan, one: PlanRow) -> str:
    file = "" if owner is plan else f"“{owner.path.name}”"
    sheet = "" if other.read.sheet == one.read.sheet else f"“{other.read.sheet}”"
    return f"{file}{sheet}第 {other.read.row} 行"


def _met(office: Office, desk: Desk, one: PlanRow, key: tuple[object, ...], others: Collection[int | None] = ()) -> bool:
    """Let the row meet its record, none of `others`; return False if the clerk must decide first."""
    chosen = one.choice.record_id
    if chosen is not None:
        record = office.record(desk, chosen)
        if record is None:
            one.reject("选定的那条记录已经不在，请重新选定")
            return False
        _compare(one, desk, chosen, record)
        return True
    listed = office.present(desk).get(key, ())
    verdicts = [(desk.agrees(record, one.values), number, record) for number, record in listed if number not in others]
    found = next(((number, record) for verdict, number, record in verdicts if verdict), None) if verdicts else None
    if found is None:
        doubtful = [(number, record) for verdict, number, record in verdicts if verdict is None]
        if doubtful:
            _ask(desk, one, doubtful)
            return False
        found = _only_counted(office, desk, one)
    if found is not None:
        _compare(one, desk, *found)
    return True


def _ask(desk: Desk, one: PlanRow, doubtful: Sequence[tuple[int | None, Row]]) -> None:
    one.question = desk.asks(doubtful[0][1], one.values)
    one.candidates = [
        Candidate(number, str(record.get("name") or record.get("enterprise") or ""), desk.asks(record, one.values), 0.5, record)
        for number, record in doubtful
    ]
    one.reject(one.question)


def _only_counted(office: Office, desk: Desk, one: PlanRow) -> tuple[int, Row] | None:
    """Return a finding that was only counted, whose place this row of the ledger takes."""
    if desk.listing.table != "finding" or one.values.get("makes_visit"):
        return None
    place = office.known.place(one.values)
    free = [found for found in office.known.placeholders.get(place, ()) if found[0] not in office.filled] if isinstance(place, int) else []
    wanted = one.values.get("category")
    chosen = next((number for number, category in free if category == wanted), None) or next(
        (number for number, category in free if category is None or wanted is None), None
    )
    record = office.record(desk, chosen) if chosen is not None else None
    if chosen is None or record is None:
        return None
    office.filled.add(chosen)
    return chosen, record


def _compare(one: PlanRow, desk: Desk, record_id: int, record: Row) -> None:
    one.record_id = record_id
    if desk.fixed:
        one.changes = desk.completes(one.values)
        one.action = "changed" if one.changes else "same"
        return
    theirs = {key: _joined(record, one.values, key) for key in desk.own if key in one.values}
    one.changes = {
        key: (comparable(record.get(key)), value) for key, value in theirs.items() if _changes(desk, key, record.get(key), value)
    }
    taken = {key: value for key, (_ours, value) in one.changes.items() if key not in one.choice.keep}
    one.action = "changed" if taken else "same"
    one.values = {key: taken.get(key, comparable(record.get(key))) for key in desk.listing.form.keys}
    if "name" in taken and desk.listing.table == "enterprise" and not one.values.get("former_name"):
        one.values["former_name"] = record.get("name")


def _joined(record: Row, row: Row, key: str) -> object:
    """Tags are added to those that are there; every other value stands for itself."""
    if key != "tags" or not row.get(key):
        return row[key]
    return tuple(dict.fromkeys([*records.names_of(record.get(key)), *records.names_of(row[key])]))


def _changes(desk: Desk, key: str, old: object, new: object) -> bool:
    if new in _EMPTY or (key in desk.fills and old not in _EMPTY):
        return False
    return comparable(old) != comparable(new)


def _differences(desk: Desk, other: Row, row: Row) -> dict[str, tuple[object, object]]:
    return {
        key: (comparable(theirs), comparable(mine))
        for key in desk.compares
        if (mine := row.get(key)) not in _EMPTY and (theirs := other.get(key)) != mine and comparable(theirs) != comparable(mine)
    }


def _titles(desk: Desk, keys: Mapping[str, object]) -> Iterator[str]:
    return (desk.listing.form.column(key).title.replace("\n", "") for key in keys)


def _near(office: Office, code: str, one: PlanRow) -> None:
    """Name enterprises that a new one may be; it stays new until the clerk says otherwise."""
    row, known = one.values, office.known
    key = "name" if code in ("enterprises", "confined_space") else "enterprise"
    name = row.get(key)
    if not name or (key == "enterprise" and known.is_known(row)):
        return
    compared: Row = row if key == "name" else {**row, "name": name}
    found = known.names.near(compared, then_add=True)
    if found and not one.choice.new:
        one.candidates = [
            Candidate(near.place if isinstance(near.place, int) else None, near.name, why, score, near.row) for near, why, score in found
        ]
        names = "、".join(f"{near.name}（{why}）" for near, why, _score in found)
        one.flags.append(RowFlag(key, "near_duplicate_name", _OTHER.format(names=names)))


def comparable(value: object) -> object:
    """Return a value as records keep it: names as one text."""
    if isinstance(value, list | tuple):
        return "、".join(str(part) for part in value)
    return value
