"""Files written whole or not at all, their names, the zip, the manifest.

A file that leaves the office is never half a file: it grows under another
name in the same folder, is flushed, read back, and only then takes its place.
There is no fallback that copies and deletes: such fallbacks are how other
programs lost the old file together with the new one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
import unicodedata
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO, ClassVar

from services.errors import FileTrouble
from services.progress import Progress, silent

NAME_UNITS = 80
# Windows opens no longer path unless it was told to.
LONGEST_PATH = 259 if os.name == "nt" else 4096

_RETRY_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_WINDOWS_IN_USE = (5, 32, 33)
_WINDOWS_TOO_LONG = (111, 206)
_TOLD = 120
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"})
_RESERVED = _DEVICES | {f"{name}{digit}" for name in ("COM", "LPT") for digit in "0123456789¹²³"}
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024


class NotWritten(FileTrouble):
    """The system refused to write a file."""

    code: ClassVar[str] = "file_not_written"
    template: ClassVar[str] = "文件“{path}”没有写成：{why}。"
    mend: ClassVar[str] = "换一个能写入的文件夹再试；原来的文件没有变。"


class NameTooLong(NotWritten):
    """The name or the whole path is longer than the system allows."""

    code: ClassVar[str] = "file_name_too_long"
    mend: ClassVar[str] = "换一个短一点的文件名，或浅一点的文件夹（比如盘符下面的“报送”），再试；原来的文件没有变。"


class WrongSuffix(FileTrouble):
    """The target's suffix names a kind of file that is not written here."""

    code: ClassVar[str] = "wrong_suffix"
    template: ClassVar[str] = "“{path}”的类型不对，这里只能写 {suffixes}。"
    mend: ClassVar[str] = "把文件名的结尾改成 {suffixes} 再试。"


class NoRoom(FileTrouble):
    """The drive of the target is full."""

    code: ClassVar[str] = "file_no_room"
    template: ClassVar[str] = "盘已满，文件“{path}”没有写成。"
    mend: ClassVar[str] = "腾出空间或换一个盘再试；原来的文件没有变。"


class FileInUse(FileTrouble):
    """Another program holds the target open."""

    code: ClassVar[str] = "file_in_use"
    template: ClassVar[str] = "文件“{path}”正被另一个程序（如 WPS、Excel）打开，没有覆盖。"
    mend: ClassVar[str] = "关闭它再试，或另存为“{second}”。"


class NotVerified(FileTrouble):
    """What was written does not read back as it should."""

    code: ClassVar[str] = "file_not_verified"
    template: ClassVar[str] = "文件“{path}”写出后读回核对不一致：{why}，没有保留。"
    mend: ClassVar[str] = "再试一次；仍不一致时换一个盘，并把这句话告诉维护人员。"


class NotConfirmed(FileTrouble):
    """A file is whole and in place, but the drive does not confirm its name."""

    code: ClassVar[str] = "file_not_confirmed"
    template: ClassVar[str] = "文件“{path}”已经写好，但盘没有确认，断电后可能又变回原来的。"
    mend: ClassVar[str] = "再写一次；仍这样时换一个盘。"


def atomic_write(target: Path, write: Callable[[Path], object], verify: Callable[[Path], None]) -> None:
    """Put a file in place only when it is whole and verified.

    Args:
        target: Final place; an old file there stays until the new one is sure.
        write: Writes the whole file under the path it is given.
        verify: Reads that file again; raises when it is not as it should be.

    Raises:
        NotConfirmed: The new file is in place, but may be gone after a power failure.
        FileTrouble: The file cannot be written; the old one is untouched.
    """
    temporary = target.with_name(f"~{uuid.uuid4().hex[:12]}{target.suffix}")
    try:
        try:
            write(temporary)
            _flush(temporary)
            verify(temporary)
            _put_in_place(temporary, target)
        except OSError as err:
            raise trouble(err, target) from err
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def trouble(err: OSError, target: Path) -> FileTrouble:
    """Return the problem behind a failed system call on a target."""
    if err.errno == errno.ENOSPC:
        return NoRoom(path=told(target))
    if getattr(err, "winerror", None) in _WINDOWS_IN_USE:
        return FileInUse(path=told(target), second=free_name(target).name)
    if err.errno == errno.ENAMETOOLONG or getattr(err, "winerror", None) in _WINDOWS_TOO_LONG:
        return NameTooLong(path=told(target), why="文件名或整个路径太长")
    # Windows answers "no such folder" where only the path is too long.
    if err.errno == errno.ENOENT and len(str(target.absolute())) > LONGEST_PATH:
        return NameTooLong(path=told(target), why=f"连路径超过 {LONGEST_PATH} 个字")
    reasons = {
        errno.ENOENT: "文件夹不存在",
        errno.EACCES: "没有写入权限",
        errno.EPERM: "没有写入权限",
        errno.EROFS: "磁盘是只读的",
        errno.EISDIR: "同名的文件夹挡在那里",
        errno.ENOTDIR: "上级不是文件夹",
    }
    return NotWritten(path=told(target), why=reasons.get(err.errno or 0, err.strerror or "系统没有说明原因"))


