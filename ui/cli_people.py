"""Commands about people and groups: Annex 1, secondments, rosters, registers.

Whatever the pages 人员抽调 and 检查分组 can do. `ui.cli` adds them with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Protocol

import typer

from models.forms import Form
from services import absences, campaigns, clock, equipment, groups, listing, officers, people, reporting, rosters, seconding
from services.errors import Invalid, Missing, Refused
from services.listing import Listing
from services.store import Store
from ui import cli_output as output

DONE = 0
LISTED = 10_000
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
Names = Annotated[list[str], typer.Argument(help="姓名")]
UnitNames = Annotated[list[str], typer.Argument(help="单位")]
On = Annotated[str | None, typer.Option("--on", help="日期，如 2023-04-10；不写是今天")]


class UnknownRegister(Refused):
    """There is no such register."""

    code = "unknown_register"
    template = "没有登记簿“{name}”。"
    mend = "可以用：{known}。"


class UnknownColumn(Refused):
    """A register has no such column."""

    code = "unknown_column"
    template = "登记簿“{register}”没有“{column}”这一列。"
    mend = "可以填：{known}。"


@dataclass(frozen=True)
class _Register:
    listing: Listing
    load: Callable[..., Any]
    save: Callable[..., int]
    remove: Callable[..., object]


REGISTERS = {
    "people": _Register(people.LISTING, people.load, people.save, people.remove),
    "units": _Register(reporting.LISTING, reporting.load, reporting.save, reporting.remove),
    "officers": _Register(officers.LISTING, officers.load, officers.save, officers.remove),
    "experts": _Register(officers.EXPERT_LISTING, officers.load_expert, officers.save_expert, officers.remove),
    "absences": _Register(absences.LISTING, absences.load, absences.save, absences.remove),
    "groups": _Register(groups.LISTING, groups.load, groups.save, groups.remove),
    "equipment": _Register(equipment.LISTING, equipment.load, equipment.save, equipment.remove),
}


class Options(Protocol):
    """The global options of this call, as `ui.cli` keeps them."""

    json: bool
    reason: str | None


class Opener(Protocol):
    """Opens the store that the options name."""

    def __call__(self, *, write: bool = False) -> AbstractContextManager[Store]:
        """Return the open store."""


@dataclass(frozen=True)
class _Desk:
    """What the commands need of the command line."""

    options: Options
    store: Opener
    day: Callable[[str | None], date | None]

    @property
    def reason(self) -> str:
        """The reason that was given with the call; "" for none."""
        return self.options.reason or ""

    def say(self, document: object, lines: Callable[[], Iterable[str]]) -> int:
        """Put the outcome on standard output."""
        output.say(document, lines, as_json=self.options.json)
        return DONE

    def look(self, campaign: str | None, read: Callable[..., Any]) -> Any:
        """Return what a service reads of a campaign."""
        with self.store() as store, store.snapshot() as session:
            return read(session, campaign_id=campaigns.find(session, reference=campaign).id)

    def do(self, label: str, campaign: str | None, step: Callable[[Any, int], Any]) -> int:
        """Do one named operation in a campaign and say that it is done."""
        with self.store(write=True) as store, store.write(label) as session:
            result = step(session, campaigns.find(session, reference=campaign).id)
        return self.say(
            {"schema": "step/1", "done": label, "result": result if isinstance(result, int | str) else None}, lambda: [f"已{label}"]
        )


def add_to(app: typer.Typer, options: Options, store: Opener, day: Callable[[str | None], date | None]) -> None:
    """Add the commands to the command line."""
    desk = _Desk(options, store, day)
    _add_units(app, desk)
    _add_steps(app, desk)
    _add_leaving(app, desk)
    _add_registers(app, desk)


def _add_units(app: typer.Typer, desk: _Desk) -> None:
    @app.command("nominations")
    def nominations(campaign: CampaignOption = None) -> int:
        """Who has to send Annex 1, who has, who is late."""
        board = desk.look(campaign, reporting.board)
        return desk.say(board.as_json(), lambda: _board_lines(board))

    @app.command("chase")
    def chase(
        units: Annotated[list[str] | None, typer.Argument(help="单位；不写是所有没报齐的")] = None, campaign: CampaignOption = None
    ) -> int:
        """Note that units are chased; say what to write to them."""
        with desk.store(write=True) as store, store.write("催报附件1") as session:
            campaign_id = campaigns.find(session, reference=campaign).id
            ids = _units(session, campaign_id, units) if units else None
            text = reporting.chase(session, campaign_id=campaign_id, unit_ids=ids)
        return desk.say({"schema": "chase/1", "text": text}, lambda: [text or "没有要催报的单位"])

    @app.command("unit-received")
    def unit_received(units: UnitNames, on: On = None, campaign: CampaignOption = None) -> int:
        """Write down the day on which units sent Annex 1."""
        day = desk.day(on) or clock.today()
        call = partial(reporting.note_receipt, on=day, reason=desk.reason or None)
        return desk.do(
            f"登记报送日期 {_some(units)}", campaign, lambda session, number: call(session, unit_ids=_units(session, number, units))
        )

    @app.command("unit-extend")
    def unit_extend(
        units: UnitNames, due: Annotated[str, typer.Option("--due", help="延到哪一天")], campaign: CampaignOption = None
    ) -> int:
        """Give units more time."""
        call = partial(reporting.extend, due=desk.day(due) or clock.today(), reason=desk.reason)
        return desk.do(f"延期 {_some(units)}", campaign, lambda session, number: call(session, unit_ids=_units(session, number, units)))

    @app.command("unit-excuse")
    def unit_excuse(
        units: UnitNames,
        again: Annotated[bool, typer.Option("--again", help="仍要报")] = False,
        campaign: CampaignOption = None,
    ) -> int:
        """Ask nothing more of units, or ask them again."""
        call: Callable[..., None] = reporting.owe if again else partial(reporting.excuse, reason=desk.reason)
        label = f"{'仍要报' if again else '免报'} {_some(units)}"
        return desk.do(label, campaign, lambda session, number: call(session, unit_ids=_units(session, number, units)))


def _add_steps(app: typer.Typer, desk: _Desk) -> None:
    @app.command("accept")
    def accept(names: Names, on: On = None, campaign: CampaignOption = None) -> int:
        """Accept seconded people."""
        call = partial(seconding.accept, on=desk.day(on))
        return desk.do(
            f"接收 {_some(names)}", campaign, lambda session, number: call(session, secondment_ids=_people(session, number, names))
        )

    @app.command("assign")
    def assign(
        names: Names,
        group: Annotated[str | None, typer.Option("--group", help="检查组；不写是移出")] = None,
        since: Annotated[str | None, typer.Option("--since", help="从哪一天起；不写是今天")] = None,
        role: Annotated[str, typer.Option("--role", help="组内角色")] = seconding.MEMBER,
        campaign: CampaignOption = None,
    ) -> int:
        """Put people into a group, or out of all groups."""

        def step(session: Any, number: int) -> int:
            found = groups.named(session, campaign_id=number, text=group)
            if group and found is None:
                raise Missing(what="检查组", name=group)
            ids = _people(session, number, names)
            return seconding.assign(session, secondment_ids=ids, group_id=found.id if found else None, since=desk.day(since), role=role)

        return desk.do(f"{'编入' + group if group else '移出检查组'} {_some(names)}", campaign, step)

    @app.command("swap")
    def swap(name: str, other: str, on: On = None, campaign: CampaignOption = None) -> int:
        """Let another take somebody's place from a day on; two members change places."""
        call = partial(seconding.swap, other=other, on=desk.day(on) or clock.today(), reason=desk.reason)
        return desk.do(
            f"{name} 换成 {other}", campaign, lambda session, number: call(session, secondment_id=_people(session, number, [name])[0])
        )

    @app.command("passage")
    def passage(name: str, campaign: CampaignOption = None) -> int:
        """How somebody came into the campaign, step by step."""

        def read(session: Any, *, campaign_id: int) -> list[seconding.Passage]:
            return seconding.passages(session, secondment_id=_people(session, campaign_id, [name])[0])

        found = desk.look(campaign, read)
        items = [
            {"on": str(one.on), "what": one.what, "note": one.note or None, "until": str(one.until) if one.until else None} for one in found
        ]
        return desk.say({"schema": "passage/1", "items": items}, lambda: [f"{one.on}　{one.what}　{one.note}".rstrip() for one in found])


