"""Commands about numbers: figures, the daily report, statistics as files.

`ui.cli` adds them to its own with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from services import campaigns, clock, figures, settings
from services.errors import Refused
from services.figures.daily import Daily, daily, text
from services.figures.statistics import Asked, statistics
from ui import cli_output as output
from ui.cli_data import Opener, Options

DONE = 0
Day = Callable[[str | None], date | None]
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
Since = Annotated[str | None, typer.Option("--since", help="检查从哪一天算起，如 2023-04-01")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="数字截至哪一天，如 2023-04-26")]
Rechecks = Annotated[bool, typer.Option("--rechecks", help="家次、组次、人次里含复查")]
NoRecords = Annotated[bool, typer.Option("--no-records", help="执法文书里不含检查记录")]
Against = Annotated[str | None, typer.Option("--against", help="和哪一次行动对比")]


class BadEnding(Refused):
    """The file's ending says no format that can be written."""

    code = "bad_ending"
    template = "“{name}”的扩展名不对，没有写出。"
    mend = "统计表用 .xlsx，领导一页纸用 .pdf，日报用 .docx 或 .txt。"


def add_to(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    """Add the commands to the command line."""
    _add_figures(app, options, store, day)
    _add_daily(app, options, store, day)
    _add_statistics(app, options, store, day)


def _add_figures(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("figures")
    def show_figures(
        campaign: CampaignOption = None,
        as_of: AsOf = None,
        since: Since = None,
        rechecks: Rechecks = False,
        no_records: NoRecords = False,
    ) -> int:
        """Every indicator with its definition and rows."""
        switches = figures.Switches(rechecks=rechecks, records=not no_records)
        with store() as opened:
            last, first = day(as_of) or clock.today(), day(since)
            with opened.snapshot() as session:
                found = campaigns.find(session, reference=campaign)
                facts = figures.collect_counted(session, campaign_id=found.id, as_of=last, since=first)
                computed = figures.all_figures(session, facts, switches)
                document = figures.as_json(computed, figures.breakdowns(session, facts))
        _say(options, document, lambda: [f"{figure.told}　{figure.definition}" for figure in computed])
        return DONE


def _add_daily(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("daily")
    def daily_report(
        campaign: CampaignOption = None,
        on: Annotated[str | None, typer.Option("--date", help="哪一天，如 2023-04-20；不写为今天")] = None,
        out: Annotated[Path | None, typer.Option("-o", "--out", help="写成 docx 或 txt")] = None,
    ) -> int:
        """The daily report: a day and all days until then."""
        _ending(out, (".docx", ".txt"))
        with store() as opened:
            wanted = day(on) or clock.today()
            with opened.snapshot() as session:
                report = daily(session, campaign_id=campaigns.find(session, reference=campaign).id, day=wanted)
                kept = settings.load(session)
        if out is not None:
            _write_daily(report, out, signer=kept.brigade or kept.office or "")
        _say(options, _daily_json(report, out), lambda: [text(report).rstrip(), *([f"已写出 {out}"] if out else [])])
        return DONE


def _add_statistics(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    @app.command("statistics")
    def write_statistics(
        out: Annotated[Path, typer.Option("-o", "--out", help="统计表 .xlsx，或领导一页纸 .pdf")],
        campaign: CampaignOption = None,
        as_of: AsOf = None,
        since: Since = None,
        against: Against = None,
        rechecks: Rechecks = False,
        no_records: NoRecords = False,
    ) -> int:
        """Statistics as a workbook with charts, or the leader's page as PDF."""
        from services.exports.onepage import deliver_leader_pdf  # noqa: PLC0415 - with it come the writers of documents
        from services.exports.statistics import deliver_statistics  # noqa: PLC0415

        _ending(out, (".xlsx", ".pdf"))
        switches = figures.Switches(rechecks=rechecks, records=not no_records)
        with store() as opened:
            last, first = day(as_of), day(since)
            with opened.snapshot() as session:
                own = campaigns.find(session, reference=campaign).id
                other = campaigns.find(session, reference=against).id if against else None
                stat = statistics(session, campaign_id=own, asked=Asked(last, first, switches, other))
            deliver = deliver_leader_pdf if out.suffix.lower() == ".pdf" else deliver_statistics
            deliver(stat, out, made_at=clock.now())
        document = {
            "schema": "statistics/1",
            "path": str(out),
            "as_of": stat.as_of.isoformat(),
            "figures": [
                {"key": one.figure.key, "value": one.figure.value, "before": one.before, "change": one.change} for one in stat.compared
            ],
            "tables": [{"key": grid.key, "unit": grid.unit, "total": grid.total} for grid in stat.grids],
        }
        _say(options, document, lambda: [f"已写出 {out}"])
        return DONE


def _ending(out: Path | None, allowed: tuple[str, ...]) -> None:
    if out is not None and out.suffix.lower() not in allowed:
        raise BadEnding(name=out.name)


def _write_daily(report: Daily, out: Path, *, signer: str) -> None:
    if out.suffix.lower() == ".txt":
        from services.exports.archive import atomic_write  # noqa: PLC0415 - as the writers below

        atomic_write(out, lambda path: path.write_text(text(report), encoding="utf-8"), lambda _path: None)
        return
    from services.exports.daily import deliver_daily  # noqa: PLC0415 - with it come the writers of documents

    deliver_daily(report, out, signer=signer, made_at=clock.now())


def _daily_json(report: Daily, out: Path | None) -> dict[str, Any]:
    lines = [
        {
            "key": line.figure.key,
            "name": line.figure.name,
            "unit": line.figure.unit,
            "today": line.today,
            "total": line.total,
            "definition": line.figure.definition,
        }
        for line in report.lines
    ]
    return {
        "schema": "daily/1",
        "campaign": report.campaign,
        "date": report.day.isoformat(),
        "lines": lines,
        "groups": [asdict(group) for group in report.groups],
        "overdue": report.overdue,
        "late": [{"town": one.town, "count": one.count, "oldest": one.oldest.isoformat()} for one in report.late],
        "text": text(report),
        "path": str(out) if out else None,
    }


def _say(options: Options, document: object, lines: Callable[[], Iterable[str]]) -> None:
    output.say(document, lines, as_json=options.json)
