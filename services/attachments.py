"""Received files kept as they came, each under its SHA-256.

The file is written before the commit; a rollback leaves an orphan that holds
nothing nobody sent.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment
from services import records
from services.dbfile import sync_folder
from services.errors import DiskFull, FileTrouble, missing_file
from services.paths import DataFolder, require_space
from services.progress import Progress, silent

_PIECE, _LARGE = 1 << 20, 1 << 22


class NotAFile(FileTrouble):
    """A folder or a device stands where a file should."""

    code = "not_a_file"
    template = "“{path}”不是文件。"
    mend = "选定文件夹里的表格文件，可以一次选多个。"


def require_file(path: Path) -> None:
    """Refuse what is no file before anything tries to read it.

    Raises:
        FileMissing: It is not there.
        FileTrouble: It is a folder or a device, or its name cannot be.
    """
    try:
        kind = path.stat().st_mode
    except FileNotFoundError as err:
        raise missing_file(path) from err
    except (OSError, ValueError) as err:
        raise FileTrouble(path=str(path), why="读不出来") from err
    if not stat.S_ISREG(kind):
        raise NotAFile(path=str(path))


def digest(path: Path, *, progress: Progress = silent) -> str:
    """Return the SHA-256 of a file.

    Args:
        path: The file.
        progress: Told after each piece in bytes; may stop the work.

    Raises:
        FileMissing: It is not there.
        FileTrouble: It cannot be read.
        Cancelled: The user stopped it.
    """
    try:
        with path.open("rb") as file:
            total, done, found = os.fstat(file.fileno()).st_size, 0, hashlib.sha256()
            while piece := file.read(_LARGE):
                found.update(piece)
                done += len(piece)
                progress(done, total, path.name)
            return found.hexdigest()
    except FileNotFoundError as err:
        raise missing_file(path) from err
    except OSError as err:
        raise FileTrouble(path=str(path), why="读不出来") from err


def keep(folder: DataFolder, path: Path) -> str:
    """Copy a file into the data folder under its SHA-256; return that.

    Raises:
        FileMissing: It is not there.
        FileTrouble: It cannot be copied.
        DiskFull: No room.
    """
    sha256 = digest(path)
    target = place(folder, sha256)
    if target.exists():
        return sha256
    require_space(folder.attachments, wanted_bytes=path.stat().st_size)
    partial = target.with_suffix(".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, partial.open("wb") as copy:
            shutil.copyfileobj(source, copy, _PIECE)
            copy.flush()
            os.fsync(copy.fileno())
        partial.replace(target)
        # or a power failure takes the name back while the record of it stays
        sync_folder(target.parent)
        sync_folder(folder.attachments)
    except OSError as err:
        if err.errno == errno.ENOSPC:
            free = shutil.disk_usage(folder.attachments).free // _PIECE
            raise DiskFull(path=str(folder.attachments), free=free, needed=path.stat().st_size // _PIECE + 1) from err
        raise FileTrouble(path=str(path), why="没有存进数据文件夹") from err
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return sha256


def place(folder: DataFolder, sha256: str) -> Path:
    """Return where a kept file lies."""
    return folder.attachments / sha256[:2] / sha256


def lend(folder: DataFolder, *, sha256: str, name: str, into: Path) -> Path:
    """Copy a kept file to where another program may open it, under its own name.

    The copy is read-only: what is written into it would be lost.

    Args:
        folder: Where files are kept.
        sha256: Which.
        name: Its name as it was given.
        into: Folder for the copy.

    Raises:
        FileMissing: The kept file is gone.
        FileTrouble: It cannot be copied.
    """
    source = place(folder, sha256)
    target = into / sha256[:12] / Path(name).name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(stat.S_IREAD)
    except FileNotFoundError as err:
        raise missing_file(source) from err
    except OSError as err:
        raise FileTrouble(path=name, why="没有取出来") from err
    return target


def record(session: Session, *, sha256: str, name: str, size: int) -> int:
    """Note a kept file; return the id of its row (one per content and name)."""
    query = select(Attachment).where(Attachment.sha256 == sha256, Attachment.name == name, Attachment.deleted_at.is_(None))
    found = session.scalar(query.limit(1))
    return found.id if found else records.add(session, Attachment(sha256=sha256, name=name, size=size))
