"""Commands about what was done: list, narrow, export, verify, undo, redo.

`ui.cli` adds them to its own with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from services import listing, operations, undoing
from services.exports import listed
from services.listing import Listing
from services.operations import KINDS, NOUNS, Step
from services.store import Store
from ui import cli_output as output
from ui.cli_data import Opener, Options

DONE = 0
EVERYTHING = 10**9
Action = Annotated[str, typer.Argument(help="不写就列出；show 看一步改了什么；verify 核对有没有被改动")]
Day = Callable[[str | None], date | None]


def add_to(app: typer.Typer, options: Options, store: Opener, day: Day) -> None:
    """Add the commands to the command line."""

    @app.command("history")
    def show_history(
        action: Action = "list",
        number: Annotated[int | None, typer.Argument(help="show 后面的步号")] = None,
        person: Annotated[str | None, typer.Option("--by", help="谁做的")] = None,
        since: Annotated[str | None, typer.Option("--from", help="从哪一天，如 2023-04-01")] = None,
        until: Annotated[str | None, typer.Option("--to", help="到哪一天")] = None,
        kind: Annotated[str | None, typer.Option("--kind", help="、".join(KINDS.values()))] = None,
        noun: Annotated[str | None, typer.Option("--about", help="、".join(NOUNS))] = None,
        text: Annotated[str, typer.Option("--find", help="文字，做了什么、谁、原因里都找")] = "",
        limit: Annotated[int, typer.Option("--limit", help="最多列多少步；0 全列")] = 200,
        out: Annotated[Path | None, typer.Option("-o", "--out", help="写成 xlsx")] = None,
    ) -> int:
        """List what was done, show one step, or verify that the record is whole."""
        if action not in ("list", "show", "verify"):
            raise typer.BadParameter("history 后面只能写 show、verify，或什么都不写")
        if (action == "show") != (number is not None):
            raise typer.BadParameter("show 后面要写步号，如 history show 12")
        for word, known, name in ((kind, tuple(KINDS.values()), "--kind"), (noun, tuple(NOUNS), "--about")):
            if word and word not in known:
                raise typer.BadParameter(f"{name} {word}：只能是 {'、'.join(known)}")
        with store() as opened:
            if action == "verify":
                return _verify(opened, as_json=options.json)
            if action == "show":
                return _show(opened, number or 0, as_json=options.json)
            shown = operations.listing(since=day(since), until=day(until), noun=noun or "")
            filters = {key: word for key, word in (("operator", person), ("kind", kind)) if word}
            if out is not None:
                return _export(opened, shown, {"text": text, "filters": filters}, out, as_json=options.json)
            return _list(opened, shown, {"text": text, "filters": filters, "limit": limit or EVERYTHING}, as_json=options.json)

    @app.command()
    def undo(number: Annotated[int | None, typer.Argument(help="步号；不写就撤销最近一步")] = None) -> int:
        """Take back an operation."""
        return _turn(store, options, undoing.undo, number, "撤销")

    @app.command()
    def redo(number: Annotated[int | None, typer.Argument(help="被撤销的步号；不写就重做最近撤销的一步")] = None) -> int:
        """Do again what was taken back."""
        return _turn(store, options, undoing.redo, number, "重做")


def _list(store: Store, shown: Listing, question: dict[str, Any], *, as_json: bool) -> int:
    keys = shown.form.keys
    with store.snapshot() as session:
        rows: list[dict[str, Any]] = [
            dict(zip(keys, values, strict=True)) for _id, values in listing.head(session, shown, scope=None, **question)
        ]
        newest = {entry.id: entry for entry in undoing.entries(session)}
    items = []
    for row in rows:
        known = newest.get(row["id"])
        items.append(
            {
                **{key: row[key] for key in ("id", "operator", "label", "kind", "rows")},
                "at": row["at"].isoformat(timespec="seconds"),
                "reason": operations.reason_of(row["reason"]) or None,
                "state": row["state"] or "",
                "undoable": bool(known and known.undoable),
                "hash": known.hash if known else None,
            }
        )
    said = [
        f"{item['id']:>5}　{item['at'][:16].replace('T', ' ')}　{item['operator']}　{item['label']}"
        + (f"　原因：{item['reason']}" if item["reason"] else "")
        + (f"　{item['state']}" if item["state"] else "")
        for item in items
    ]
    output.say({"schema": "history/1", "items": items}, lambda: said or ["没有符合的步骤"], as_json=as_json)
    return DONE


def _show(store: Store, number: int, *, as_json: bool) -> int:
    with store.snapshot() as session:
        step = operations.load(session, operation_id=number, limit=EVERYTHING)
        why = undoing.ways(session, operation_id=number)
    document = {
        "schema": "history-step/1",
        "id": step.number,
        "at": step.at.isoformat(timespec="seconds"),
        "operator": step.operator,
        "label": step.label,
        "kind": step.kind,
        "reason": step.reason or None,
        "state": step.state,
        "rows": step.rows,
        "undo_refused": why.undo or None,
        "redo_refused": why.redo or None,
        "changes": [
            {
                "record": change.name,
                "part": change.part,
                "verb": change.verb,
                "fields": [{"field": line.field, "old": line.old, "new": line.new} for line in change.lines],
            }
            for change in step.changes
        ],
    }
    output.say(document, lambda: _step_lines(step, why.undo), as_json=as_json)
    return DONE


def _step_lines(step: Step, why: str) -> list[str]:
    lines = [f"第 {step.number} 步　{step.at:%Y-%m-%d %H:%M}　{step.operator}　{step.label}（{step.rows} 处）"]
    lines += [f"原因：{step.reason}"] if step.reason else []
    lines += [step.state] if step.state else []
    for change in step.changes:
        lines.append(f"{change.verb}　{change.name}　{change.part}".rstrip())
        lines += [f"    {line.words()}" if line.old else f"    {line.field}：{line.new}" for line in change.lines]
    return [*lines, f"不能撤销：{why}" if why else f"撤销这一步：undo {step.number}"]


def _verify(store: Store, *, as_json: bool) -> int:
    with store.snapshot() as session, output.progress_bar(as_json=as_json) as progress:
        verdict = undoing.verify(session, progress=progress)
    document = {"schema": "history-verify/1", "operations": verdict.operations, "rows": verdict.rows, "head": verdict.head}
    words = f"操作记录完整：{verdict.operations} 条操作，{verdict.rows} 处改动，校验值 {verdict.head[:16]}"
    output.say(document, lambda: [words], as_json=as_json)
    return DONE


def _export(store: Store, shown: Listing, question: dict[str, Any], out: Path, *, as_json: bool) -> int:
    with store.snapshot() as session, output.progress_bar(as_json=as_json) as progress:
        made = listed.export_listing(session, shown=shown, scope=None, target=out, **question, progress=progress)
    document = {"schema": "export/1", "path": str(made.path), "rows": made.rows, "sha256": made.sha256}
    output.say(document, lambda: [f"已写出 {made.path}（{made.rows} 行）"], as_json=as_json)
    return DONE


def _turn(store: Opener, options: Options, verb: Callable[..., undoing.Entry], number: int | None, word: str) -> int:
    with store(write=True) as opened, output.progress_bar(as_json=options.json) as progress, opened.write(word) as session:
        entry = verb(session, operation_id=number, progress=progress)
    document = {"schema": f"{verb.__name__}/1", "id": entry.id, "label": entry.label, "rows": entry.rows}
    output.say(document, lambda: [f"已{word}：{entry.label}（{entry.rows} 处）"], as_json=options.json)
    return DONE