def _add_leaving(app: typer.Typer, desk: _Desk) -> None:
    @app.command("send-back")
    def send_back(names: Names, on: On = None, campaign: CampaignOption = None) -> int:
        """Send people back to their units; they leave Annex 1."""
        call = partial(seconding.send_back, reason=desk.reason, on=desk.day(on))
        return desk.do(
            f"退回 {_some(names)}", campaign, lambda session, number: call(session, secondment_ids=_people(session, number, names))
        )

    @app.command("withdraw")
    def withdraw(names: Names, on: On = None, campaign: CampaignOption = None) -> int:
        """Take people out of the campaign after their last day."""
        call = partial(seconding.withdraw, reason=desk.reason, on=desk.day(on))
        return desk.do(
            f"撤回 {_some(names)}", campaign, lambda session, number: call(session, secondment_ids=_people(session, number, names))
        )

    @app.command("finish-secondment")
    def finish(names: Names, on: On = None, campaign: CampaignOption = None) -> int:
        """End the secondment of people; they stay in Annex 1."""
        call = partial(seconding.finish, on=desk.day(on))
        return desk.do(
            f"结束抽调 {_some(names)}", campaign, lambda session, number: call(session, secondment_ids=_people(session, number, names))
        )

    @app.command("rosters")
    def show_rosters(campaign: CampaignOption = None) -> int:
        """What each group has and lacks."""
        listed = desk.look(campaign, rosters.rosters)
        return desk.say(rosters.as_json(listed), lambda: _roster_lines(listed))


