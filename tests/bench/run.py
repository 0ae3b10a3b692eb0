"""The standard figures: `python3 build/make.py bench [--quick] [NAME …]`.

`soak [--days N]`, a squeezed year of work, takes a quarter of an hour and so
runs only when it is named (see soak.py).

To add one: 1. a function `(folder, *, rounds)` that returns figures, in a module beside
this file; 2. its name in `MEASURES`; 3. its bar and reference in
docs/measurements.md. One that takes minutes goes into `BY_NAME` instead.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bars import ROUNDS, Figure, table
from tests.bench.figures import measure_city, measure_figures
from tests.bench.gaps import measure_gaps
from tests.bench.grid import measure_grid
from tests.bench.package import measure_package
from tests.bench.papers import measure_papers
from tests.bench.planning import measure_planning
from tests.bench.preflight import measure_preflight
from tests.bench.reading import measure_reading
from tests.bench.registry import measure_history, measure_import
from tests.bench.soak import DAYS, measure_soak
from tests.bench.tables import measure_tables
from tests.bench.window import measure_window

MEASURES: dict[str, Callable[..., Figure | list[Figure]]] = {
    "import": measure_import,
    "history": measure_history,
    "reading": measure_reading,
    "planning": measure_planning,
    "tables": measure_tables,
    "window": measure_window,
    "package": measure_package,
    "grid": measure_grid,
    "gaps": measure_gaps,
    "papers": measure_papers,
    "figures": measure_figures,
    "preflight": measure_preflight,
    "city": measure_city,
}
BY_NAME: dict[str, Callable[..., int]] = {"soak": measure_soak}


def main() -> int:
    """Take the figures that were asked for, all if none was, and print them."""
    parser = argparse.ArgumentParser(description="Measure the program on invented data.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join((*MEASURES, *BY_NAME))}")
    parser.add_argument("--quick", action="store_true", help=f"one round, not {ROUNDS}")
    parser.add_argument("--days", type=int, default=DAYS, help=f"of the soak, not {DAYS}")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in MEASURES and name not in BY_NAME]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    # A read longer than 200 ms is worth a warning on a clerk's PC, not here.
    logging.getLogger("services.store").setLevel(logging.ERROR)
    rounds = 1 if given.quick else ROUNDS
    figures: list[Figure] = []
    wrong = 0
    for name in given.names or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            if name in BY_NAME:
                wrong += BY_NAME[name](Path(folder), days=given.days)
                continue
            measured = MEASURES[name](Path(folder), rounds=rounds)
        figures += measured if isinstance(measured, list) else [measured]
    if figures:
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, median of {rounds}; never asserted\n")
        print(table(figures))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
