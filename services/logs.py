"""The log of the program: numbers and codes, never names of people.

A log goes to whoever mends the program, so nothing that could tell of a
person or an enterprise may get into it, not even by way of an error of a
library. Hence the formatter lets only ASCII words of the program through,
masks long digit runs, and cuts the text of exceptions down to their kind.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

from services.paths import DataFolder

_FILE = "zhifatai.log"
_BYTES, _FILES = 1_000_000, 5
_OURS = ("services", "ui", "models", "resources", "__main__")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FOREIGN = re.compile(r"[^\x20-\x7e]+")
_CODES = re.compile(r"\b(?=\w*\d{6})\w{7,}\b|\d{7,}")
_PATHS = re.compile(r"(?:[A-Za-z]:\\|\\\\|/)[^\s'\"]*[\\/][^\s'\"]*")


class SafeFormatter(logging.Formatter):
    """Writes what happened where, without what it happened to."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of other people's libraries only logger and level."""
        ours = record.name.split(".")[0] in _OURS
        text = cleaned(record.getMessage()) if ours else "(message left out)"
        line = f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {record.levelname} {record.name} {text}"
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + kind_and_place(record.exc_info[1])
        return line


def set_up(folder: DataFolder) -> logging.Handler:
    """Let the program log into the data folder; return the handler."""
    folder.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder.logs / _FILE, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(SafeFormatter())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    if root.level > logging.INFO or root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
    return handler


def take_down(handler: logging.Handler) -> None:
    """Stop logging there and close the file (the folder may now be moved)."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def cleaned(text: str) -> str:
    """Return text without what could be a name, a personal number or a path."""
    kept = _UUID.findall(text)
    text = _UUID.sub("\0", text)
    text = _PATHS.sub("<path>", text.replace("\n", " "))
    text = _CODES.sub("<number>", text)
    text = _FOREIGN.sub(lambda found: found[0] if found[0].strip("\0") == "" else "<text>", text)
    for one in kept:
        text = text.replace("\0", one, 1)
    return text


def kind_and_place(err: BaseException) -> str:
    """Return the kind of an exception and where it came from; never its words."""
    lines: list[str] = []
    seen: BaseException | None = err
    while seen is not None:
        lines.append(f"  {type(seen).__module__}.{type(seen).__qualname__}")
        for frame in traceback.extract_tb(seen.__traceback__):
            lines.append(f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}")
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


def last_lines(folder: DataFolder, *, number: int = 500) -> list[str]:
    """Return the end of the log."""
    try:
        with (folder.logs / _FILE).open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=number)]
    except OSError:
        return []
