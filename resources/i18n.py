"""Marks the texts that people read.

Chinese is the source language: `_("导入附件1")` shows 导入附件1 unless a
catalogue of another language is given. None is shipped. Titles and notes of
official forms are legal text and are never marked.
"""

from __future__ import annotations

import gettext

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def _(text: str) -> str:
    """Return the text in the language of the window."""
    return _catalogue.gettext(text)


def N_(text: str) -> str:
    """Mark a text in a declaration; `_` turns it over when it is shown."""
    return text


def use_catalogue(catalogue: gettext.NullTranslations) -> None:
    """Show texts from a catalogue; texts that it lacks stay Chinese."""
    global _catalogue
    _catalogue = catalogue