def _add_registers(app: typer.Typer, desk: _Desk) -> None:
    @app.command("register")
    def register(name: str, campaign: CampaignOption = None) -> int:
        """List a register: people, units, officers, experts, absences, groups, equipment."""
        chosen = _register(name)

        def read(session: Any, *, campaign_id: int) -> Any:
            return listing.head(session, chosen.listing, scope=campaign_id, limit=LISTED)

        rows, form = desk.look(campaign, read), chosen.listing.form
        items = [{"id": number, **{c.key: _plain(v) for c, v in zip(form.columns, values, strict=True)}} for number, values in rows]
        return desk.say(
            {"schema": "register/1", "register": name, "rows": items},
            lambda: ["　".join([str(number), *_shown(form, values)]) for number, values in rows] or ["还没有记录"],
        )

    @app.command("register-put")
    def register_put(
        name: str,
        values: Annotated[list[str], typer.Argument(help="列=值，如 姓名=周砚秋")],
        record: Annotated[int | None, typer.Option("--id", help="改哪一条；不写是新增")] = None,
        campaign: CampaignOption = None,
    ) -> int:
        """Add a row to a register, or change one."""
        chosen = _register(name)

        def step(session: Any, number: int) -> int:
            form, row = chosen.listing.form, {}
            if record is not None:
                row = dict(chosen.load(session, record_id=record))
            typed = {_key(name, form, text.partition("=")[0].strip()): text.partition("=")[2] for text in values}
            clean, issues = form.clean({key: typed.get(key) for key in form.keys})
            if wrong := [issue for issue in issues if issue.key in typed and issue.code != "missing"]:
                raise Invalid(wrong)
            return chosen.save(session, campaign_id=number, row={**row, **{key: clean[key] for key in typed}}, record_id=record)

        return desk.do(f"{'修改' if record is not None else '新增'}{chosen.listing.form.title}", campaign, step)

    @app.command("register-drop")
    def register_drop(name: str, records: Annotated[list[int], typer.Argument(help="编号")], campaign: CampaignOption = None) -> int:
        """Move rows of a register to the bin."""
        chosen = _register(name)
        return desk.do(
            f"删除{chosen.listing.form.title} {len(records)} 条", campaign, lambda session, _n: chosen.remove(session, record_ids=records)
        )


def _register(name: str) -> _Register:
    if name not in REGISTERS:
        raise UnknownRegister(name=name, known="、".join(REGISTERS))
    return REGISTERS[name]


def _key(register: str, form: Form, word: str) -> str:
    found = next((c.key for c in form.columns if word in (c.key, c.title.replace("\n", ""), *c.aliases)), None)
    if found is None:
        raise UnknownColumn(register=register, column=word, known="、".join(c.title.replace("\n", "") for c in form.columns))
    return found


def _people(session: Any, campaign_id: int, names: Sequence[str]) -> list[int]:
    return [seconding.named(session, campaign_id=campaign_id, name=name).id for name in names]


def _units(session: Any, campaign_id: int, names: Sequence[str]) -> list[int]:
    listed = campaigns.units(session, campaign_id=campaign_id)
    found = []
    for name in names:
        unit = campaigns.unit_named(listed, name)
        if unit is None:
            raise Missing(what="报送单位", name=name)
        found.append(unit.id)
    return found


def _board_lines(board: reporting.Board) -> list[str]:
    due = f"，{board.due} 截止" if board.due else ""
    head = f"应报 {len(board.expected)} 家，报齐 {len(board.reported)} 家，没报齐 {len(board.owing)} 家，迟报 {len(board.late)} 家{due}"
    return [head, *(f"　{unit.name}　{unit.state}　{unit.sent} / {unit.wanted} 人　{unit.reason}".rstrip() for unit in board.units)]


def _roster_lines(listed: Sequence[rosters.Roster]) -> list[str]:
    lines = []
    for one in listed:
        lines.append(f"{one.name}　{len(one.members)} 人，有效执法证 {one.certificates} 人")
        lines += [f"　{'！' if lack.weight == 'bad' else ''}{lack.sentence}" for lack in one.lacks]
    return lines or ["还没有分组"]


def _shown(form: Form, values: Sequence[object]) -> list[str]:
    return [column.kind.show(value) if value not in (None, ()) else "—" for column, value in zip(form.columns, values, strict=True)]


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:3]) + (f" 等 {len(names)} 个" if len(names) > 3 else "")


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | bool | list) else list(value) if isinstance(value, tuple) else str(value)
