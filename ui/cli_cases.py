"""Commands about the closed loop: platform, overdue, clocks, dossier, papers.

`ui.cli` adds them to its own with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from services import campaigns, clock, clocks, dossiers, groups, rectifications, visiting
from services.clocks import Clock
from services.dossiers import Dossier
from services.errors import Missing, Refused
from services.exports import archive, deliver, sheets
from services.store import Store
from ui import cli_output as output
from ui.cli_data import Opener, Options

DONE = 0
Day = Callable[[str | None], date | None]
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="截至哪一天，如 2023-04-20；不写是今天")]
Town = Annotated[str | None, typer.Option("--town", help="只看这个镇办")]
_SHOWN_STATES = {clocks.RUNNING: "在走", clocks.DONE: "已办", clocks.OVER: "超期", clocks.ENDED: "期满"}


class SeveralMeant(Refused):
    """Words fit several enterprises."""

    code = "several_enterprises"
    template = "“{text}”对得上 {count} 家企业：{names}。"
    mend = "写全名或统一社会信用代码。"


def add_to(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    """Add the commands to the command line."""
    _add_queue(app, options, store, day)
    _add_clocks(app, options, store, day)
    _add_overdue(app, options, store, day)
    _add_papers(app, options, store, day)


def _add_queue(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("platform-queue")
    def platform_queue(
        campaign: CampaignOption = None,
        group: Annotated[str | None, typer.Option("--group", help="只看这个检查组")] = None,
        as_of: AsOf = None,
    ) -> int:
        """Finished visits that are not on the provincial platform, ready to be copied."""
        with store() as opened, opened.read() as session:
            scope = campaigns.find(session, reference=campaign).id
            found = groups.named(session, campaign_id=scope, text=group)
            if group and found is None:
                raise Missing(what="检查组", name=group)
            waiting = visiting.platform_queue(
                session, campaign_id=scope, as_of=day(as_of) or clock.today(), group_id=found.id if found else None
            )
        document = {
            "schema": "platform-queue/1",
            "items": [
                {
                    "enterprise": one.enterprise,
                    "group": one.group,
                    "checked_on": one.checked_on.isoformat(),
                    "days_late": one.days_late,
                    "fields": [{"key": key, "title": title, "text": text} for key, title, text in one.fields],
                }
                for one in waiting
            ],
        }
        lines = [f"{one.checked_on}　{one.enterprise}　{_late(one.days_late)}\n{one.text()}\n" for one in waiting]
        output.say(document, lambda: lines or ["没有待录入平台的检查"], as_json=options.json)
        return DONE


def _add_clocks(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("clocks")
    def show_clocks(campaign: CampaignOption = None, as_of: AsOf = None) -> int:
        """The next legal clock of every open case, the most urgent first."""
        with store() as opened, opened.read() as session:
            scope = campaigns.find(session, reference=campaign).id
            today = day(as_of) or clock.today()
            board = clocks.board(session, campaign_id=scope, as_of=today)
        document = {
            "schema": "clocks/1",
            "as_of": today.isoformat(),
            "items": [{"enterprise": one.enterprise, "stage": one.stage, "clock": _clock_json(one.clock)} for one in board],
        }
        lines = [f"{one.clock.due}　{one.enterprise}　{one.stage}　{_clock_words(one.clock)}" for one in board]
        output.say(document, lambda: lines or ["没有在走的期限"], as_json=options.json)
        return DONE


def _add_overdue(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("overdue")
    def show_overdue(
        campaign: CampaignOption = None,
        town: Town = None,
        as_of: AsOf = None,
        out: Annotated[Path | None, typer.Option("-o", "--out", help="写成 xlsx 清单；写文件夹就每镇一份督办单")] = None,
    ) -> int:
        """Findings past their day, by town; as a list, or one letter for each town."""
        with store() as opened, opened.snapshot() as session:
            scope = campaigns.find(session, reference=campaign).id
            today = day(as_of) or clock.today()
            late = [one for one in rectifications.overdue_by_town(session, campaign_id=scope, as_of=today) if town in (None, one.town)]
            written: list[Path] = []
            if out is not None and out.suffix == ".xlsx":
                deliver.deliver_workbook(sheets.overdue_list(session, campaign_id=scope, as_of=today, town=town), out, made_at=clock.now())
                written.append(out)
            elif out is not None:
                for name, report in sheets.supervision_letters(session, campaign_id=scope, as_of=today, town=town):
                    written.append(out / archive.safe_name(f"督办单_{name}_{today:%Y%m%d}.docx"))
                    out.mkdir(parents=True, exist_ok=True)
                    deliver.deliver_report(report, written[-1], made_at=clock.now())
        document = {
            "schema": "overdue/1",
            "as_of": today.isoformat(),
            "towns": [{"town": one.town, "count": len(one.rows), "rows": [_plain(asdict(row)) for row in one.rows]} for one in late],
            "files": [str(path) for path in written],
        }
        lines = [
            f"{one.town}　{len(one.rows)} 项"
            + "".join(f"\n　{row.due}　逾期 {row.days_late} 天　{row.enterprise}　{row.hazard}" for row in one.rows)
            for one in late
        ]
        output.say(document, lambda: [*(lines or ["没有逾期的问题"]), *map(str, written)], as_json=options.json)
        return DONE


def _add_papers(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("dossier")
    def show_dossier(
        enterprise: Annotated[str, typer.Argument(help="企业名称、信用代码或其中的字")],
        as_of: AsOf = None,
        out: Annotated[Path | None, typer.Option("-o", "--out", help="写成 PDF")] = None,
    ) -> int:
        """Everything that is known of one enterprise, across campaigns."""
        with store() as opened, opened.snapshot() as session:
            found = dossiers.dossier(session, enterprise_id=_meant(opened, enterprise), as_of=day(as_of) or clock.today())
        if out is not None:
            sheets.deliver_dossier(found, out, made_at=clock.now())
        output.say({"schema": "dossier/1", **_plain(asdict(found))}, lambda: _dossier_lines(found, out), as_json=options.json)
        return DONE


def _meant(store: Store, text: str) -> int:
    with store.read() as session:
        found = dossiers.named(session, text=text)
    if not found:
        raise Missing(what="企业", name=text)
    if len(found) > 1:
        raise SeveralMeant(text=text, count=len(found), names="、".join(name for _number, name in found[:5]))
    return found[0][0]


def _dossier_lines(found: Dossier, out: Path | None) -> list[str]:
    lines = [found.name, *(f"　{fact.title}：{fact.shown}" for fact in found.basics)]
    if found.standing.stopped:
        lines.append(f"　{found.standing.sentence}")
    lines += [f"检查　{one.on}　{one.level}　{one.campaign}　{one.findings} 项" for one in found.visits]
    lines += [f"问题　{one.found_on}　{one.state}　{one.hazard}" for one in found.findings]
    lines += [f"案件　{one.stage}　{one.violation}" for one in found.cases]
    return [*lines, *([str(out)] if out else [])]


def _clock_words(one: Clock) -> str:
    left = f"还有 {one.left} {one.unit}" if one.left > 0 else f"超过 {-one.left} {one.unit}" if one.left else "今天到期"
    return f"{one.name}　{left}　{one.basis}" + (f"　{one.note}" if one.note else "")


def _clock_json(one: Clock) -> dict[str, Any]:
    return {**_plain(asdict(one)), "basis": one.basis, "word": _SHOWN_STATES[one.state]}


def _late(days: int) -> str:
    return f"晚 {days} 个工作日" if days > 0 else "今天"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
