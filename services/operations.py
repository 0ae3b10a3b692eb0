"""The record of what was done, for people: a listing and the changes in words.

`services.history` keeps it, `services.undoing` takes back from it; here it is
only read. A change is told in the words of the forms: 整改期限：old → new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, String, Table, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from models import Base, Operation, RowChange
from models.annexes import READABLE
from models.base import Moment
from models.forms import Column, Form
from models.kinds import COUNT, TEXT
from models.money import show_amount
from services import history, undoing
from services.errors import Missing
from services.listing import Listing
from services.words import field_column, field_name, row_name, table_name

KINDS = {
    "edit": "改动", "import": "导入", "undo": "撤销", "redo": "重做", "export": "导出", "package": "打包", "view": "查看", "system": "程序",
    "purge": "清空",
}  # fmt: skip
# What the office calls a sort of record, and the tables that its changes touch.
NOUNS: dict[str, tuple[str, ...]] = {
    "人员": ("person", "secondment", "nomination_event", "absence"),
    "检查组": ("inspection_group", "group_member", "equipment"),
    "企业": ("enterprise",),
    "检查记录": ("inspection", "attendance", "assignment", "recording"),
    "问题": ("finding", "rectification_step", "evidence"),
    "案件": ("penalty_case", "case_party", "case_amount", "case_finding"),
    "专项行动": ("campaign", "phase", "deadline", "reporting_unit"),
    "来表": ("submission", "attachment"),
    "报送包": ("package",),
    "规则和设置": ("rule", "setting"),
}
SHOWN = 100
_REASON = "reason"
# Rows that belong to a record of a register, and by which column (the first that is filled); "person" is reached
# the other way round.
_HOMES: dict[str, tuple[tuple[str, str], ...]] = {
    "attendance": (("inspection", "inspection_id"),),
    "recording": (("inspection", "inspection_id"),),
    "rectification_step": (("finding", "finding_id"),),
    "group_member": (("inspection_group", "group_id"),),
    "case_party": (("penalty_case", "case_id"),),
    "case_finding": (("penalty_case", "case_id"),),
    "case_amount": (("case_party", "party_id"),),
    "nomination_event": (("secondment", "secondment_id"), ("reporting_unit", "unit_id")),
}
_OF_PERSON = frozenset({"secondment", "absence"})  # called by the name of the person
_MEMBERS = frozenset({"attendance", "group_member", "case_party", "case_finding"})
_UPWARDS = {"secondment": ("person", "person_id")}
_REGISTERS = frozenset(
    {
        *("secondment", "inspection_group", "enterprise", "inspection", "finding", "penalty_case"),
        *("reporting_unit", "absence", "equipment"),
    }
)
HIDDEN = frozenset(
    {
        *("id", "uid", "revision", "created_at", "updated_at", "deleted_at", "campaign_id", "name_key", "search_text", "position"),
        *("key", "flags", "source_file", "source_sheet", "source_row", "evidence", "case_id", "party_id"),
        *("totals", "history_head"),  # of a package: for programs
    }
)
_GONE = ("删除", "移入回收站")
_PERSONAL = frozenset({"contact_phone"})  # besides what the forms say
_AMOUNTS = {
    ("unit", "proposed"): "proposed",
    ("unit", "decided"): "decided",
    ("unit", "paid"): "paid",
    ("person", "proposed"): "person_proposed",
    ("person", "decided"): "person_decided",
}
_MORE_FACTS = {"folder": "文件夹", "file": "文件", "sha256": "校验值", "backup": "备份"}

Key = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """One field that changed.

    Attributes:
        field: Its name as the form has it.
        old: Value before, as the form shows it; "" for none.
        new: Value after.
        personal: A number of a person: masked on the screen.
    """

    field: str
    old: str
    new: str
    personal: bool = False

    def words(self) -> str:
        """Return it as one line of text."""
        return f"{self.field}：{self.old or '空'} → {self.new or '空'}"


@dataclass(frozen=True)
class Change:
    """One row that an operation touched.

    Attributes:
        name: What it is called, or the record that it belongs to: 企业“…”.
        part: What it is of that record (金额, 当事人); "" if it is the record.
        verb: "新建", "修改", "删除", "移入回收站" or "从回收站恢复".
        lines: The fields.
        home: Table and id of the register's record that it belongs to; None if that is gone.
    """

    name: str
    part: str
    verb: str
    lines: tuple[Line, ...]
    home: Key | None

    def words(self) -> str:
        """Return it as text: the fields, or what was done with the row."""
        return "；".join(line.words() for line in self.lines) if self.verb == "修改" else self.verb


@dataclass(frozen=True)
class Step:
    """One operation with the changes that are to be shown.

    Attributes:
        number: The operation.
        reason: Why, if it was asked; else "".
        kind: As in `KINDS`.
        state: "已由第 12 步撤销", "撤销第 3 步" …; "" if it stands.
        linked: The other step that `state` names.
        rows: How many rows it touched in all.
        changes: The first of them.
        facts: (name, text) outside the rows: files written …
        fixed: Why it is not one to take back at all; "" if that may be tried.
    """

    number: int
    at: datetime
    operator: str
    label: str
    reason: str
    kind: str
    state: str
    linked: int | None
    rows: int
    changes: tuple[Change, ...]
    facts: tuple[tuple[str, str], ...] = ()
    fixed: str = ""


def reason_of(detail: object) -> str:
    """Return the reason that an operation's detail holds; "" for none."""
    found = json.loads(detail).get(_REASON) if isinstance(detail, str) and detail else None
    return str(found) if found else ""


