"""Commands around received tables: return copies, blank forms, 三方对账."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from services import campaigns, reconciling, runs
from services.errors import Problem, Refused
from services.imports.plan import as_json as plan_json
from services.imports.planned import Plan
from services.imports.worker import Reader
from services.progress import Progress
from services.store import Store
from ui import cli_output as output

DONE, REFUSED = 0, 1
_CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
_Out = Annotated[Path, typer.Option("-o", "--out", help="写到哪里")]


class BadMapping(Refused):
    """A mapping on the command line cannot be read."""

    code = "bad_mapping"
    template = "“{text}”不是“事项=列名”。"
    mend = "写成 --map document_no=文书编号；事项有：{roles}。"


class Options(Protocol):
    """The global options that matter here."""

    json: bool


class Opener(Protocol):
    """Opens the data folder that the global options name."""

    def __call__(self, *, write: bool = False) -> AbstractContextManager[Store]:
        """Open it."""


def add_to(app: typer.Typer, options: Options, opener: Opener) -> None:
    """Add the commands.

    Args:
        app: The commands of the program.
        options: The global options.
        opener: Opens the data folder.
    """

    def say(document: object, lines: Callable[[], Iterable[str]]) -> None:
        output.say(document, lines, as_json=options.json)

    @app.command("return-copy")
    def return_copy(
        file: Path,
        out: _Out,
        campaign: _CampaignOption = None,
        form: Annotated[str | None, typer.Option("--form", help="应当是哪一张表")] = None,
    ) -> int:
        """Write a received file again with what is to be mended in red."""
        with opener() as store:
            plan = runs.plan_file(store, path=file, campaign_id=_campaign(store, campaign, form), expected=form)
            made = runs.return_copy(store, plan=plan, target=out)
        document = {"schema": "return-copy/1", "path": str(made.path), "mark": made.mark, "troubles": made.troubles}
        say(document, lambda: [f"已写出退改件 {out}（{made.troubles} 处要改，编号 {made.mark}）"])
        return DONE

    @app.command("blank-form")
    def blank_form(
        key: str, out: _Out, campaign: _CampaignOption = None, rows: Annotated[int | None, typer.Option("--rows", help="可填的行数")] = None
    ) -> int:
        """Write an empty form to send out."""
        with opener() as store:
            made = runs.blank_form(store, key=key, campaign_id=_campaign(store, campaign, None), target=out, rows=rows)
        document = {"schema": "blank-form/1", "path": str(made.path), "form": made.form, "rows": made.rows}
        say(document, lambda: [f"已写出空表 {out}（可填 {made.rows} 行）"])
        return DONE

    @app.command("reconcile")
    def reconcile(
        files: Annotated[list[Path], typer.Argument(help="从别处导出的表")],
        campaign: _CampaignOption = None,
        mapped: Annotated[list[str] | None, typer.Option("--map", help="事项=列名，如 document_no=文书编号；会记住")] = None,
        out: Annotated[Path | None, typer.Option("-o", "--out", help="结果另存为 xlsx")] = None,
    ) -> int:
        """Compare our visits with tables from elsewhere (三方对账)."""
        said = dict(map(_pair, mapped or []))
        with opener(write=bool(said)) as store:
            outcome = _reconciled(store, files, _campaign(store, campaign, None), said)
        if out is not None:
            reconciling.export(outcome, target=out)
        say({**outcome.as_json(), "path": str(out) if out else None}, lambda: _lines(outcome))
        return DONE


def import_files(
    store: Store,
    files: list[Path],
    campaign_id: int | None,
    form: str | None,
    *,
    apply: bool,
    results: bool,
    progress: Progress,
) -> tuple[list[dict[str, Any]], list[str], int]:
    """Plan files together; return documents, lines and exit status.

    Raises:
        Problem: The only file that was named is refused.
    """
    if len(files) == 1:
        plan = runs.plan_file(store, path=files[0], campaign_id=campaign_id, expected=form, results=results, progress=progress)
        document, writes = plan_json(plan), plan.writes
        if apply:
            document["counts"] = runs.apply(store, plan=plan, last=False, progress=progress)
        return [{**document, "applied": apply and writes > 0}], _plan_lines(plan, document, applied=apply, writes=writes), DONE
    batch = runs.plan_files(store, paths=files, campaign_id=campaign_id, expected=form, results=results, progress=progress)
    documents: dict[Path, dict[str, Any]] = {}
    said: dict[Path, list[str]] = {}
    refused: dict[Path, Problem | None] = {one.path: one.problem for one in batch.refused}
    steps = {step.file: step for step in runs.apply_batch(store, batch=batch, progress=progress)} if apply else {}
    for plan in batch.plans:
        document = plan_json(plan)
        step = steps.get(plan.path.name)
        if step is not None and step.outcome == "refused":
            refused[plan.path] = None
            document, said[plan.path] = {**document, "refused": step.message}, [f"{plan.path.name}：{step.message}"]
        else:
            document["counts"] = step.counts if step else document["counts"]
            writes = document["counts"]["new"] + document["counts"]["changed"]
            document["applied"] = apply and writes > 0
            said[plan.path] = _plan_lines(plan, document, applied=apply, writes=writes)
        documents[plan.path] = document
    for path, problem in refused.items():
        if problem is not None:
            documents[path] = {**problem.as_json(), "file": path.name}
            said[path] = [f"{path.name}：{problem.message()}{problem.way_out()}"]
    return [documents[path] for path in files], [line for path in files for line in said[path]], REFUSED if refused else DONE


def _plan_lines(plan: Plan, document: dict[str, Any], *, applied: bool, writes: int) -> list[str]:
    reasons = [(row.read.row, row.reason) for _code, row in plan.rows if row.reason]
    return list(output.import_lines(plan.path, {**document, "applied": applied and writes > 0}, reasons, applied=applied))


def _reconciled(store: Store, files: list[Path], campaign_id: int, said: dict[str, str]) -> reconciling.Outcome:
    with store.snapshot() as session, Reader() as reader:
        tables = [reconciling.read(session, path, reader=reader, mapping=said or None) for path in files]
    if said:
        with store.write("记住对账表的列") as session:
            for table in tables:
                reconciling.remember(session, mapping=table.mapping)
    with store.snapshot() as session:
        return reconciling.reconcile(session, campaign_id=campaign_id, tables=tables)


def _campaign(store: Store, reference: str | None, form: str | None) -> Any:
    if form == "enterprises" and reference is None:
        return None
    with store.read() as session:
        return campaigns.find(session, reference=reference).id


def _pair(text: str) -> tuple[str, str]:
    role, _, title = text.partition("=")
    if role.strip() not in reconciling.ROLES or not title.strip():
        raise BadMapping(text=text, roles="、".join(f"{key}（{name}）" for key, name in reconciling.ROLES.items()))
    return role.strip(), title.strip()


def _lines(outcome: reconciling.Outcome) -> Iterable[str]:
    yield "，".join(f"{kind} {count}" for kind, count in outcome.counts.items())
    for row in outcome.rows:
        where = f"第 {row['row']} 行" if row["row"] else ""
        yield f"［{row['kind']}］{row['source']}{where}　{row['enterprise'] or ''}　{row['checked_on'] or ''}　{row['said']}"
