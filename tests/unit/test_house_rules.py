"""The house rules hold, and each of them finds what it is there to find."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests import house_rules as rules
from tests.house_rules import Rule, Source

ALL = tuple(rules.sources())


@dataclass(frozen=True)
class Sample:
    """A piece of a file that a rule lets pass or stops.

    Attributes:
        rule: The rule on trial.
        path: Where the piece is said to stand.
        text: The piece.
    """

    rule: Rule
    path: str
    text: str


DOC = '"""What it is for."""\n'
HOME = "/" + "root/a"

GOOD = (
    Sample(rules.budgets, "models/a.py", DOC + "x = 1\n" * 499),
    Sample(rules.budgets, "models/a.py", "def f():\n" + "    x = 1\n" * 59),
    Sample(rules.budgets, "services/migrations/versions/v0001_a.py", "def f():\n" + "    x = 1\n" * 600),
    Sample(rules.docstrings, "models/a.py", DOC + "def f():\n    '''Do it.'''\n\n\ndef _g():\n    pass\n"),
    Sample(rules.docstrings, "tests/unit/test_a.py", DOC + "def test_it() -> None:\n    pass\n"),
    Sample(rules.commits, "services/store.py", "session.commit()\nSession(engine)\n"),
    Sample(rules.commits, "services/backup.py", "connection.commit()\n"),
    Sample(rules.commits, "services/a.py", "def f(session: Session) -> None:\n    '''Never session.commit().'''\n"),
    Sample(rules.threads, "ui/tasks.py", "# no QThread here\npool = ThreadPoolExecutor(1)\n"),
    Sample(rules.message_boxes, "ui/errors.py", "from PySide6.QtWidgets import QMessageBox\n"),
    Sample(rules.clocks, "services/clock.py", "datetime.now().astimezone()\n"),
    Sample(rules.clocks, "services/a.py", "clock.now()\nclock.today()\n"),
    Sample(rules.prints, "build/make.py", "print('ok')\n"),
    Sample(rules.prints, "ui/cli.py", "typer.echo('ok')\n"),
    Sample(rules.prints, "services/a.py", "job.print()\n"),
    Sample(rules.raw_sql, "services/store.py", "from sqlalchemy import text\n"),
    Sample(rules.raw_sql, "services/a.py", "from sqlalchemy import Text, select\nbox.text()\n"),
    Sample(rules.raw_sql, "services/migrations/versions/v0001_a.py", "op.execute(sa.text('select 1'))\n"),
    Sample(rules.counting, "services/figures/a.py", "select(func.count())\n"),
    Sample(rules.counting, "services/a.py", "rows = session.scalars(query).all()\nif len(names) > 3:\n    func.max(1)\n"),
    Sample(rules.colours, "ui/a.py", "theme.color('ink')\nnumber = '#,##0'\nfirst = '&#250;'  # not #FFFFFF\n"),
    Sample(rules.colours, "resources/icons/a.svg", '<svg fill="currentColor"/>'),
    Sample(rules.places, "README.md", "Data lies in ~/.local/share/Zhifatai; see docs/work/a.md and the temporary folder"),
    Sample(rules.unfinished, "models/a.py", "todo = [1]  # what is still to do\n"),
    Sample(rules.names, "services/store.py", ""),
)

BAD = (
    Sample(rules.budgets, "models/a.py", DOC + "x = 1\n" * 500),
    Sample(rules.budgets, "build/make.py", "def f():\n" + "    x = 1\n" * 60),
    Sample(rules.budgets, "tests/unit/test_a.py", "class A:\n" + "    x = 1\n" * 300),
    Sample(rules.docstrings, "models/a.py", "x = 1\n"),
    Sample(rules.docstrings, "models/a.py", DOC + "def f():\n    pass\n"),
    Sample(rules.docstrings, "ui/a.py", DOC + "class A:\n    '''A thing.'''\n\n    def f(self):\n        pass\n"),
    Sample(rules.docstrings, "ui/a.py", f'"""{"x" * 80}."""\n'),
    Sample(rules.docstrings, "tests/unit/test_a.py", "def test_it() -> None:\n    pass\n"),
    Sample(rules.commits, "services/people.py", "session.commit()\n"),
    Sample(rules.commits, "ui/pages/a.py", "self.session.commit()\n"),
    Sample(rules.commits, "services/people.py", "with Session(engine) as session:\n    pass\n"),
    Sample(rules.threads, "ui/tasks.py", "from PySide6.QtCore import QThread\n"),
    Sample(rules.threads, "ui/a.py", "QtCore.QThreadPool.globalInstance()\n"),
    Sample(rules.message_boxes, "ui/pages/a.py", "QMessageBox.warning(self, '', '')\n"),
    Sample(rules.clocks, "services/a.py", "datetime.now(tz)\n"),
    Sample(rules.clocks, "ui/a.py", "datetime.date.today()\n"),
    Sample(rules.clocks, "models/a.py", "dt.datetime.utcnow()\n"),
    Sample(rules.prints, "services/a.py", "print('here')\n"),
    Sample(rules.prints, "ui/cli.py", "print('{}')\n"),
    Sample(rules.raw_sql, "services/people.py", "from sqlalchemy import select, text\n"),
    Sample(rules.raw_sql, "services/people.py", "import sqlalchemy as sa\nsa.text('select 1')\n"),
    Sample(rules.raw_sql, "services/people.py", "connection.exec_driver_sql('select 1')\n"),
    Sample(rules.counting, "services/a.py", "select(func.count(Finding.id))\n"),
    Sample(rules.counting, "services/packages/a.py", "total = select(func.sum(Finding.no))\n"),
    Sample(rules.counting, "services/a.py", "found = len(session.scalars(query).all())\n"),
    Sample(rules.counting, "ui/a.py", "found = len(list(session.execute(query)))\n"),
    Sample(rules.colours, "ui/a.py", "sheet = 'color: #1D5CB8;'\n"),
    Sample(rules.colours, "services/exports/a.py", "ground = f'#fff'\n"),
    Sample(rules.colours, "resources/icons/a.svg", '<svg fill="#000000"/>'),
    Sample(rules.places, "docs/a.md", f"Look in {HOME}."),
    Sample(rules.places, "build/constraints.txt", "--extra-index" + "-url https://example.org"),
    Sample(rules.unfinished, "models/a.py", "x = 1  # TO" + "DO: more\n"),
    Sample(rules.names, "services/utils.py", ""),
    Sample(rules.names, "ui/common/dialog.py", ""),
)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    found = rules.broken(rule, ALL)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: f"{sample.rule.__name__}-{sample.path}")
def test_the_rule_lets_good_code_pass(sample: Sample) -> None:
    assert rules.broken(sample.rule, [Source(sample.path, sample.text)]) == []


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: f"{sample.rule.__name__}-{sample.path}")
def test_the_rule_stops_bad_code(sample: Sample) -> None:
    assert rules.broken(sample.rule, [Source(sample.path, sample.text)]) != []


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_a_good_and_a_bad_sample(rule: Rule) -> None:
    assert rule in {sample.rule for sample in GOOD}
    assert rule in {sample.rule for sample in BAD}


def test_the_rules_see_the_whole_project() -> None:
    seen = {source.room for source in ALL}
    assert {"models", "services", "ui", "resources", "build", "tests", "pyproject.toml"} <= seen