def _at(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else ""


def _touched(value: object) -> str:
    names = str(value or "").split(",")
    return "、".join(dict.fromkeys(_noun(name) for name in names if name))


def _noun(table: str) -> str:
    return next((noun for noun, tables in NOUNS.items() if table in tables), table_name(table))


OPERATIONS = Form(
    code="operations",
    title="操作记录",
    columns=(
        Column("id", "步", COUNT, width_mm=15, source="office"),
        Column("at", "时间", replace(TEXT, show=_at), width_mm=33, source="office"),
        Column("operator", "操作人", TEXT, width_mm=20, source="office"),
        Column("label", "做了什么", TEXT, width_mm=68, source="office"),
        Column("reason", "原因", replace(TEXT, show=reason_of), width_mm=24, source="office"),
        Column("state", "撤销情况", TEXT, width_mm=30, source="office"),
        Column("rows", "改动", COUNT, width_mm=15, source="office"),
        Column("tables", "记录", replace(TEXT, show=_touched), width_mm=24, source="office"),
        Column("kind", "种类", TEXT, width_mm=16, source="office"),
    ),
    source="office",
)


def select_rows(
    _scope: int | None, *, since: date | None = None, until: date | None = None, noun: str = "", states: bool = True
) -> Select[Any]:
    """Return the query of operations, columns as the form's keys.

    Args:
        since: First day; None for the beginning.
        until: Last day; None for today.
        noun: Only what touched this sort of record, as in `NOUNS`; "" for all.
        states: Say what undid what; without that it is twice as fast, for ids alone.
    """
    back, again = aliased(Operation), aliased(Operation)
    done_again = select(again.undoes).where(again.kind == "redo", again.undoes.is_not(None))
    held = (
        select(back.undoes.label("undone"), func.max(back.id).label("by"))
        .where(back.undoes.is_not(None), back.kind == "undo", back.id.not_in(done_again))
        .group_by(back.undoes)
        .subquery()
    )
    undone = literal("已由第 ") + cast(held.c.by, String) + " 步撤销"
    undoes = case((Operation.kind == "redo", "重做的是第 "), else_="撤的是第 ") + cast(Operation.undoes, String) + " 步"
    state = case((held.c.by.is_not(None), undone), (Operation.undoes.is_not(None), undoes), else_=None)
    kind = case(KINDS, value=Operation.kind, else_=Operation.kind)
    given: dict[str, Any] = {"reason": Operation.detail, "state": state if states else literal(None, String), "kind": kind}
    columns = [(given[key] if key in given else getattr(Operation, key)).label(key) for key in OPERATIONS.keys if key != "id"]
    query = select(Operation.id.label("id"), *columns)
    if states:
        query = query.add_columns(held.c.by.is_not(None).label("undone")).outerjoin(held, held.c.undone == Operation.id)
    day = func.substr(cast(Operation.at, String), 1, 10)
    query = query.where(day >= since.isoformat()) if since else query
    query = query.where(day <= until.isoformat()) if until else query
    if noun:
        names = literal(",") + Operation.tables + ","
        query = query.where(or_(*(names.contains(f",{table},", autoescape=True) for table in NOUNS[noun])))
    return query


def listing(*, since: date | None = None, until: date | None = None, noun: str = "", states: bool = True) -> Listing:
    """Return the listing of operations, newest first; arguments as `select_rows`."""
    return Listing(
        form=OPERATIONS,
        select=partial(select_rows, since=since, until=until, noun=noun, states=states),
        search=("label", "operator", "reason"),
        default_sort="-id",
        tables=frozenset(),
        table="operation",
    )


def people(session: Session) -> list[str]:
    """Return everybody who did something, by name."""
    return list(session.scalars(select(Operation.operator).distinct().order_by(Operation.operator)))


def load(session: Session, *, operation_id: int, limit: int = SHOWN) -> Step:
    """Return an operation with the first of its changes.

    Raises:
        Missing: There is no such operation.
    """
    operation = session.get(Operation, operation_id)
    if operation is None:
        raise Missing(what="操作", name=f"第{operation_id}步")
    query = select(RowChange).where(RowChange.operation_id == operation_id).order_by(RowChange.id).limit(limit)
    return _step(session, operation, session.scalars(query).all())


def of_record(session: Session, *, table: str, record_id: int) -> list[Step]:
    """Return what was done to a record and the rows that belong to it, newest first."""
    steps: dict[int, list[RowChange]] = {}
    for name, row_ids in _family(session, table, record_id).items():
        query = select(RowChange).where(RowChange.table_name == name, RowChange.row_id.in_(row_ids))
        for change in session.scalars(query):
            steps.setdefault(change.operation_id, []).append(change)
    found = session.scalars(select(Operation).where(Operation.id.in_(steps)).order_by(Operation.id.desc()))
    return [_step(session, operation, sorted(steps[operation.id], key=lambda change: change.id)) for operation in found]


def _step(session: Session, operation: Operation, changes: Sequence[RowChange]) -> Step:
    held = undoing.taken_back_by(session, operation.id)
    state = f"已由第 {held} 步撤销" if held is not None else ""
    if operation.undoes is not None:
        state = f"{'重做' if operation.kind == 'redo' else '撤销'}的是第 {operation.undoes} 步" + (f"，{state}" if state else "")
    detail: dict[str, Any] = json.loads(operation.detail) if operation.detail else {}
    facts = [(name, str(detail[key])) for key, name in _MORE_FACTS.items() if detail.get(key)]
    facts += [("文件", str(file.get("name"))) for file in detail.get("files") or () if isinstance(file, dict)]
    told = _Teller(session, changes)
    return Step(
        operation.id,
        operation.at,
        operation.operator,
        operation.label,
        reason_of(operation.detail),
        KINDS.get(operation.kind, operation.kind),
        state,
        held if held is not None else operation.undoes,
        operation.rows,
        tuple(filter(None, map(told.tell, changes))),
        tuple(facts),
        undoing.why_not(session, operation),
    )


def _family(session: Session, table: str, record_id: int) -> dict[str, list[int]]:
    """Return the record and the rows that belong to it, ids by table."""
    found = {table: [record_id]}
    for part, homes in _HOMES.items():
        for owner, key in homes:
            if owner in found:
                rows = Base.metadata.tables[part]
                found[part] = list(session.scalars(select(rows.c.id).where(rows.c[key].in_(found[owner]))))
    if table in _UPWARDS:
        part, key = _UPWARDS[table]
        rows = Base.metadata.tables[table]
        found[part] = list(session.scalars(select(rows.c[key]).where(rows.c.id == record_id)))
    return {name: ids for name, ids in found.items() if ids}


class _Teller:
    """Puts row changes into words; asks for each row behind them once."""

    def __init__(self, session: Session, changes: Iterable[RowChange]) -> None:
        self._session = session
        self._rows: dict[Key, dict[str, Any] | None] = {}
        ids: dict[str, set[int]] = {}
        for change in changes:
            ids.setdefault(change.table_name, set()).add(change.row_id)
        for name, numbers in ids.items():
            present = history.table_row(session, Base.metadata.tables[name], sorted(numbers))
            self._rows |= {(name, number): present.get(number) for number in numbers}

    def tell(self, change: RowChange) -> Change | None:
        """Return the change in words; None if only what the program keeps for itself changed."""
        before = json.loads(change.before) if change.before is not None else None
        after = json.loads(change.after) if change.after is not None else None
        row = {**(before or {}), **(after or {}), **(self._row(change.table_name, change.row_id) or {})}
        verb = _verb(before, after)
        old, new = before or {}, after or {}
        if change.table_name == "case_amount":
            lines = self._amount(row, old, new)
        elif change.table_name in _MEMBERS and verb != "修改":
            lines = self._whole(change.table_name, row, gone=verb in _GONE)
        else:
            table = Base.metadata.tables[change.table_name]
            lines = tuple(line for key in {**old, **new} if key not in HIDDEN if (line := self._line(table, key, old, new)))
        if verb == "修改" and not lines:
            return None
        name, part = self._called(change.table_name, row)
        return Change(name, part, verb, lines, self._home(change.table_name, change.row_id))

    def _row(self, table: str, row_id: int) -> dict[str, Any] | None:
        key = (table, row_id)
        if key not in self._rows:
            self._rows |= {key: None} | {(table, n): row for n, row in _table_rows(self._session, table, row_id).items()}
        return self._rows[key]

    def _line(self, table: Table, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Line | None:
        was, now = self._shown(table, key, old.get(key)), self._shown(table, key, new.get(key))
        if was == now:
            return None
        column = field_column(table.name, key)
        return Line(field_name(table.name, key), was, now, key in _PERSONAL or (column is not None and column.kind.personal))

    def _shown(self, table: Table, key: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return ""
        for reference in table.columns[key].foreign_keys if key in table.columns else ():
            target = reference.column.table.name
            row = self._row(target, int(value))
            return _bare_name(target, row) if row else f"第{value}号"
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list | dict):
            return _flat(value)
        column = field_column(table.name, key)
        if column is not None:
            return column.kind.show(value)
        if key in table.columns and isinstance(table.columns[key].type, Moment):
            return _at(datetime.fromisoformat(str(value)))
        if table.name == "submission" and key == "form":
            return next((form.title for form in READABLE if form.code == value), str(value))
        return _WORDS.get(str(value), str(value))

    def _whole(self, table: str, row: Mapping[str, Any], *, gone: bool) -> tuple[Line, ...]:
        """Tell a part that came or went in one line: 组长：name."""
        if table == "case_party":
            field, value = ("处罚个人" if row["kind"] == "person" else "当事人"), str(row["name"])
        elif table == "case_finding":
            field, value = "对应问题", _bare_name("finding", self._row("finding", int(row["finding_id"])) or {})
        else:
            field, value = str(row.get("role") or "人员"), _bare_name("person", self._row("person", int(row["person_id"])) or {})
        return (Line(field, value, "") if gone else Line(field, "", value),)

    def _amount(self, row: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Line, ...]:
        """An amount follows the one before it: tell both under the title of the form."""
        party = self._row("case_party", int(row["party_id"])) or {}
        key = _AMOUNTS.get((str(party.get("kind")), str(row["kind"])), "")
        field = field_name("penalty_case", key) if key else "金额（万元）"
        rows = Base.metadata.tables["case_amount"]
        earlier = select(rows.c.fen).where(rows.c.party_id == row["party_id"], rows.c.kind == row["kind"], rows.c.id < row["id"])
        was = old.get("fen", None if old else self._session.scalar(earlier.order_by(rows.c.id.desc()).limit(1)))
        now = new.get("fen")
        if was == now:
            return ()
        return (Line(field, show_amount(was), show_amount(now)),)

    def _called(self, table: str, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return the name of the record that a row is or belongs to, and what it is of that record."""
        if table in _OF_PERSON and row.get("person_id") is not None:
            return row_name("person", self._row("person", int(row["person_id"])) or {}), table_name(table)
        if table == "equipment":
            return f"{table_name(table)}“{' '.join(str(row[key]) for key in ('kind', 'label') if row.get(key))}”", ""
        if table == "rule":
            return f"{table_name(table)}“{row.get('article') or row.get('key')}”", ""
        belongs = _owner(table, row)
        above = self._row(*belongs) if belongs else None
        return (self._called(belongs[0], above)[0], table_name(table)) if belongs and above else (row_name(table, row), "")

    def _home(self, table: str, row_id: int) -> Key | None:
        row = self._row(table, row_id)
        if row is None or row.get("deleted_at") is not None:
            return None
        if table in _HOMES:
            belongs = _owner(table, row)
            return self._home(*belongs) if belongs else None
        if table == "person":
            rows = Base.metadata.tables["secondment"]
            newest = select(rows.c.id).where(rows.c.person_id == row_id, rows.c.deleted_at.is_(None)).order_by(rows.c.id.desc())
            found = self._session.scalar(newest.limit(1))
            return ("secondment", found) if found is not None else None
        return (table, row_id) if table in _REGISTERS else None


_WORDS = {
    "open": "进行中", "closed": "已结束", "unit": "单位", "person": "个人", "proposed": "拟处罚", "decided": "已处罚", "paid": "已缴",
    "notified": "告知", "submit": "报送", "workdays": "工作日", "days": "天", "days_exact": "自然日（不顺延）",
    "fen": "分", "list": "词表", "new": "新增", "changed": "修改", "same": "没变", "flagged": "要核对", "rejected": "没有写入",
    "skipped": "跳过",
}  # fmt: skip


def _table_rows(session: Session, table: str, row_id: int) -> dict[int, dict[str, Any]]:
    return history.table_row(session, Base.metadata.tables[table], [row_id])


def _owner(table: str, row: Mapping[str, Any]) -> Key | None:
    """Return table and id of the row that a row belongs to."""
    return next(((owner, int(row[key])) for owner, key in _HOMES.get(table, ()) if row.get(key) is not None), None)


def _verb(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None:
        return "新建"
    if after is None:
        return "删除"
    if "deleted_at" in after:
        return "移入回收站" if after["deleted_at"] else "从回收站恢复"
    return "修改"


def _bare_name(table: str, row: Mapping[str, Any]) -> str:
    return row_name(table, row).removeprefix(table_name(table)).strip("“”") or table_name(table)


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "、".join(_flat(one) for one in value)
    if isinstance(value, dict) and value.get("name"):
        return str(value["name"])  # a file: what it weighs and its digest are for programs
    if isinstance(value, dict):
        return "；".join(f"{_WORDS.get(str(key), key)} {_flat(one)}" for key, one in value.items() if one not in (None, "", 0))
    return str(value)
