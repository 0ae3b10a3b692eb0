"""From the start of a process to the first paint, to data, to the backup.

Each time is taken in a process of its own, offscreen, on the data of the
demo; the reference is a process that shows a bare window with one table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.bars import Figure

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120
# A monotonic clock is the same for all processes of a PC: the parent passes its start.
_WATCH = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

told = {}

def tell(name):
    told.setdefault(name, (time.monotonic() - float(sys.argv[1])) * 1000)

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        # The timer runs when the painting of this turn is over.
        if event.type() == QEvent.Type.Paint and "painted" not in told:
            QTimer.singleShot(0, lambda: tell("painted"))
        return False
"""
_BARE = """
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QMainWindow, QTableView

application = QApplication([])
window, table = QMainWindow(), QTableView()
table.setModel(QStandardItemModel(100, 8, table))
window.setCentralWidget(table)
window.resize(1366, 696)
watch = FirstPaint()
window.installEventFilter(watch)
window.show()
while "painted" not in told:
    application.processEvents()
print(json.dumps(told), flush=True)
"""
_OURS = """
from ui.app import make_application, open_window

data = Path(sys.argv[2])
old = set((data / "backups").glob("*.json"))
application = make_application(sys.argv[:1])
window = open_window(data)
watch = FirstPaint()
window.installEventFilter(watch)
reads = {"asked": 0, "answered": 0}
submit = window.tasks.submit

def answered():
    reads["answered"] += 1

def counted(job):
    # Only what the first page asks of the database, not the opening and not the backup.
    if job._opener is not None and window.stack.currentWidget() is not None:
        reads["asked"] += 1
        job.ended.connect(answered)
    submit(job)

def look():
    if reads["asked"] and reads["asked"] == reads["answered"] and "data" not in told:
        application.processEvents()
        tell("data")
    if set((data / "backups").glob("*.json")) - old:
        tell("backed up")
    if len(told) == 3:
        application.quit()

window.tasks.submit = counted
window.show()
poll = QTimer()
poll.timeout.connect(look)
poll.start(1)
QTimer.singleShot(15000, application.quit)
application.exec()
window.close()
print(json.dumps(told), flush=True)
"""


def measure_window(folder: Path, *, rounds: int) -> list[Figure]:
    """Open the window on the demo's data, against a bare window."""
    painted = Figure("window painted, from the start of the process", reference="bare PySide6 window, one QTableView", bar=2.5)
    filled = Figure("the first page's data on it", reference=painted.reference, bar=5.0)
    if not (ROOT / "ui" / "app.py").is_file():
        painted.notes = ["there is no ui/app.py"]
        return [painted, filled]
    data = folder / "demo"
    _run(["main.py", "--data-dir", str(data), "--json", "demo", "-o", str(folder / "package")])
    backups: list[float] = []
    for _round in range(rounds):
        for kept in (data / "backups").iterdir():
            kept.unlink()  # a young backup would be left as it is
        told = _probe(_OURS, str(data))
        painted.ours_ms.append(told["painted"])
        if "data" in told:
            filled.ours_ms.append(told["data"])
        if "backed up" in told:
            backups.append(told["backed up"] - told["painted"])
        bare = _probe(_BARE)["painted"]
        painted.reference_ms.append(bare)
        filled.reference_ms.append(bare)
    after = f"verified {sorted(backups)[len(backups) // 2]:,.0f} ms after the first paint" if backups else "none within 15 s"
    filled.notes = [f"backup at opening: {after}"]
    return [painted, filled]


def _probe(script: str, *words: str) -> dict[str, float]:
    told: dict[str, float] = json.loads(_run(["-c", _WATCH + script, str(time.monotonic()), *words]))
    return told


def _run(words: list[str]) -> str:
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": str(ROOT / ".work" / "pycache")}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)  # as on a user's PC, also when this was started by hand
    told = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=surroundings, check=True, stdout=subprocess.PIPE, encoding="utf-8", timeout=_SECONDS
    )
    return told.stdout
