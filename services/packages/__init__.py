"""The reporting package: what it holds, how it is made, checked and frozen."""

from __future__ import annotations

from services.packages.contents import Contents, gather, printed_form
from services.packages.extras import Extras
from services.packages.produce import Blocked, Made, discard, export_form, keep_frozen, produce, record, recorded, require_target

__all__ = [
    "Blocked",
    "Contents",
    "Extras",
    "Made",
    "discard",
    "export_form",
    "gather",
    "keep_frozen",
    "printed_form",
    "produce",
    "record",
    "recorded",
    "require_target",
]
