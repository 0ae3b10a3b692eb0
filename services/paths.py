"""Where things lie: the data folder and what is in it."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from services.errors import DataFolderRefused, DiskFull, Problem

_MEGABYTE = 1024 * 1024
_LEAST_FREE = 64 * _MEGABYTE
_LONGEST_SHOWN = 120
_WHY = {
    errno.ENAMETOOLONG: "的名字太长，系统不接受",
    errno.EACCES: "没有写入的权限",
    errno.EPERM: "没有写入的权限",
    errno.EROFS: "在只读的盘上",
    errno.EEXIST: "是一个文件，不是文件夹",
    errno.ENOTDIR: "的上级是一个文件，不是文件夹",
    errno.EINVAL: "的名字里有系统不接受的字符",
    errno.ENOENT: "所在的盘或上级文件夹现在找不到",
    errno.ELOOP: "是一个绕回自己的链接",
}


@dataclass(frozen=True)
class DataFolder:
    """The folder that holds one office's data; it may be carried elsewhere.

    Attributes:
        root: The folder itself.
    """

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "data.sqlite"

    @property
    def lock(self) -> Path:
        """The lock of the one writer."""
        return self.root / "writer.lock"

    @property
    def holder(self) -> Path:
        """Who holds the lock, for the message to everyone else."""
        return self.root / "holder.json"

    @property
    def attachments(self) -> Path:
        """Received files, each under its SHA-256."""
        return self.root / "attachments"

    @property
    def backups(self) -> Path:
        """Verified copies of the database."""
        return self.root / "backups"

    @property
    def snapshots(self) -> Path:
        """Private copies for long reads; emptied after use."""
        return self.root / "snapshots"

    @property
    def packages(self) -> Path:
        """Where reporting packages go unless another place is named."""
        return self.root / "packages"

    @property
    def logs(self) -> Path:
        """Log files, without personal data."""
        return self.root / "logs"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            DataFolderRefused: The place cannot be written.
            DiskFull: Not even the folders find room.
        """
        try:
            for folder in (self.root, self.attachments, self.backups, self.snapshots, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise refusal(self.root, err) from err


def default_data_folder() -> Path:
    """Return the user's data folder: the usual place, or where it was moved."""
    return _moved_to() or _usual_place()


def remember_move(source: Path, target: Path) -> None:
    """Keep in mind where the user's data folder went, if it is that one which moved.

    Raises:
        OSError: The note cannot be written.
    """
    if source.absolute() != default_data_folder().absolute():
        return
    note = _note()
    note.parent.mkdir(parents=True, exist_ok=True)
    partial = note.with_suffix(".partial")
    partial.write_text(str(target.absolute()), encoding="utf-8")
    partial.replace(note)


def require_present(root: Path) -> None:
    """Refuse to begin anew where moved data should lie but do not.

    Raises:
        DataFolderRefused: The drive is not connected, or the folder was removed.
    """
    if root == _moved_to() and not root.exists():
        raise DataFolderRefused(path=str(root), why="现在找不到（移动盘没有接上，或文件夹被移走）")


def refusal(root: Path, err: OSError) -> Problem:
    """Return the problem of a data folder that the system refuses, in words."""
    if err.errno == errno.ENOSPC:
        return DiskFull(path=str(root), free=0, needed=_LEAST_FREE // _MEGABYTE)
    why = _WHY.get(err.errno or 0, "不能写入")
    text = str(root)
    return DataFolderRefused(path=text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…", why=why)


def require_space(folder: Path, *, wanted_bytes: int = 0) -> None:
    """Refuse early when the drive has too little room for what follows.

    Args:
        folder: Any folder on the drive; its nearest existing parent counts.
        wanted_bytes: What the step may write at most.

    Raises:
        DiskFull: Less than the larger of 64 MB and the wanted size is free.
    """
    place = folder
    while not place.exists():
        place = place.parent
    needed = max(_LEAST_FREE, wanted_bytes)
    free = shutil.disk_usage(place).free
    if free < needed:
        raise DiskFull(path=str(folder), free=free // _MEGABYTE, needed=needed // _MEGABYTE)


def _usual_place() -> Path:
    return Path(platformdirs.user_data_dir("Zhifatai", appauthor=False))


def _note() -> Path:
    return Path(platformdirs.user_config_dir("Zhifatai", appauthor=False)) / "data-folder.txt"


def _moved_to() -> Path | None:
    try:
        text = _note().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return Path(text) if text else None
