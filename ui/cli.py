"""Every headless command, through the same services as a click in the window.

Exit status: 0 done, 1 an expected refusal, 2 wrong usage, 3 a bug. With
`--json` one document goes to standard output and nothing else; progress and
sentences go to standard error.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

import resources
from services import backup, campaigns, checks, clock, history, lookup, migrate, packages, runs, settings
from services.errors import NoOperator, Problem, Refused
from services.imports.plan import read_file
from services.imports.worker import Reader
from services.paths import default_data_folder
from services.progress import Progress
from services.store import Store
from ui import cli_cases, cli_data, cli_figures, cli_history, cli_import, cli_package, cli_people, cli_words
from ui import cli_output as output

# typer carries click inside and names only some of its errors
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
DONE, REFUSED, USAGE, BUG = 0, 1, 2, 3
EARLIEST = 2000  # no campaign and no rule is older
_INTERRUPTED = 130
DEMO_OPERATOR = "演示用户"
_VALUED = frozenset({"--data-dir", "--database", "--operator", "--reason"})
_DEMO_FOLDER = "Zhifatai-demo"

app = typer.Typer(add_completion=False, no_args_is_help=False, help="执法台：一次集中执法检查，从通知到报送包。", rich_markup_mode=None)

CampaignOption = Annotated[str | None, typer.Option("--campaign", help="编号、编号前 8 位或名称；只有一个时可不写")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="数字截至哪一天，如 2023-04-26")]
Out = Annotated[Path, typer.Option("-o", "--out", help="写到哪里")]
Files = Annotated[list[Path], typer.Argument(help="文件")]


class DatabaseNotYet(Refused):
    """Server databases are not part of this version."""

    code = "database_not_supported"
    template = "这个版本只用本机数据文件，还不能连接 {where}。"
    mend = "去掉 --database，用 --data-dir 指定数据文件夹。"


class BadDate(Refused):
    """A date on the command line cannot be read."""

    code = "bad_date"
    template = "“{text}”不是 2000 年以后的日期。"
    mend = "写成 2023-04-26。"


class Stopped(Refused):
    """The user stopped the command."""

    code = "stopped"
    template = "已停止，没有留下写了一半的内容。"


class BadWaiver(Refused):
    """A waiver has no reason."""

    code = "bad_waiver"
    template = "“{text}”不是“规则=理由”。"
    mend = "写成 --waive P18=已报批，两边都不能空。"


@dataclass
class Options:
    """The global options of this call."""

    data_dir: Path | None = None
    json: bool = False
    operator: str | None = None
    reason: str | None = None


_options = Options()


def run(arguments: list[str]) -> int:
    """Run one command line; return its exit status.

    Args:
        arguments: Without the program's name.
    """
    first, rest = _hoisted(arguments)
    _options.json = "--json" in first
    if not rest and "--database" not in first:
        return _open_window(first)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        outcome = app(args=[*first, *rest], standalone_mode=False, prog_name="zhifatai")
    except Problem as problem:
        output.say_problem(problem, as_json=_options.json)
        return REFUSED
    except UsageError as usage:
        typer.echo(f"{usage}\n用 --help 看可以用的命令和选项。", err=True)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        outcome = _INTERRUPTED
    except Exception:  # noqa: BLE001 - the one place where a bug of a command ends, with its trace
        traceback.print_exc(file=sys.stderr)
        return BUG
    if outcome == _INTERRUPTED:  # typer turns Ctrl-C into this number
        output.say_problem(Stopped(), as_json=_options.json)
        return REFUSED
    return outcome if isinstance(outcome, int) else DONE


@app.callback(invoke_without_command=True)
def _globals(
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="数据文件夹")] = None,
    database: Annotated[str | None, typer.Option("--database", help="服务器数据库（以后的版本）")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="只输出一份 JSON")] = False,
    operator: Annotated[str | None, typer.Option("--operator", help="谁在操作")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="为什么改，记入操作记录")] = None,
) -> None:
    """Keep the global options for the command that follows."""
    _options.data_dir, _options.json, _options.operator = data_dir, as_json, (operator or "").strip() or None
    _options.reason = (reason or "").strip() or None
    if database:
        raise DatabaseNotYet(where=database)


@app.command("run")
def run_folder(
    folder: Path, out: Annotated[Path | None, typer.Option("-o", "--out")] = None, as_of: AsOf = None, draft: bool = False
) -> int:
    """One campaign from a folder of files: import, figures, pre-flight, package."""
    with _store(write=True) as store:
        return _run(store, folder, out, as_of=as_of, draft=draft, demo=False)


@app.command()
def demo(out: Annotated[Path | None, typer.Option("-o", "--out")] = None) -> int:
    """Run the sample campaign in a data folder of its own."""
    _options.operator = _options.operator or DEMO_OPERATOR
    if _options.data_dir is None:
        _options.data_dir = default_data_folder().with_name(_DEMO_FOLDER)
    with _store(write=True) as store:
        return _run(store, resources.path("samples", "demo"), out, as_of=None, draft=False, demo=True)


@app.command("read-form")
def read_form(
    files: Files,
    form: Annotated[str | None, typer.Option("--form", help="应当是哪一张表")] = None,
    out_dir: Annotated[Path | None, typer.Option("--out-dir", help="每个文件写一份 JSON")] = None,
) -> int:
    """Read forms and say what is in them; nothing is written into the data."""
    documents = []
    with Reader() as reader, _progress() as progress:
        for number, path in enumerate(files):
            progress(number, len(files), path.name)
            documents.append((path, read_file(path, reader=reader, expected=form).as_json()))
    if out_dir is not None:
        output.write_each(documents, out_dir)
    many = {"schema": "form-import-list/1", "files": [document for _path, document in documents]}
    _print(documents[0][1] if len(documents) == 1 else many, lambda: [output.read_line(document) for _path, document in documents])
    return REFUSED if all(document["outcome"] == "rejected" for _path, document in documents) else DONE


@app.command("import-form")
def import_form(
    files: Files,
    campaign: CampaignOption = None,
    form: Annotated[str | None, typer.Option("--form", help="应当是哪一张表")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不加只看会怎样")] = False,
    results: Annotated[bool, typer.Option("--as-results", help="作为检查组的结果：没有检查记录的，由台账带出")] = False,
) -> int:
    """Plan the import of forms; with --apply write each as one undoable operation."""
    with _store(write=apply) as store, runs.backed_up_after(store):
        with store.read() as session:
            campaign_id: int | None = campaigns.find(session, reference=campaign).id
        return _import(store, files, campaign_id, form, apply=apply, results=results)


@app.command("import-enterprises")
def import_enterprises(files: Files, apply: Annotated[bool, typer.Option("--apply", help="写入；不加只看会怎样")] = False) -> int:
    """Plan the import of the registry; with --apply write it."""
    with _store(write=apply) as store, runs.backed_up_after(store):
        return _import(store, files, None, "enterprises", apply=apply)


@app.command("new-campaign")
def new_campaign(
    name: Annotated[str, typer.Option("--name", help="专项行动名称")],
    issuer: Annotated[str | None, typer.Option("--issuer", help="发文机关")] = None,
    issued_on: Annotated[str | None, typer.Option("--issued-on", help="发文日期")] = None,
    due: Annotated[str | None, typer.Option("--due", help="附件2、附件3 和总结的报送日期")] = None,
    groups: Annotated[int | None, typer.Option("--groups", help="检查组数")] = None,
    quota: Annotated[int | None, typer.Option("--quota", help="每组应查家数")] = None,
    phase: Annotated[list[str] | None, typer.Option("--phase", help="名称=开始..结束")] = None,
    category: Annotated[list[str] | None, typer.Option("--category", help="问题类别，按附件2 次序")] = None,
    unit: Annotated[list[str] | None, typer.Option("--unit", help="报送单位，按官方次序")] = None,
    annex_title: Annotated[list[str] | None, typer.Option("--annex-title", help="编号=标题，如 2=检查情况统计表")] = None,
) -> int:
    """Make a campaign by hand."""
    phases = [
        {"name": left, "start": span[0], "end": span[-1]} for left, right in map(_halves, phase or []) for span in [right.split("..")]
    ]
    facts: dict[str, Any] = {
        "name": name, "issuer": issuer, "issued_on": issued_on, "groups": groups, "min_enterprises_per_group": quota, "phases": phases,
        "categories": category, "deadlines": [{"what": "附件2、附件3 和工作总结", "due": due, "kind": "submit"}] if due else [],
        "attachments": [{"no": left, "title": right} for left, right in map(_halves, annex_title or [])],
    }  # fmt: skip
    with _store(write=True) as store, store.write(f"建立专项行动（{name}）") as session:
        made = campaigns.create(session, facts=facts)
        campaigns.set_units(session, campaign_id=made.id, units=[{"name": one} for one in unit or []])
        document = {"schema": "campaign/1", "uid": made.uid, "name": made.name}
    _print(document, lambda: [f"已建立 {document['name']}（{document['uid'][:8]}）"])
    return DONE


@app.command("campaigns")
def list_campaigns() -> int:
    """List the campaigns."""
    with _store() as store, store.read() as session:
        items = lookup.list_campaigns(session)
    _print(
        {"schema": "campaigns/1", "items": items},
        lambda: [f"{c['uid'][:8]}　{c['name']}　{c['state']}" for c in items] or ["还没有专项行动"],
    )
    return DONE


@app.command()
def show(noun: str, uid: str) -> int:
    """Show one record with its history."""
    with _store() as store, store.read() as session:
        document = lookup.show(session, noun=noun, uid=uid)
    lines = [f"{document['titles'][key]}：{value}" for key, value in document["values"].items() if value is not None]
    lines += [f"{h['at'][:16]}　{h['operator']}　{h['label']}　{h['changes']}" for h in document["history"]]
    _print(document, lambda: lines)
    return DONE


@app.command("check")
def check_campaign(
    campaign: CampaignOption = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", help="规则=理由，或 规则:编号=理由；只在这一次算豁免")] = None,
    as_of: AsOf = None,
) -> int:
    """Pre-flight: what does not agree before the package goes out."""
    waivers = dict(map(_waiver, waive or []))
    with _store() as store:
        day = _day(as_of) or clock.today()
        with store.snapshot() as session:
            number = campaigns.find(session, reference=campaign).id
            found = checks.run(session, campaign_id=number, as_of=day, waivers=waivers)
    _print(checks.as_json(found), lambda: [output.check_line(one) for one in found] or ["体检通过，没有要处理的事项"])
    return DONE


@app.command("package")
def make_package(
    out: Out,
    campaign: CampaignOption = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", help="规则=理由")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="出草稿，不编版本号")] = False,
    by_unit: Annotated[bool, typer.Option("--by-unit", help="附各镇办分表")] = False,
    public: Annotated[bool, typer.Option("--public", help="附公示名单，隐去个人信息")] = False,
    as_of: AsOf = None,
) -> int:
    """Make the reporting package; an unwaived blocking issue stops it."""
    waivers = dict(map(_waiver, waive or []))
    extras = packages.Extras(by_unit=by_unit, public=public) if by_unit or public else None
    with _store(write=True) as store, _progress() as progress:
        with store.read() as session:
            campaign_id = campaigns.find(session, reference=campaign).id
        made = runs.make_package(
            store, campaign_id=campaign_id, target=out, as_of=_day(as_of), waivers=waivers, draft=draft, extras=extras, progress=progress
        )
    _print(made.as_json(), lambda: output.package_lines(made))
    return DONE


@app.command("export-form")
def export_form(key: str, out: Out, campaign: CampaignOption = None) -> int:
    """Write one annex or register as xlsx or pdf."""
    with _store() as store:
        with store.read() as session:
            campaign_id = campaigns.find(session, reference=campaign).id
        count = runs.export_form(store, campaign_id=campaign_id, key=key, target=out)
    _print({"schema": "export/1", "path": str(out), "rows": count}, lambda: [f"已写出 {out}（{count} 行）"])
    return DONE


@app.command("backup")
def make_backup() -> int:
    """Make a verified backup."""
    with _store(write=True, backed_up=False) as store:
        made = backup.at(store, "manual")
    assert made is not None
    document = {"schema": "backup/1", "path": str(made.path), "sha256": made.sha256, "counts": made.counts, "history_head": made.head}
    _print(document, lambda: [f"已备份并核对：{made.path}"])
    return DONE


@app.command()
def screens(
    out: Out,
    theme: Annotated[list[str] | None, typer.Option("--theme", help="light、dark、hc")] = None,
    scale: Annotated[float, typer.Option("--scale", help="文字大小，1.0 到 2.0")] = 1.0,
    size: Annotated[str, typer.Option("--size", help="窗口大小")] = "1366x696",
) -> int:
    """Draw every page with the sample campaign as pictures."""
    from ui.screens import draw_screens

    with tempfile.TemporaryDirectory() as folder:
        written = draw_screens(Path(folder), out, themes=theme or ["light", "dark"], scale=scale, size=_size(size))
    _print({"schema": "screens/1", "files": [str(path) for path in written]}, lambda: [str(path) for path in written])
    return DONE


@contextmanager
def _store(*, write: bool = False, backed_up: bool = True) -> Iterator[Store]:
    folder = _options.data_dir or default_data_folder()
    with migrate.open_store(folder, operator=_options.operator, writable=write) as store:
        if store.notice:
            typer.echo(store.notice, err=True)
        with store.read() as session:
            stored = settings.load(session)
        store.operator = _options.operator or stored.operator or None
        if write:
            if not store.operator:
                raise NoOperator
            if not stored.operator:
                with store.write("登记操作人") as session:
                    history.describe(session, kind="system")
                    settings.save(session, settings=replace(stored, operator=store.operator))
        store.reason = _options.reason or ""
        with backup.around(store) if write and backed_up else nullcontext():
            yield store


def _run(store: Store, folder: Path, out: Path | None, *, as_of: str | None, draft: bool, demo: bool) -> int:
    target = out or store.folder.packages
    with _progress() as progress:
        done = runs.run_folder(store, source=folder, target=target, as_of=_day(as_of), draft=draft, demo=demo, progress=progress)
    _print(done.as_json(), lambda: output.run_lines(done))
    return DONE if done.package else REFUSED


def _import(store: Store, files: list[Path], campaign_id: int | None, form: str | None, *, apply: bool, results: bool = False) -> int:
    with _progress() as progress:
        documents, lines, status = cli_import.import_files(store, files, campaign_id, form, apply=apply, results=results, progress=progress)
    _print(documents[0] if len(documents) == 1 else {"schema": "import-plan-list/1", "files": documents}, lambda: lines)
    return status


def _open_window(options: list[str]) -> int:
    from ui.app import run_window

    return run_window(Path(options[options.index("--data-dir") + 1]) if "--data-dir" in options else None)


def _hoisted(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the global options and the rest, wherever the former were typed."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for one in waiting:
        name, _, value = one.partition("=")
        if one == "--":
            return first, [*rest, one, *waiting]
        if name in _VALUED:
            given = value or next(waiting, "")
            if given:
                first += [name, given]
            elif name != "--operator":
                rest.append(name)  # without its value: the parser says so
        elif one == "--json":
            first.append(one)
        else:
            rest.append(one)
    return first, rest


def _progress() -> AbstractContextManager[Progress]:
    return output.progress_bar(as_json=_options.json)


def _print(document: object, lines: Callable[[], Iterable[str]]) -> None:
    output.say(document, lines, as_json=_options.json)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"--size {text}：写成 宽x高，如 1366x696")
    return int(width), int(height)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as err:
        raise BadDate(text=text) from err
    if day.year < EARLIEST:
        raise BadDate(text=text)
    return day


def _halves(text: str) -> tuple[str, str]:
    left, _, right = text.partition("=")
    return left.strip(), right.strip()


def _waiver(text: str) -> tuple[str, str]:
    rule, reason = _halves(text)
    if not rule or not reason:
        raise BadWaiver(text=text)
    return rule.upper(), reason


cli_data.add_to(app, _options, _store)
cli_history.add_to(app, _options, _store, _day)
cli_figures.add_to(app, _options, _store, _day)
cli_import.add_to(app, _options, _store)
cli_people.add_to(app, _options, _store, _day)
cli_cases.add_to(app, _options, _store, _day)
cli_package.add_to(app, _options, _store, _day)
cli_words.put_in(app)
