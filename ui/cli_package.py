"""Commands about what is handed in: versions, receipts, lock, report.

Whatever the page 报送打包 can do beside making a package. `ui.cli` adds them
with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from models.forms import Row
from services import campaigns, checks, clock, closing, figures
from services.figures import report_words
from services.packages import prose, receipts, templates
from services.packages.versions import compare_versions, versions
from ui import cli_output as output
from ui.cli_data import Opener, Options

DONE = 0
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
Day = Callable[[str | None], date | None]


def add_to(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    """Add the commands to the command line."""

    def say(document: dict[str, Any], lines: list[str]) -> int:
        output.say(document, lambda: lines, as_json=options.json)
        return DONE

    _add_versions(app, store, day, say)
    _add_waivers(app, store, say)
    _add_states(app, store, say)
    _add_report(app, store, say)


def _add_versions(app: typer.Typer, store: Opener, day: Day, say: Callable[..., int]) -> None:
    @app.command("packages")
    def list_packages(campaign: CampaignOption = None) -> int:
        """List the versions that were handed in, with their receipts."""
        with store() as opened, opened.read() as session:
            found = versions(session, campaign_id=campaigns.find(session, reference=campaign).id)
        items: list[dict[str, Any]] = [
            {
                "version": one.number,
                "made_at": one.made_at.isoformat(),
                "name": one.name,
                "difference": one.difference or None,
                "receipts": [receipt.words for receipt in one.receipts],
            }
            for one in found
        ]
        lines = [f"第{i['version']}版　{i['name']}　{i['difference'] or ''}　{'；'.join(i['receipts'])}" for i in items]
        return say({"schema": "packages/1", "items": items}, lines or ["还没有报送过"])

    @app.command("diff-package")
    def diff_package(earlier: int, later: int, campaign: CampaignOption = None) -> int:
        """Say what changed between two versions."""
        with store() as opened, opened.read() as session:
            number = campaigns.find(session, reference=campaign).id
            found = compare_versions(session, folder=opened.folder, campaign_id=number, earlier=earlier, later=later)
        lines = [found.words]
        lines += [f"　{c.table}　{c.row}　{c.what}　{c.was or '—'} → {c.now or '—'}" for c in found.changes]
        return say(found.as_json(), lines)

    @app.command("receipt")
    def add_receipt(
        version: int,
        by: Annotated[str, typer.Option("--by", help="谁接收")],
        on: Annotated[str | None, typer.Option("--on", help="哪一天；不写是今天")] = None,
        returned: Annotated[str | None, typer.Option("--returned", help="退回意见；写了就是退回")] = None,
        unit: Annotated[str | None, typer.Option("--unit", help="接收单位")] = None,
        campaign: CampaignOption = None,
    ) -> int:
        """Record who took a version, or sent it back."""
        outcome = receipts.RETURNED if returned is not None else receipts.TAKEN
        row: Row = {"outcome": outcome, "taken_by": by, "taken_on": day(on) or clock.today(), "unit": unit, "opinion": returned}
        with store(write=True) as opened, opened.write("登记回执") as session:
            number = campaigns.find(session, reference=campaign).id
            receipts.save(session, campaign_id=number, version=version, row=row)
            words = receipts.of(session, campaign_id=number)[version][-1].words
        return say({"schema": "receipt/1", "version": version, "words": words}, [f"第{version}版：{words}"])


def _add_waivers(app: typer.Typer, store: Opener, say: Callable[..., int]) -> None:
    @app.command("waive")
    def waive(
        rule: str,
        reason: Annotated[str, typer.Argument(help="为什么可以这样报")] = "",
        record: Annotated[str, typer.Option("--record", help="只豁免一条记录：编号或前 8 位")] = "",
        back: Annotated[bool, typer.Option("--back", help="收回豁免")] = False,
        campaign: CampaignOption = None,
    ) -> int:
        """Let a pre-flight rule pass with a reason, or take that back."""
        with store(write=True) as opened, opened.write(f"{'收回豁免' if back else '豁免'} {rule.upper()}") as session:
            number = campaigns.find(session, reference=campaign).id
            if back:
                checks.take_back(session, campaign_id=number, rule=rule.upper(), uid=record)
            else:
                checks.waive(session, campaign_id=number, rule=rule.upper(), reason=reason, uid=record)
            kept = checks.kept(session, campaign_id=number)
        items = [{"rule": one.key, "reason": one.reason, "on": one.on} for one in kept]
        return say({"schema": "waivers/1", "items": items}, [f"{i['rule']}　{i['reason']}　{i['on']}" for i in items] or ["没有豁免"])


def _add_states(app: typer.Typer, store: Opener, say: Callable[..., int]) -> None:
    def change(verb: str, campaign: str | None, call: Callable[..., None]) -> int:
        with store(write=True) as opened, opened.write(verb) as session:
            found = campaigns.find(session, reference=campaign)
            call(session, campaign_id=found.id)
            name, state = found.name, closing.state_of(session, campaign_id=found.id)
        return say({"schema": "campaign-state/1", "name": name, "state": state}, [f"“{name}”{closing.WORDS[state]}"])

    @app.command("lock-campaign")
    def lock(campaign: CampaignOption = None) -> int:
        """After handing in: every change is 补报 from now on and needs a reason."""
        return change("锁定专项行动", campaign, closing.lock)

    @app.command("close-campaign")
    def close(campaign: CampaignOption = None) -> int:
        """Close a locked campaign; nothing of it changes any more."""
        return change("结束专项行动", campaign, closing.close)

    @app.command("reopen-campaign")
    def reopen(why: Annotated[str, typer.Argument(help="为什么重新打开")], campaign: CampaignOption = None) -> int:
        """Take a campaign one step back, with a reason."""
        return change(
            "重新打开专项行动", campaign, lambda session, *, campaign_id: closing.reopen(session, campaign_id=campaign_id, reason=why)
        )


def _add_report(app: typer.Typer, store: Opener, say: Callable[..., int]) -> None:
    @app.command("audit-report")
    def audit_report(
        file: Annotated[Path | None, typer.Argument(help="在 Word 里改过的总结；不写就查程序里的文字")] = None,
        take: Annotated[bool, typer.Option("--take", help="把改过的文字收回程序")] = False,
        campaign: CampaignOption = None,
    ) -> int:
        """List digits that rest on no figure, and figures that moved since."""
        if take and file is None:
            raise typer.BadParameter("--take 要写上改过的 docx")
        with store(write=take) as opened:
            with opened.snapshot() as session:
                number = campaigns.find(session, reference=campaign).id
                facts = figures.collect(session, campaign_id=number, as_of=clock.today())
                computed = figures.all_figures(session, facts)
                parts = prose.load(session, campaign_id=number)
            if file is None:
                found = prose.audit(parts, {one.key: report_words.shown(one) for one in computed})
            else:
                parts, found = prose.read_back(file, computed)
            if take:
                with opened.write(f"收回总结文字（{file.name if file else ''}）") as session:
                    prose.save(session, campaign_id=number, parts=parts)
        lines = [f"没有绑定：{one.part}“{one.around}”{'，现在等于' + '、'.join(one.like) if one.like else ''}" for one in found.loose]
        lines += [f"数字变了：{one.name} {one.was} → {one.now}" for one in found.moved]
        lines += [f"没有这个指标：{{{name}}}" for name in found.unknown]
        return say(found.as_json(), lines or ["总结里的数字都绑定着指标，没有变动"])

    @app.command("report-template")
    def report_template(
        file: Annotated[Path | None, typer.Argument(help="docx 模板；不写就说现在用哪一个")] = None,
        shipped: Annotated[bool, typer.Option("--shipped", help="恢复自带模板")] = False,
    ) -> int:
        """Take an office's own template for the report, or go back to the shipped one."""
        with store(write=shipped or file is not None) as opened:
            if file is not None or shipped:
                with opened.write("换总结模板") as session:
                    if file is not None:
                        templates.choose(session, folder=opened.folder, path=file)
                    else:
                        templates.restore(session)
            with opened.read() as session:
                now = templates.in_force(session, folder=opened.folder)
        return say({"schema": "report-template/1", "name": now.name or None, "path": str(now.path)}, [now.name or "自带模板"])
