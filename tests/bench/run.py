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
import pkgutil
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bars import DAYS, ROUNDS, Figure, table

# By name: a measure of memory must not carry what the others import.
MEASURES: dict[str, str] = {
    "import": "registry:measure_import",
    "history": "registry:measure_history",
    "reading": "reading:measure_reading",
    "planning": "planning:measure_planning",
    "tables": "tables:measure_tables",
    "window": "window:measure_window",
    "package": "package:measure_package",
    "grid": "grid:measure_grid",
    "gaps": "gaps:measure_gaps",
    "papers": "papers:measure_papers",
    "figures": "figures:measure_figures",
    "preflight": "preflight:measure_preflight",
    "city": "figures:measure_city",
}
BY_NAME: dict[str, str] = {"soak": "soak:measure_soak"}


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
                wrong += measure(BY_NAME[name])(Path(folder), days=given.days)
                continue
            measured = measure(MEASURES[name])(Path(folder), rounds=rounds)
        figures += measured if isinstance(measured, list) else [measured]
    if figures:
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, median of {rounds}; never asserted\n")
        print(table(figures))
    return 1 if wrong else 0


def measure(name: str) -> Callable[..., Any]:
    """Return the function of a name as it stands in `MEASURES`."""
    found: Callable[..., Any] = pkgutil.resolve_name(f"tests.bench.{name}")
    return found


if __name__ == "__main__":
    sys.exit(main())
