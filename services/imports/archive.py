"""A zip file nobody trusts: members are counted and inflated under limits.

Nothing is written to disk and no member's stated size is believed: bytes are
counted while they inflate. XML is parsed by bare expat; any document type
declaration ends the reading, so entities never expand.
"""

from __future__ import annotations

import posixpath
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, NoReturn
from xml.parsers import expat

from services.imports.raw import Unreadable

CHUNK = 1 << 16
RATIO_COUNTS_FROM = 10 * 1024 * 1024
_DIRECTORY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The most a file may ask for (design: forms.md, reading)."""

    file_bytes: int = 50 * 1024 * 1024
    inflated_bytes: int = 300 * 1024 * 1024
    ratio: int = 100
    members: int = 2000
    sheets: int = 50
    rows: int = 200_000
    cells: int = 4_000_000
    seconds: float = 60


DEFAULT_LIMITS = Limits()


class Archive:
    """Members of an untrusted zip file, read as streams.

    Attributes:
        limits: What the file may ask for.
        inflated: Bytes inflated so far.
    """

    def __init__(self, stream: IO[bytes], limits: Limits = DEFAULT_LIMITS) -> None:
        """Open the directory of the zip file and check names and counts.

        Raises:
            Unreadable: Not a sound zip, too many members, or an unsafe name.
        """
        self.limits = limits
        self.inflated = 0
        self._deadline = time.monotonic() + limits.seconds
        stream.seek(0, 2)
        self._packed = stream.tell()
        _check_directory(stream, limits)
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
            raise Unreadable("corrupt") from error
        self._names: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            self._names.setdefault(_safe(info.filename), info)
        if len(self._zip.infolist()) > limits.members:
            raise Unreadable("too_large", f"里面的文件多于 {limits.members} 个")
        if sum(info.file_size for info in self._zip.infolist()) > limits.inflated_bytes:
            raise Unreadable("too_large_uncompressed", f"超过 {limits.inflated_bytes >> 20} MB")
        if any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise Unreadable("password_protected")

    def has(self, name: str) -> bool:
        """Tell whether there is a member of this name (case does not matter)."""
        return name.lower() in self._names

    def chunks(self, name: str) -> Iterator[bytes]:
        """Inflate one member piece by piece, counting.

        Raises:
            Unreadable: The member is damaged, or a limit is passed.
        """
        info = self._names[name.lower()]
        try:
            with self._zip.open(info) as member:
                while piece := member.read(CHUNK):
                    self._count(len(piece))
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, OSError) as error:
            raise Unreadable("corrupt") from error

    def steps(self, name: str, parse: Callable[[bytes, bool], object]) -> Iterator[None]:
        """Feed one member to a parser, pausing after every piece.

        Args:
            name: The member.
            parse: Takes the next bytes, and whether they are the last.

        Raises:
            Unreadable: The XML is not sound or declares a document type.
        """
        try:
            for piece in self.chunks(name):
                parse(piece, False)
                yield
            parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Unreadable("corrupt") from error
        yield

    def _count(self, size: int) -> None:
        self.inflated += size
        if self.inflated > self.limits.inflated_bytes:
            raise Unreadable("too_large_uncompressed", f"超过 {self.limits.inflated_bytes >> 20} MB")
        if self.inflated > RATIO_COUNTS_FROM and self.inflated > self.limits.ratio * max(self._packed, 1):
            raise Unreadable("too_large_uncompressed", f"压缩比超过 {self.limits.ratio}:1")
        if time.monotonic() > self._deadline:
            raise Unreadable("too_large", f"{self.limits.seconds:.0f} 秒内读不完")


def new_parser() -> expat.XMLParserType:
    """Return an expat parser that refuses document types and entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    return parser


def resolve(base: str, target: str) -> str:
    """Return the member that a relationship of `base` points to.

    Raises:
        Unreadable: It points outside the archive.
    """
    name = target.replace("\\", "/")
    joined = name.lstrip("/") if name.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(base), name))
    return _safe(joined)


def _refuse(*_declaration: object) -> NoReturn:
    raise Unreadable("unsafe_xml")


def _safe(filename: str) -> str:
    name = filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise Unreadable("unsafe_path")
    return name.lower()


def _check_directory(stream: IO[bytes], limits: Limits) -> None:
    """Refuse a huge directory before zipfile makes an object per member."""
    stream.seek(0, 2)
    start = max(0, stream.tell() - 65_557)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < 20:
        raise Unreadable("corrupt")
    members, size = struct.unpack("<HI", tail[place + 10 : place + 16])
    if members > limits.members or size > _DIRECTORY_BYTES:
        raise Unreadable("too_large", f"里面的文件多于 {limits.members} 个")
