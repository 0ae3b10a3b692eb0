"""Files that the program carries: fonts, icons, tokens, templates, samples.

Plain files, found by `path`; nothing is compiled in. The packaged program
unpacks them under its own folder, from source they lie beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path


def path(*parts: str) -> Path:
    """Return where a carried file or folder lies.

    Args:
        parts: Names below the resources folder, as in `path("fonts", "x.ttf")`.
    """
    unpacked = getattr(sys, "_MEIPASS", None)
    root = Path(unpacked) / "resources" if unpacked else Path(__file__).parent
    return root.joinpath(*parts)
