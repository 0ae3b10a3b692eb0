"""Make the sample campaign anew: `.venv/bin/python build/sample.py`.

Writes resources/samples/demo: an invented district's notice, units, returned
forms, registers, registry and the report's prose, on the evening of
2023-04-20. The seed is fixed and no clock is read, so a second run changes no
byte. Everybody and everything in it is made up.

Benches take `write_registry` from here for registries of any size.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from build.sample_campaign import ENTERPRISES, Sample, invent
from build.sample_hands import write_hands
from build.sample_notice import write_notice
from build.sample_registry import SEED, write_registry
from build.sample_tables import write_registers, write_units

__all__ = ["SEED", "Sample", "invent", "write_demo", "write_registry"]

TARGET = Path(__file__).resolve().parent.parent / "resources" / "samples" / "demo"


def write_demo(folder: Path, *, seed: int = SEED) -> Sample:
    """Write the whole sample campaign into a folder, over what is there.

    Args:
        folder: Made if missing; `forms` and `registry` below it are emptied first.
        seed: Seed of all invention.

    Returns:
        What was written, as rows.
    """
    for part in ("forms", "registry"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
    sample = invent(seed)
    write_notice(folder)
    write_units(folder / "units.csv")
    write_hands(folder / "forms")
    write_registers(folder / "forms", sample)
    write_registry(folder / "registry" / "企业名录.xlsx", ENTERPRISES, seed=seed)
    return sample


def main() -> None:
    """Rewrite the sample campaign, or write a registry of any size."""
    parser = argparse.ArgumentParser(description="Make the sample campaign.")
    parser.add_argument("--registry", type=int, metavar="COUNT", help="write only a registry of so many enterprises")
    parser.add_argument("-o", "--output", type=Path, help="folder, or workbook with --registry")
    given = parser.parse_args()
    if given.registry:
        for path in write_registry(given.output or Path("企业名录.xlsx"), given.registry):
            print(path)
        return
    sample = write_demo(given.output or TARGET)
    print(f"{len(sample.visits)} visits, {len(sample.findings)} findings, {len(sample.cases)} cases")


if __name__ == "__main__":
    main()
