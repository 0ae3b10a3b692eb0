"""Which places may hold a database: refused, warned about, or fine.

SQLite files get lost on network shares and are torn by programs that copy
files while they are written. A portable folder on a stick is wanted, so
removable disks and sync folders are only warned about.
"""

from __future__ import annotations

import sys
from pathlib import Path

from services.errors import DataFolderRefused
from services.paths import refusal

_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"})
_PORTABLE = frozenset({"vfat", "exfat", "msdos", "fuseblk"})
_DRIVE_REMOVABLE, _DRIVE_REMOTE = 2, 4
# name of a folder on the way (lower case) → what people call the program
_SYNCED = {
    "onedrive": "OneDrive",
    "wps云盘": "WPS云盘",
    "wpsdrive": "WPS云盘",
    "wps cloud files": "WPS云盘",
    "坚果云": "坚果云",
    "nutstore": "坚果云",
    "nutstore files": "坚果云",
    "我的坚果云": "坚果云",
    "百度网盘": "百度网盘",
    "百度云同步盘": "百度网盘",
    "baidusyncdisk": "百度网盘",
    "baidunetdisk": "百度网盘",
    "baidunetdiskworkspace": "百度网盘",
    "dropbox": "Dropbox",
}


def require_local(root: Path) -> None:
    """Refuse places where SQLite files get lost.

    Raises:
        DataFolderRefused: A network path, drive or mount.
    """
    text = str(root)
    if text.startswith(("\\\\", "//")):
        raise DataFolderRefused(path=text, why="在网络共享上")
    if _drive_kind(root) == _DRIVE_REMOTE or _mount_kind(root) in _REMOTE:
        raise DataFolderRefused(path=text, why="在网络驱动器上")


def require_plain(path: Path) -> None:
    """Refuse a database that has a second name: its journal lies under only one.

    Raises:
        DataFolderRefused: A symbolic link, a file with several hard links, or a place that cannot even be looked at.
    """
    try:
        if path.is_symlink():
            raise DataFolderRefused(path=str(path), why="里的数据文件是一个链接，不是文件本身")
        if path.is_file() and path.stat().st_nlink > 1:
            raise DataFolderRefused(path=str(path), why="里的数据文件有两个名字（硬链接）")
    except OSError as err:
        raise refusal(path.parent, err) from err


def warnings(root: Path) -> tuple[str, ...]:
    """Return what should be said about a place, once a week."""
    said: list[str] = []
    for part in root.absolute().parts:
        name = part.lower()
        program = _SYNCED.get(name) or ("OneDrive" if name.startswith("onedrive -") else None)
        if program:
            said.append(
                f"数据文件夹在 {program} 的同步文件夹里：同步时可能占用或覆盖数据文件。请移到本机普通文件夹，把备份放进 {program}。"
            )
            break
    if _drive_kind(root) == _DRIVE_REMOVABLE or _mount_kind(root) in _PORTABLE:
        said.append("数据文件夹在移动盘上：拔出之前请先关闭程序，并在本机另留一份备份。")
    return tuple(said)


def _drive_kind(root: Path) -> int:
    if sys.platform != "win32":
        return 0
    import ctypes  # noqa: PLC0415 - exists in this form on Windows only

    return int(ctypes.windll.kernel32.GetDriveTypeW(root.absolute().drive + "\\"))


def _mount_kind(root: Path) -> str:
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    place = str(root.resolve()) + "/"
    for line in lines:
        parts = line.split()
        mount = parts[1].replace("\\040", " ").rstrip("/") + "/"
        if place.startswith(mount) and len(mount) > len(best):
            best, kind = mount, parts[2]
    return kind
