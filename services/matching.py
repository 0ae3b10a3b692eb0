"""Keys under which the same name meets itself again.

A name is written with full or half width, with blanks, with one bracket or
the other; the key folds these. What the key cannot fold (旧名, 简称) is shown
to the clerk, never merged by the program.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache

_BLANKS = re.compile(r"[\s·•.．‧・]+")


def name_key(name: str) -> str:
    """Return the key of a person's or enterprise's name."""
    if name.isalnum() and unicodedata.is_normalized("NFKC", name):
        return name.casefold()  # nothing in it that could be folded
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def initials(name: str) -> str:
    """Return the pinyin initials of a name, lower case ("瑞丰纺织" → "rffz")."""
    return "".join(map(_initial, name))


@lru_cache(maxsize=20_000)
def _initial(character: str) -> str:
    # Character by character: ten times faster than by phrases, and an import has 12,000 names.
    # So the dictionary of phrases, 240 ms at the first import, stays where it is.
    os.environ["PYPINYIN_NO_PHRASES"] = "true"
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - few starts need it

    return "".join(lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore"))
