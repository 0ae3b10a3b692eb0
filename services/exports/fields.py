"""Numbers in a document that stay bound to a figure, as named bookmarks.

While a text is put together, a bound number stands between private marks; in
the docx it stands inside a bookmark, which Word and WPS keep while the clerk
edits around it. So a report that comes back says which of its numbers were
the program's, and whether somebody typed over one.
"""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from services.errors import FileTrouble

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_PREFIX = "zft_"
_MARKS = re.compile(f"({_OPEN}[^{_MIDDLE}]*{_MIDDLE}|{_CLOSE})")
_BOUND = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


class NotAReport(FileTrouble):
    """A file is no docx that can be read."""

    code = "not_a_report"
    template = "“{path}”不是能打开的 docx 文件。"
    mend = "在 Word 或 WPS 里另存为 docx 再试。"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph as it was read: its style, and text with marked numbers."""

    style: str
    text: str


def bind(key: str, text: str) -> str:
    """Return a number that stays bound to the figure of this key."""
    return f"{_OPEN}{key}{_MIDDLE}{text}{_CLOSE}"


def bare(text: str) -> str:
    """Return a text as it is printed, without marks."""
    return _BOUND.sub(lambda found: found[2], text)


def bound(text: str) -> Iterator[tuple[str, str]]:
    """Yield key and text of each bound number."""
    yield from _BOUND.findall(text)


def swap(text: str, change: Any) -> str:
    """Return a text with each bound number replaced by `change(key, text)`."""
    return _BOUND.sub(lambda found: str(change(found[1], found[2])), text)


def put_bookmarks(document: Any) -> None:
    """Turn the marks of a rendered document into bookmarks.

    Args:
        document: The python-docx document; header and footer hold no figures.
    """
    number = 0
    for run in list(document.element.body.iter(qn("w:r"))):
        text = "".join(part.text or "" for part in run.findall(qn("w:t")))
        if not _MARKS.search(text):
            continue
        for token in _MARKS.split(text):
            if token.startswith(_OPEN):
                number += 1
                run.addprevious(_bookmark("w:bookmarkStart", number, f"{_PREFIX}{token[1:-1]}_{number}"))
            elif token == _CLOSE:
                run.addprevious(_bookmark("w:bookmarkEnd", number))
            elif token:
                run.addprevious(_with_text(run, token))
        run.getparent().remove(run)


def read(path: Path) -> list[Paragraph]:
    """Return the paragraphs of a docx, its bound numbers marked again.

    Raises:
        NotAReport: It cannot be read.
    """
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        raise NotAReport(path=str(path)) from err
    return [Paragraph(str(one.style.name if one.style else ""), _marked(one._p)) for one in document.paragraphs]


def _marked(paragraph: Any) -> str:
    found: list[str] = []
    opened: set[str] = set()
    for part in paragraph.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:t"), qn("w:tab"), qn("w:br")):
        if part.tag == qn("w:t"):
            found.append(part.text or "")
        elif part.tag == qn("w:bookmarkStart"):
            name = str(part.get(qn("w:name")) or "")
            if name.startswith(_PREFIX):
                opened.add(str(part.get(qn("w:id"))))
                found.append(f"{_OPEN}{name.removeprefix(_PREFIX).rpartition('_')[0]}{_MIDDLE}")
        elif part.tag == qn("w:bookmarkEnd"):
            if part.get(qn("w:id")) in opened:
                found.append(_CLOSE)
        else:
            found.append(" ")
    # a bookmark that was torn open by editing binds nothing any more
    text = "".join(found)
    whole = _BOUND.sub(lambda pair: f"\0{pair[1]}\1{pair[2]}\2", text)
    return _MARKS.sub("", whole).replace("\0", _OPEN).replace("\1", _MIDDLE).replace("\2", _CLOSE)


def _bookmark(tag: str, number: int, name: str = "") -> Any:
    element = OxmlElement(tag)
    element.set(qn("w:id"), str(number))
    if name:
        element.set(qn("w:name"), name)
    return element


def _with_text(run: Any, text: str) -> Any:
    twin = copy.deepcopy(run)
    for part in twin.findall(qn("w:t"))[1:]:
        twin.remove(part)
    own = twin.find(qn("w:t"))
    own.text = text
    own.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return twin
