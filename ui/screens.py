"""Pictures of every page with the sample campaign, for people who judge looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from services import clock
from ui import app as application
from ui import sheet
from ui.late_store import LateStore
from ui.main_window import MainWindow
from ui.tasks import Tasks

QUIET_MS = 400
LONGEST_MS = 60_000


def draw_screens(work: Path, out: Path, *, themes: Sequence[str], scale: float, size: tuple[int, int]) -> list[Path]:
    """Make the demo in a work folder and draw each page in each theme.

    Args:
        work: Empty folder for the demo's data; the caller removes it.
        out: Folder for the pictures.
        themes: "light", "dark", "hc".
        scale: Text size, 1.0 to 2.0.
        size: Width and height of the window in pixels.

    Returns:
        The pictures, in the order of the rail.
    """
    app = application.make_application(["zhifatai"])
    late = LateStore()
    tasks = Tasks(late)
    window = MainWindow(tasks, application.ENTRIES)
    keeper = application.Keeper(window, late, work)
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        sheet.apply(app, themes[0], scale=scale)
        window.resize(*size)
        window.show()
        keeper.open_demo_in(work)
        settle(tasks)
        for theme in themes:
            sheet.apply(app, theme, scale=scale)
            for entry in application.ENTRIES:
                window.go(entry.key)
                settle(tasks)
                path = out / f"{entry.key}-{theme}-{size[0]}.png"
                window.grab().save(str(path))
                written.append(path)
    finally:
        window.close()
        window.deleteLater()
        clock.set_demo_date(None)
    return written


def settle(tasks: Tasks) -> None:
    """Let the window work until no job has run for a while."""
    loop = QEventLoop()
    quiet = QTimer()
    quiet.setInterval(QUIET_MS)
    quiet.timeout.connect(lambda: loop.quit() if not tasks.running else None)
    QTimer.singleShot(LONGEST_MS, loop, loop.quit)
    quiet.start()
    loop.exec()
    quiet.stop()
