"""What the commands say: one JSON document, or plain sentences.

With `--json` exactly one document goes to standard output; sentences about
trouble and the progress bar go to standard error. No Qt here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from services import checks, runs
from services.errors import FileTrouble, Problem
from services.progress import Progress, silent

_MAIN_FIGURES = frozenset({"enterprises", "visits", "findings", "penalty_items", "proposed_cases"})
_WORDS = {
    "new": "新增",
    "changed": "修改",
    "same": "没变",
    "rejected": "没有写入",
    "skipped": "跳过",
    "flagged": "要核对",
    "units": "报送单位",
}


def say(document: object, lines: Callable[[], Iterable[str]], *, as_json: bool) -> None:
    """Put the outcome of a command on standard output."""
    typer.echo(json_text(document) if as_json else "\n".join(lines()))


def say_problem(problem: Problem, *, as_json: bool) -> None:
    """Say why a command was refused, and the way out."""
    if as_json:
        typer.echo(json_text(problem.as_json()))
        return
    typer.echo(problem.message(), err=True)
    if problem.way_out():
        typer.echo(problem.way_out(), err=True)
    for issue in getattr(problem, "issues", ())[1:]:
        typer.echo(f"　{issue.message}", err=True)


def json_text(document: object) -> str:
    """Return a document as the commands write it."""
    return json.dumps(document, ensure_ascii=False, indent=1)


def write_each(documents: Iterable[tuple[Path, Mapping[str, Any]]], folder: Path) -> None:
    """Write the document of each file into a folder.

    Raises:
        FileTrouble: The folder cannot be written.
    """
    names: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, document in documents:
            # 甲.xlsx and 甲.csv must not fall on one name
            name = path.stem if path.stem not in names else path.name
            names.add(name)
            (folder / f"{name}.json").write_text(json_text(document), encoding="utf-8")
    except OSError as err:
        raise FileTrouble(path=str(folder), why="不能写入") from err


@contextmanager
def progress_bar(*, as_json: bool) -> Iterator[Progress]:
    """Show how far long work is, where a person looks on."""
    if as_json or not sys.stderr.isatty():
        yield silent
        return
    with Bar(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), console=console()) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int | None = None, note: str = "") -> None:
            bar.update(task, completed=done, total=total, description=note)

        yield report


def console() -> Console:
    """Return the console of standard error, as it is now."""
    return Console(stderr=True)


def run_lines(done: runs.Run) -> Iterator[str]:
    """Yield what a run did: its steps, main figures, issues, package."""
    yield f"专项行动：{done.campaign}（{done.uid[:8]}）"
    for step in done.steps:
        yield f"　{step.file}　{step.message or counts_words(step.counts)}"
        yield from (f"　　{note}" for note in step.notes)
    yield "　".join(f"{f.name} {'—' if f.value is None else f.value} {f.unit}" for f in done.figures if f.key in _MAIN_FIGURES)
    for issue in done.issues:
        yield check_line(issue)
    if done.package:
        yield from package_lines(done.package)
    elif done.blocked:
        yield done.blocked.message()
        yield done.blocked.way_out()


def package_lines(made: Any) -> Iterator[str]:
    """Yield the files of a package and where it lies."""
    for file in made.files:
        yield f"　{file['name']}（{file['rows']} 行）"
    yield from made.notes
    yield f"报送包：{made.folder}"
    yield f"压缩包：{made.zip}"


def check_line(one: checks.Check) -> str:
    """Return one thing that pre-flight found."""
    waived = f"（已豁免：{one.waived}）" if one.waived else ""
    return f"［{checks.LEVELS[one.level]}］{one.rule}　{one.place}　{one.message}{waived}"


def import_lines(path: Path, document: Mapping[str, Any], reasons: Iterable[tuple[int, str]], *, applied: bool) -> Iterator[str]:
    """Yield what an import does or did."""
    yield f"{path.name}：{counts_words(document['counts'])}"
    for number, reason in reasons:
        yield f"　第 {number} 行 {reason}"
    if applied and not document["applied"]:
        yield "　没有要写入的行，数据没有变化"


def read_line(document: Mapping[str, Any]) -> str:
    """Return what was read from a file."""
    if document["message"]:
        return f"{document['file']}：{document['message']}"
    flagged = sum(bool(row["flags"]) for row in document["rows"])
    said = f"{document['file']}：{document['form']}，{len(document['rows'])} 行，{flagged} 行要核对，跳过 {len(document['skipped'])} 行"
    return "；".join([said, *(remark for remark in document.get("warnings", ()) if not remark.isascii())])


def counts_words(counts: Mapping[str, int]) -> str:
    """Return counts in words; only "new" is said when it is zero."""
    return "，".join(f"{_WORDS[key]} {value}" for key, value in counts.items() if value or key == "new")
