"""A district whose groups have no program: workbooks in, a package out."""

from __future__ import annotations

from pathlib import Path

from services import migrate, runs
from tests.bench.bars import Figure, timed
from tests.tables_only import write_campaign

REGISTRY, ENTERPRISES, FINDINGS, CASES = 12_000, 681, 5_141, 47


def measure_tables(folder: Path, *, rounds: int) -> Figure:  # noqa: ARG001 - once is enough for a minute's work
    """Run a folder of tables through to its package, and hold it to what was planted.

    Raises:
        RuntimeError: The package says something else.
    """
    truth = write_campaign(folder / "in", registry=REGISTRY, enterprises=ENTERPRISES, findings=FINDINGS, cases=CASES)
    figure = Figure(f"tables only: registry {REGISTRY:,}, {ENTERPRISES} enterprises, {FINDINGS:,} findings → package")
    with migrate.open_store(folder / "data", operator="bench") as store, timed(figure.ours_ms):
        done = runs.run_folder(store, source=folder / "in", target=folder / "out")
    found = {one.key: one.value for one in done.figures}
    got = (found["enterprises"], found["findings"], found["penalty_items"], found["proposed_cases"])
    named = {sentence.partition("：")[0] for step in done.steps for sentence in step.named}
    wanted = (truth.enterprises, truth.findings, truth.penalties, truth.cases)
    if done.package is None or got != wanted or named != truth.disagreeing:
        raise RuntimeError(f"not what was planted: {got}, {wanted}, {named ^ truth.disagreeing}")
    figure.notes = [f"{len(done.steps) - 1} files, {len(named)} enterprises named whose Annex 2 differs from the ledger"]
    return figure
