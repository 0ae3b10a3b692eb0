"""Which fonts the office's files name, and which are on this PC.

A workbook or report names the official fonts; the PC that opens it must have
them. A PDF carries its fonts inside: those of Windows where they are present,
else the open fonts that come with the program.

To add a font: 1. its files in `_WINDOWS_FILES`; 2. the name that documents
use in `OFFICE`; the checks and the PDF follow.
"""

from __future__ import annotations

import os
from pathlib import Path

from resources import path as resource_path

BODY, HEAD, TITLE, KAI = "body", "head", "title", "kai"

OFFICE = {BODY: "仿宋_GB2312", HEAD: "黑体", TITLE: "方正小标宋简体", KAI: "楷体_GB2312"}
STAND_INS = {BODY: "仿宋", HEAD: "黑体", TITLE: "宋体", KAI: "楷体"}
PAGE_NUMBERS = "宋体"

_BUNDLED = {BODY: "NotoSerifSC-Regular.ttf", HEAD: "NotoSansSC-Regular.ttf", TITLE: "NotoSerifSC-Bold.ttf"}
_OFFICE_FILES = {
    BODY: ("SIMFANG_GB2312.TTF", "FangSong_GB2312.ttf"),
    HEAD: ("simhei.ttf",),
    TITLE: ("FZXBSJW.TTF", "FZXBSJW--GB1-0.TTF"),
    KAI: ("KaiTi_GB2312.ttf", "SIMKAI_GB2312.TTF"),
}
_WINDOWS_FILES = {
    BODY: ("simfang.ttf", "STFANGSO.TTF"),
    HEAD: ("simhei.ttf",),
    TITLE: ("FZXBSJW.TTF", "FZXBSJW--GB1-0.TTF", "STZHONGS.TTF"),
}


def name_for(role: str) -> str:
    """Return the font name that a document carries for a role.

    The official one, unless this is a Windows PC that lacks it: then the one
    that every Windows has, because Excel and WPS would take just any.
    """
    return STAND_INS[role] if role in _lacking() else OFFICE[role]


def missing_names() -> tuple[str, ...]:
    """Return the official fonts that this PC lacks; told once per package."""
    return tuple(OFFICE[role] for role in OFFICE if role in _lacking())


def files_for(role: str) -> tuple[Path, ...]:
    """Return the font files for a role in a PDF, best first, bundled last."""
    folders = _windows_folders()
    found = [folder / name for name in _WINDOWS_FILES.get(role, ()) for folder in folders]
    present = [path for path in found if path.is_file()]
    return (*present, resource_path("fonts", _BUNDLED.get(role, _BUNDLED[BODY])))


def _lacking() -> frozenset[str]:
    folders = _windows_folders()
    if not folders:
        return frozenset()
    return frozenset(role for role, names in _OFFICE_FILES.items() if not _any_there(folders, names))


def _any_there(folders: tuple[Path, ...], names: tuple[str, ...]) -> bool:
    return any((folder / name).is_file() for folder in folders for name in names)


def _windows_folders() -> tuple[Path, ...]:
    if os.name != "nt":
        return ()
    own = Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "Windows" / "Fonts"
    return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "Fonts", own)