def told(path: Path) -> str:
    """Return a path for a sentence: a very long one without its middle."""
    text = str(path)
    return text if len(text) <= _TOLD else f"{text[: _TOLD // 2]}…{text[-_TOLD // 2 :]}"


def safe_name(text: str, *, fallback: str = "未命名") -> str:
    """Return text as a file name that every system and every zip accepts.

    Args:
        text: Wanted name, with or without suffix; never a path.
        fallback: Used when nothing of the text can stay.
    """
    kept = "".join(ch for ch in unicodedata.normalize("NFC", text) if _may_stay(ch))
    name = " ".join(kept.split()).strip(" .")
    if not name:
        return fallback
    stem, dot, suffix = name.partition(".")
    if stem.rstrip().upper() in _RESERVED:
        name = f"{stem.rstrip()}_{dot}{suffix}"
    return _shortened(name)


def distinct_name(name: str, taken: Collection[str]) -> str:
    """Return the name, numbered _2, _3 … if one differing only in case is taken."""
    lower = {other.casefold() for other in taken}
    for candidate in _numbered(name):
        if candidate.casefold() not in lower:
            return candidate
    raise AssertionError("the numbers do not end")


def free_name(target: Path) -> Path:
    """Return the target, or the next numbered path beside it that is free."""
    for candidate in _numbered(target.name):
        if not target.with_name(candidate).exists():
            return target.with_name(candidate)
    raise AssertionError("the numbers do not end")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest(folder: Path) -> list[tuple[str, str, int]]:
    """Return (relative name with "/", SHA-256, bytes) of every file, sorted.

    Raises:
        FileTrouble: A file cannot be read.
    """
    try:
        return [(path.relative_to(folder).as_posix(), sha256_of(path), path.stat().st_size) for path in _files(folder)]
    except OSError as err:
        raise trouble(err, folder) from err


def write_zip(folder: Path, target: Path, *, progress: Progress = silent) -> None:
    """Write all files of a folder into a zip: same files, same bytes.

    Args:
        folder: Everything below it goes in, under names relative to it.
        target: The zip; not inside the folder.
        progress: Told after each file; may stop the work.

    Raises:
        FileTrouble: It cannot be written or does not read back.
        Cancelled: The user stopped it.
    """
    files = _files(folder)

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for done, source in enumerate(files, start=1):
                _add(archive, source.relative_to(folder).as_posix(), source)
                progress(done, len(files), source.name)

    atomic_write(target, write, lambda path: _verify_zip(path, manifest(folder), target))


def write_members(target: Path | IO[bytes], members: list[tuple[str, bytes]]) -> None:
    """Write a zip container of given members without the time of writing."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members:
            archive.writestr(_member(name), data)


def _put_in_place(temporary: Path, target: Path) -> None:
    for seconds in (*_RETRY_SECONDS, None):
        try:
            temporary.replace(target)
            break
        except OSError as err:
            # Only Windows says "in use", and a virus scanner soon lets go; elsewhere an error stays one.
            if seconds is None or getattr(err, "winerror", None) not in _WINDOWS_IN_USE:
                raise
            time.sleep(seconds)
    try:
        _flush_folder(target.parent)
    except OSError as err:
        raise NotConfirmed(path=str(target)) from err


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _may_stay(ch: str) -> bool:
    return ch.isspace() or (ch not in _FORBIDDEN and unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def _shortened(name: str) -> str:
    if _units(name) <= NAME_UNITS:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix) > 8 or not suffix.isascii():
        stem, dot, suffix = name, "", ""
    while _units(stem + dot + suffix) > NAME_UNITS:
        stem = stem[:-1]
    return stem.rstrip(" .") + dot + suffix


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _numbered(name: str) -> Iterator[str]:
    yield name
    path = Path(name)
    number = 2
    while True:
        yield f"{path.stem}_{number}{path.suffix}"
        number += 1


def _files(folder: Path) -> list[Path]:
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.relative_to(folder).as_posix())


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    # The same bits on every system, or Windows and Linux would write different bytes.
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> None:
    info = _member(name)
    info.file_size = source.stat().st_size
    with source.open("rb") as reading, archive.open(info, "w") as writing:
        shutil.copyfileobj(reading, writing, _CHUNK)


def _verify_zip(path: Path, expected: list[tuple[str, str, int]], target: Path) -> None:
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            for info in archive.infolist():
                digest = hashlib.sha256()
                with archive.open(info) as stream:
                    while chunk := stream.read(_CHUNK):
                        digest.update(chunk)
                found.append((info.filename, digest.hexdigest(), info.file_size))
    except zipfile.BadZipFile as err:
        raise NotVerified(path=str(target), why="压缩包打不开") from err
    if broken is not None:
        raise NotVerified(path=str(target), why=f"其中的“{broken}”已损坏")
    if found != expected:
        changed = sorted(set(found) ^ set(expected))
        raise NotVerified(path=str(target), why=f"“{changed[0][0]}”与原文件不同" if changed else "文件顺序不同")
