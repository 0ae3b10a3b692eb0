"""House rules that a machine checks; tests/unit/test_house_rules.py runs them.

A rule looks at one file and returns the lines that break it. Rules about code
work on the syntax tree, so comments and texts may speak of what is forbidden.

To add one: 1. write a function `Source -> Iterator[Breach]`; 2. name it in
`RULES`; 3. give a good and a bad sample in the test.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("models", "services", "ui", "resources")
MIGRATIONS = "services/migrations/"

FILE_LINES = 500
FUNCTION_LINES = 60
CLASS_LINES = 300
DOCSTRING_FIRST_LINE = 79

VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc", "base_model", "core"}
RAW_SQL_FILES = {"services/history.py", "services/store.py", "services/backup.py", "services/migrate.py", "services/undoing.py"}
# Where rows are counted. The others count no figure of a campaign: a column of a register,
# who has sent people, what a group carries, what the checks of a file compare, the program's own tables.
COUNTING_PLACES = ("services/figures/", "services/listing.py", "services/store.py", MIGRATIONS)
COUNTING_OF_OTHER_THINGS = {
    *("services/cases.py", "services/reporting.py", "services/equipment.py", "services/reconciling.py"),
    *("services/imports/counted.py", "services/selftest.py", "services/migrate.py", "services/salvaging.py"),
}
CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}

_COLOUR = re.compile(r"(?<![\w&])#(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})\b")
# The odd brackets keep this file from breaking its own rules.
_PLACES = re.compile(r"(?<![\w.~/-])/(?:wor[k]|far[m]|roo[t]|tm[p])/[a-z]|inde[x]-url|https?://[^ ]*(?:/simpl[e]/|registr[y])")
_UNFINISHED = re.compile(r"#.*\b(?:TOD[O]|FIXM[E]|XX[X])\b")


@dataclass(frozen=True)
class Breach:
    """One line that breaks a rule.

    Attributes:
        line: Number of the line.
        what: What is wrong with it, and what to do instead.
    """

    line: int
    what: str


@dataclass(frozen=True)
class Source:
    """One file as the rules see it.

    Attributes:
        path: Place in the project, with slashes.
        text: Its content.
    """

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; only asked of Python files."""
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The first folder, or the file's own name at the top."""
        return PurePosixPath(self.path).parts[0]

    @property
    def is_program(self) -> bool:
        """Whether the file is part of the program, not of its tests or tools."""
        return self.path.endswith(".py") and (self.room in ROOMS or self.path == "main.py")

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Yield the nodes of some kinds, in no promised order."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


Rule = Callable[[Source], Iterator[Breach]]


def budgets(source: Source) -> Iterator[Breach]:
    """Files, functions and classes stay short."""
    if not source.path.endswith(".py") or source.path.startswith(MIGRATIONS):
        return
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield Breach(lines, f"the file has {lines} lines, {FILE_LINES} at most")
    for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        most = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > most:
            yield Breach(node.lineno, f"{node.name} has {length} lines, {most} at most")


def docstrings(source: Source) -> Iterator[Breach]:
    """Modules, public classes and public functions say what they are for."""
    if not source.path.endswith(".py"):
        return
    whole = source.is_program or source.room == "build"
    if whole or source.room == "tests":
        yield from _docstring_of(source.tree, "the module")
    if whole and not source.path.startswith(MIGRATIONS):
        yield from _docstrings_inside(source.tree)


def _docstrings_inside(scope: ast.Module | ast.ClassDef) -> Iterator[Breach]:
    for node in scope.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list):
            yield from _docstring_of(node, node.name)
        if isinstance(node, ast.ClassDef):
            yield from _docstrings_inside(node)


def _docstring_of(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str) -> Iterator[Breach]:
    line = getattr(node, "lineno", 1)
    text = ast.get_docstring(node)
    if not text:
        yield Breach(line, f"{name} has no docstring")
    elif len(text.splitlines()[0]) > DOCSTRING_FIRST_LINE:
        yield Breach(line, f"the docstring of {name} opens with more than {DOCSTRING_FIRST_LINE} characters")


def commits(source: Source) -> Iterator[Breach]:
    """Only the Store opens and commits sessions."""
    if not source.is_program or source.path == "services/store.py":
        return
    for call in source.nodes(ast.Call):
        assert isinstance(call, ast.Call)
        owner, name = _called(call)
        if name == "commit" and (owner.endswith("session") or owner == "s"):
            yield Breach(call.lineno, f"{owner}.commit(): only Store.write commits")
        if name in {"Session", "sessionmaker"}:
            yield Breach(call.lineno, f"{name}(): only the Store opens sessions")


def threads(source: Source) -> Iterator[Breach]:
    """Work off the UI thread goes through ui/tasks.py, never through QThread."""
    if source.is_program:
        yield from _names(source, {"QThread", "QRunnable", "QThreadPool"}, "ask ui/tasks.py instead")


def message_boxes(source: Source) -> Iterator[Breach]:
    """One dialog for all troubles, in one file."""
    if source.is_program and source.path != "ui/errors.py":
        yield from _names(source, {"QMessageBox", "QErrorMessage"}, "ui/errors.py shows what went wrong")


def clocks(source: Source) -> Iterator[Breach]:
    """Only services/clock.py reads the clock."""
    if not source.is_program or source.path == "services/clock.py":
        return
    for call in source.nodes(ast.Call):
        assert isinstance(call, ast.Call)
        owner, name = _called(call)
        if (owner.rpartition(".")[2], name) in CLOCK_CALLS:
            yield Breach(call.lineno, f"{owner}.{name}(): ask services.clock")


