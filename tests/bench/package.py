"""The package of the sample campaign: seconds and memory, told without a bar."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.bars import Figure

ROOT = Path(__file__).resolve().parents[2]
_CHILD = """
import json, sys, time
from pathlib import Path
from services import campaigns, migrate, runs

def peak_mb():
    try:  # not ru_maxrss: Linux hands the parent's peak down to the child
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        import psutil
        memory = psutil.Process().memory_info()
        return getattr(memory, "peak_wset", memory.rss) / 1048576

with migrate.open_store(Path(sys.argv[1]), operator="bench") as store:
    with store.read() as session:
        campaign = campaigns.find(session, reference=None).id
    before = peak_mb()
    started = time.perf_counter()
    made = runs.make_package(store, campaign_id=campaign, target=Path(sys.argv[2]))
    seconds = time.perf_counter() - started
    visits = next(figure.value for figure in made.contents.figures if figure.key == "visits")
print(json.dumps({"ms": seconds * 1000, "before": before, "peak": peak_mb(), "visits": visits, "files": len(made.files)}))
"""


def measure_package(folder: Path, *, rounds: int) -> Figure:
    """Make the package of the demo, each time in a process of its own.

    Raises:
        CalledProcessError: The demo or a package failed; what it said is on standard error.
    """
    data = folder / "demo"
    _python("main.py", "--data-dir", str(data), "--json", "demo", "-o", str(folder / "first"))
    figure = Figure("package of the demo")
    peaks: list[float] = []
    told: dict[str, float] = {}
    for number in range(rounds):
        told = json.loads(_python("-c", _CHILD, str(data), str(folder / f"package-{number}")))
        figure.ours_ms.append(told["ms"])
        peaks.append(told["peak"])
    figure.name = f"package of the demo ({told['visits']:.0f} visits, {told['files']:.0f} files, read back)"
    figure.notes = [f"peak memory {max(peaks):,.0f} MB, of it {told['before']:,.0f} MB before it began"]
    return figure


def _python(*words: str) -> str:
    return subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
