"""Pictures of every state of the window, for people who judge looks.

Each page, dialog, empty page and trouble with the sample campaign, in every
theme that is asked for; one page also with text half as large again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from services import clock
from services.errors import FileTrouble
from ui import app as application
from ui import scenes, sheet

LARGE = 1.5
LARGE_PAGE = "people"


def draw_screens(work: Path, out: Path, *, themes: Sequence[str], scale: float, size: tuple[int, int]) -> list[Path]:
    """Make the demo in a work folder and draw each state in each theme.

    Args:
        work: Empty folder for the demo's data; the caller removes it.
        out: Folder for the pictures.
        themes: "light", "dark", "hc".
        scale: Text size, 1.0 to 2.0.
        size: Width and height of the window in pixels.

    Returns:
        The pictures: pages in the order of the rail, then dialogs, empty pages, troubles.

    Raises:
        FileTrouble: A picture cannot be written.
    """
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # pictures need no display
    app = application.make_application(["zhifatai"])
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def draw(seen: QWidget, name: str, theme: str) -> None:
        path = out / f"{name}-{theme}-{size[0]}.png"
        if not seen.grab().save(str(path)):
            raise FileTrouble(path=str(path), why="没有写成")
        written.append(path)

    groups = (
        (work / "demo", True, scenes.scenes_of_demo()),
        (work / "empty", False, scenes.scenes_of_nothing()),
        (scenes.spoil(work / "spoilt"), False, [scenes.scene_of_rescue()]),
    )
    try:
        for folder, demo, listed in groups:
            sheet.apply(app, themes[0], scale=scale)
            with scenes.stage(folder, size, demo=demo) as stage:
                for theme in themes:
                    sheet.apply(app, theme, scale=scale)
                    for scene in listed:
                        draw(scene.show(stage), scene.name, theme)
                        if len(listed) > 1:
                            stage.put_away()
        if scale < LARGE:
            sheet.apply(app, themes[0], scale=LARGE)
            with scenes.stage(work / "demo", size, demo=True) as stage:
                page = next(scene for scene in scenes.scenes_of_demo() if scene.name == LARGE_PAGE)
                draw(page.show(stage), f"{LARGE_PAGE}-150", themes[0])
    finally:
        sheet.apply(app, themes[0], scale=scale)
        clock.set_demo_date(None)
    return written
