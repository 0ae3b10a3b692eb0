"""How long the window is deaf while 12,000 rows are imported: gaps of its thread.

A timer of 10 ms ticks in a shown window with the registry open; a tick that
comes late is a gap. Reading, planning and writing run as the tasks do them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from build.sample import write_registry
from tests.bench.bars import Figure

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12_000
LONGEST_MS = 100
_IMPORT = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from services import migrate, runs
from services.imports.plan import read_file
from services.imports.worker import Reader
from ui import app as application
from ui.main_window import MainWindow
from ui.tasks import Tasks

folder, book = Path(sys.argv[1]), Path(sys.argv[2])
app = application.make_application(["zhifatai"])
store = migrate.open_store(folder, operator="bench")
tasks = Tasks(store)
window = MainWindow(tasks, application.ENTRIES)
window.show()
window.go("enterprises")
loop, gaps, last = QEventLoop(), [], [0.0]

def tick():
    now = time.perf_counter()
    if last[0]:
        gaps.append((now - last[0]) * 1000)
    last[0] = now

def run(job):
    job.ended.connect(loop.quit)
    job.start(window)
    loop.exec()

pause = QTimer()
pause.singleShot(1500, loop.quit)
loop.exec()
timer = QTimer()
timer.setInterval(10)
timer.timeout.connect(tick)
reader = Reader()
timer.start()

def whole(progress):
    read = read_file(book, reader=reader, expected="enterprises")
    plan = runs.plan_read(store, path=book, read=read, campaign_id=None)
    return runs.apply(store, plan=plan)

found = []
run(tasks.work(whole).with_progress("import").then(found.append))
QTimer.singleShot(1500, loop.quit)
loop.exec()
timer.stop()
reader.close()
gaps.sort()
print(json.dumps({"new": found[0]["new"], "p95": gaps[int(len(gaps) * 0.95)], "max": gaps[-1], "over": sum(gap > 100 for gap in gaps)}))
tasks.shutdown()
store.close()
"""


def measure_gaps(folder: Path, *, rounds: int) -> Figure:
    """Tell the longest gap of the window's thread while the registry is imported, and p95."""
    book = folder / "registry.xlsx"
    write_registry(book, ROWS)
    figure = Figure(f"longest gap of the window, {ROWS:,} rows coming in", reference=f"{LONGEST_MS} ms", bar=1.0)
    usual: list[float] = []
    for number in range(rounds):
        told = _run(folder / str(number), book)
        if told["new"] != ROWS:
            raise RuntimeError(f"{told['new']} rows arrived, not {ROWS}")
        figure.ours_ms.append(told["max"])
        figure.reference_ms.append(float(LONGEST_MS))
        usual.append(told["p95"])
    figure.notes = [f"p95 {statistics.median(usual):,.0f} ms (a tick is due every 10)"]
    return figure


def _run(data: Path, book: Path) -> dict[str, float]:
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    words = [sys.executable, "-c", _IMPORT, str(data), str(book)]
    done = subprocess.run(words, cwd=ROOT, env=surroundings, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
