"""The messes that towns make of a table: values, headings, lines, the whole.

Each is a function over a draft (`drafts.Draft`) that changes how it is written
and notes what may be said of it. They compose: `applied` brings any of them in
the order in which they stand. To add one: write `(draft, pick) -> None` in one
of the modules below and put `@mess` before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from tests.imports import mess_lines, mess_tables, mess_values
from tests.imports.drafts import Draft
from tests.imports.mess_values import MESSES

__all__ = ["MESSES", "applied", "mess_lines", "mess_tables", "mess_values"]


def applied(draft: Draft, names: Iterable[str], pick: random.Random) -> Draft:
    """Bring these messes over the draft."""
    wanted = set(names)
    for name, made in MESSES.items():
        if name in wanted:
            made(draft, pick)
    return draft
