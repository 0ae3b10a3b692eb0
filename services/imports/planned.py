"""What a plan is made of: its rows, what the clerk chose, files of one batch.

Nothing here asks the database; `plan` fills these and `apply` writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.forms import Row
from services.errors import Problem
from services.imports.read_form import ReadForm, ReadRow, Returned, RowFlag

ACTIONS = ("new", "changed", "same", "rejected")
LEFT_OUT = "按选择不导入"


@dataclass(frozen=True)
class Choice:
    """What the clerk decided about one row; the default is to decide nothing.

    Attributes:
        write: False leaves the row out.
        record_id: It is this record.
        new: It is none of the candidates.
        instead: It is written instead of the row of another file that it repeats.
        keep: Fields where the record keeps what it has.
        mended: By key, the text typed in place of the cell.
    """

    write: bool = True
    record_id: int | None = None
    new: bool = False
    instead: bool = False
    keep: frozenset[str] = frozenset()
    mended: Mapping[str, str] = field(default_factory=dict)


DEFAULT = Choice()


@dataclass(frozen=True)
class Candidate:
    """A record, or a row of these files, that a row may be.

    Attributes:
        record_id: The record; None for a row that is not written yet.
        name: What it is called.
        why: What speaks for it, in words.
        score: From 0 to 1, for the order.
        values: Its values by key.
    """

    record_id: int | None
    name: str
    why: str
    score: float
    values: Row = field(default_factory=dict)


@dataclass
class PlanRow:
    """One row of a file and what becomes of it.

    Attributes:
        ref: Name of the row within its file; key of `Plan.choices`.
        action: "new", "changed", "same" or "rejected".
        values: The row as it would be saved.
        record_id: Record it meets; None for a new one.
        changes: Ours and theirs by field, those that keep ours included; for a repeated row the other's and its own.
        reason: Why it is rejected.
        choice: What was decided about it.
        candidates: What else it may be, best first.
        question: What must be decided before it can be written; empty if nothing.
        twin: File and ref of the row that it repeats.
        mended: It had troubles before the return copy and has none now.
    """

    read: ReadRow
    action: str
    values: Row
    record_id: int | None = None
    uid: str | None = None
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)
    flags: list[RowFlag] = field(default_factory=list)
    reason: str = ""
    ref: str = ""
    choice: Choice = DEFAULT
    candidates: list[Candidate] = field(default_factory=list)
    question: str = ""
    twin: tuple[str, str] | None = None
    mended: bool = False

    def reject(self, reason: str) -> None:
        """Say that the row is not written, and why."""
        self.action, self.reason = "rejected", reason


@dataclass
class Plan:
    """What an import of one file would do.

    Attributes:
        path: The file.
        sha256: Of its content.
        read: What was read from it.
        tables: Each table of it that holds rows.
        rows: Every record of the file, by table.
        head: Newest operation when the plan was made.
        choices: What the clerk decided, by ref.
        others: Plans of the same batch that are applied before it.
        superseded: Rows whose place a row of a later file takes, with the reason.
        claims: Other files of the batch: whom their statistics name was visited.
        results: Findings may make the visit they belong to.
        returned: What this return copy came back with, if it is one.
        made: What comes beside the rows, one sentence each.
        totals: Rows of totals that differ from their rows: sheet, row, sentence.
        named: Where statistics and ledger disagree, one sentence an enterprise.
    """

    path: Path
    sha256: str
    campaign_id: int | None
    read: ReadForm
    tables: list[ReadForm]
    rows: list[tuple[str, PlanRow]]
    head: str
    choices: dict[str, Choice] = field(default_factory=dict)
    others: tuple[Plan, ...] = ()
    superseded: dict[str, str] = field(default_factory=dict)
    claims: tuple[ReadForm, ...] = ()
    results: bool = False
    returned: Returned | None = None
    named: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    totals: list[tuple[str | None, int, str]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by action, with the flagged and the skipped ones."""
        actions = Counter(row.action for _code, row in self.rows)
        flagged = sum(bool(row.flags) for _code, row in self.rows if row.action != "rejected")
        skipped = sum(len(table.skipped) for table in self.tables)
        return {**{action: actions.get(action, 0) for action in ACTIONS}, "skipped": skipped, "flagged": flagged}

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return sum(row.action in ("new", "changed") for _code, row in self.rows)

    @property
    def questions(self) -> int:
        """How many rows wait for a decision."""
        return sum(bool(row.question) for _code, row in self.rows)


@dataclass(frozen=True)
class RefusedFile:
    """A file of a batch that cannot be imported, and why."""

    path: Path
    problem: Problem
    read: ReadForm | None = None


@dataclass
class Batch:
    """Files that are looked at together, in the order in which they are applied."""

    campaign_id: int | None
    plans: list[Plan] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Sums over the plans."""
        total: Counter[str] = Counter()
        for plan in self.plans:
            total.update(plan.counts)
        return {**dict.fromkeys((*ACTIONS, "skipped", "flagged"), 0), **total}