def prints(source: Source) -> Iterator[Breach]:
    """The program speaks through its commands and its log."""
    spoken = source.path.endswith(".py") and (source.is_program or source.room == "tests")
    if not spoken or source.path.startswith("tests/bench/"):
        return
    for call in source.nodes(ast.Call):
        assert isinstance(call, ast.Call)
        if _called(call) == ("", "print"):
            yield Breach(call.lineno, "print(): use typer.echo in ui/cli.py, logging elsewhere")


def raw_sql(source: Source) -> Iterator[Breach]:
    """SQL as text stays in the few files that need it."""
    if not source.is_program or source.path in RAW_SQL_FILES or source.path.startswith(MIGRATIONS):
        return
    for node in source.nodes(ast.ImportFrom, ast.Call):
        if isinstance(node, ast.ImportFrom):
            from_sqlalchemy = (node.module or "").split(".")[0] == "sqlalchemy"
            if from_sqlalchemy and any(alias.name == "text" for alias in node.names):
                yield Breach(node.lineno, "sqlalchemy.text: write the query with select()")
        elif isinstance(node, ast.Call):
            owner, name = _called(node)
            if (name == "text" and owner in {"sa", "sqlalchemy"}) or name == "exec_driver_sql":
                yield Breach(node.lineno, f"{name}(): write the query with select()")


def counting(source: Source) -> Iterator[Breach]:
    """Figures come from services/figures: nobody else counts what a query finds."""
    if not source.is_program or source.path.startswith(COUNTING_PLACES) or source.path in COUNTING_OF_OTHER_THINGS:
        return
    for node in source.nodes(ast.Attribute, ast.Call):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "func" and node.attr in {"count", "sum", "avg"}:
            yield Breach(node.lineno, f"func.{node.attr}: ask services.figures or services.listing")
        elif isinstance(node, ast.Call) and _called(node) == ("", "len") and node.args:
            inner = [one for one in ast.walk(node.args[0]) if isinstance(one, ast.Call)]
            if any(_called(one)[1] in {"execute", "scalars"} for one in inner):
                yield Breach(node.lineno, "len() of a query: ask services.figures or services.listing")


def colours(source: Source) -> Iterator[Breach]:
    """Colours have names; their values stand in resources/theme/tokens.toml."""
    if source.path.endswith(".svg"):
        texts: Iterable[tuple[int, str]] = enumerate(source.text.splitlines(), start=1)
    elif source.is_program:
        texts = _strings(source)
    else:
        return
    for line, text in texts:
        for found in _COLOUR.finditer(text):
            yield Breach(line, f"{found[0]}: name a token of resources/theme/tokens.toml")


def places(source: Source) -> Iterator[Breach]:
    """No path of one machine and no package address is written down."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := _PLACES.search(line):
            yield Breach(number, f"{found[0]!r} belongs to one machine")


def unfinished(source: Source) -> Iterator[Breach]:
    """What is not done is written in an issue, not in the code."""
    if source.path.endswith(".py"):
        for number, line in enumerate(source.text.splitlines(), start=1):
            if _UNFINISHED.search(line):
                yield Breach(number, "an unfinished place: finish it or open an issue")


def names(source: Source) -> Iterator[Breach]:
    """Files are named after the thing they hold."""
    path = PurePosixPath(source.path)
    vague = VAGUE_NAMES & {path.stem, *path.parts[:-1]}
    if source.is_program and vague:
        yield Breach(1, f"{vague.pop()} says nothing: name the thing")


RULES: tuple[Rule, ...] = (
    budgets,
    docstrings,
    commits,
    threads,
    message_boxes,
    clocks,
    prints,
    raw_sql,
    counting,
    colours,
    places,
    unfinished,
    names,
)

TEXT_ENDINGS = {".py", ".toml", ".md", ".txt", ".svg", ".csv", ".json", ".ini", ".nsi", ".spec", ".html", ".js", ""}
NOT_OURS = {".git", ".venv", ".work", ".hypothesis", "dist", "__pycache__"}


def sources(root: Path = ROOT) -> Iterator[Source]:
    """Yield every text file of the project."""
    for entry in sorted(root.iterdir()):
        if entry.name in NOT_OURS or entry.name.endswith("_cache"):
            continue
        for file in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if file.is_file() and file.suffix in TEXT_ENDINGS and "__pycache__" not in file.parts:
                yield Source(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))


def broken(rule: Rule, checked: Iterable[Source]) -> list[str]:
    """Return the breaches of a rule as lines that an editor can follow."""
    return [f"{source.path}:{breach.line}: {breach.what}" for source in checked for breach in rule(source)]


def _called(call: ast.Call) -> tuple[str, str]:
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value), call.func.attr
    return "", call.func.id if isinstance(call.func, ast.Name) else ""


def _names(source: Source, forbidden: set[str], instead: str) -> Iterator[Breach]:
    for node in source.nodes(ast.Name, ast.Attribute, ast.alias):
        used = {ast.Name: "id", ast.Attribute: "attr", ast.alias: "name"}[type(node)]
        if getattr(node, used) in forbidden:
            yield Breach(getattr(node, "lineno", 1), f"{getattr(node, used)}: {instead}")


def _strings(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes(ast.Constant):
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, str):
            yield node.lineno, node.value
