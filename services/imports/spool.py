"""Copies of foreign files, hashed while they are copied, for the worker to read.

What is parsed, planned and kept is then one and the same file, whatever its
sender or a pulled stick does to the original in between.
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.errors import DiskFull
from services.imports.archive import DEFAULT_LIMITS

_PIECE = 1 << 20
_LONGEST_SUFFIX = 8


@dataclass(frozen=True)
class Copy:
    """A file as it was when it was taken.

    Attributes:
        original: Where it came from.
        path: What to read.
        sha256: Its digest; empty for a file too large to be read at all.
    """

    original: Path
    path: Path
    sha256: str


class Spool:
    """A folder of copies that is gone when it is closed."""

    def __init__(self) -> None:
        """Wait for the first file."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._number = 0

    def take(self, path: Path) -> Copy | None:
        """Copy and hash a file; None if it cannot be read.

        Raises:
            DiskFull: No room for the copy.
        """
        digest = hashlib.sha256()
        try:
            if path.stat().st_size > DEFAULT_LIMITS.file_bytes:
                return Copy(path, path, "")
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="zhifatai-", ignore_cleanup_errors=True)
            self._number += 1
            target = Path(self._folder.name, f"{self._number}{path.suffix[:_LONGEST_SUFFIX]}")
            with path.open("rb") as source, target.open("xb") as copy:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    copy.write(piece)
        except OSError as err:
            if err.errno == errno.ENOSPC:
                raise DiskFull(path=tempfile.gettempdir(), free=0, needed=path.stat().st_size // _PIECE + 1) from err
            return None
        return Copy(path, target, digest.hexdigest())

    def drop(self, copy: Copy) -> None:
        """Remove a copy that was read."""
        if copy.path != copy.original:
            with suppress(OSError):
                copy.path.unlink()

    def close(self) -> None:
        """Remove all copies."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()
