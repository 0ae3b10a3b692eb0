"""The verified backups that lie in a folder: read, in their order, thinned.

A backup is two files of one name: the copy of the database, and a sidecar
that says what was verified. The newest comes first; of those made within one
second the number at the end of the name decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from services.dbfile import sha256
from services.errors import FileTrouble, missing_file
from services.paths import DataFolder

SUFFIX = ".sqlite"
FOR_EVER = "报送"  # how the reason of a backup begins that stays for ever
KEEP_LAST = 10
_KEEP_DAYS, _KEEP_WEEKS, _KEEP_MONTHS = 14, 12, 24


class NotABackup(FileTrouble):
    """A file is no backup that this program verified."""

    code = "not_a_backup"
    template = "“{path}”旁边没有同名的 .json 校验说明，不是核对过的备份。"
    mend = "选备份文件夹里的 .sqlite 文件；拷到别处时两个文件要一起拷。"


class BackupSpoiled(FileTrouble):
    """A backup is no longer what it was when it was verified."""

    code = "backup_spoiled"
    template = "备份“{path}”与制作时的校验值不符，不能用来恢复。"
    mend = "换一份备份；这一份不要删，留给维护人员看。"


@dataclass(frozen=True)
class Backup:
    """One verified backup.

    Attributes:
        path: The database copy.
        made_at: When.
        reason: Why it was made.
        counts: Rows per table.
        head: Hash of the last operation in it.
        sha256: Of the file.
    """

    path: Path
    made_at: datetime
    reason: str
    counts: dict[str, int]
    head: str
    sha256: str


def listed(folder: DataFolder) -> list[Backup]:
    """Return the verified backups, newest first."""
    return listed_in(folder.backups)


def listed_in(place: Path) -> list[Backup]:
    """Return the verified backups that lie in some folder, newest first."""
    found: list[Backup] = []
    with suppress(OSError):  # a folder that the system does not even look into holds no backup for us
        for sidecar in place.glob("*.json"):
            with suppress(NotABackup, FileTrouble):
                found.append(described(sidecar.with_suffix(SUFFIX)))
    return sorted(found, key=_order, reverse=True)


def described(path: Path) -> Backup:
    """Return what the sidecar of a backup says.

    Raises:
        FileMissing: There is no such file.
        NotABackup: It has no sidecar that can be read.
    """
    if not path.is_file():
        raise missing_file(path)
    try:
        said = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        made = datetime.fromisoformat(said["made_at"])
        return Backup(path, made, said["reason"], said["counts"], said["head"], said["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise NotABackup(path=str(path)) from err


def require_unchanged(backup: Backup) -> None:
    """Refuse a backup that is not the file that was verified.

    Raises:
        BackupSpoiled: Its SHA-256 is another, or it cannot be read.
    """
    try:
        if sha256(backup.path) == backup.sha256:
            return
    except OSError as err:
        raise BackupSpoiled(path=str(backup.path)) from err
    raise BackupSpoiled(path=str(backup.path))


def to_thin(backups: Iterable[Backup], *, now: datetime) -> list[Backup]:
    """Return the backups that the policy no longer keeps.

    Kept: the last 10, one a day for 14 days, one a week for 12 weeks, one a
    month for 24 months; of each span the newest. Backups made for a package
    stay for ever.
    """
    kept: set[Path] = set()
    spans: set[tuple[str, str]] = set()
    ordered = sorted(backups, key=_order, reverse=True)
    for number, one in enumerate(ordered):
        old = now - one.made_at
        marks = [
            ("day", f"{one.made_at:%Y%m%d}", old <= timedelta(days=_KEEP_DAYS)),
            ("week", "{}-{}".format(*one.made_at.isocalendar()[:2]), old <= timedelta(weeks=_KEEP_WEEKS)),
            ("month", f"{one.made_at:%Y%m}", old <= timedelta(days=31 * _KEEP_MONTHS)),
        ]
        for span, name, young in marks:
            if young and (span, name) not in spans:
                spans.add((span, name))
                kept.add(one.path)
        if number < KEEP_LAST or one.reason.startswith(FOR_EVER):
            kept.add(one.path)
    return [one for one in ordered if one.path not in kept]


def thin(place: Path, *, now: datetime) -> None:
    """Remove what the policy no longer keeps; what is held open goes the next time."""
    for old in to_thin(listed_in(place), now=now):
        with suppress(OSError):  # held open by a virus scanner
            old.path.unlink(missing_ok=True)
            old.path.with_suffix(".json").unlink(missing_ok=True)


def free_name(place: Path, *, made_at: datetime) -> Path:
    """Return a name newer than all of the same second, thinned ones too."""
    stem = f"{made_at:%Y%m%d-%H%M%S}"
    taken = [_number(path) for path in place.glob(f"{stem}*{SUFFIX}")]
    return place / (f"{stem}-{max(taken) + 1}{SUFFIX}" if taken else f"{stem}{SUFFIX}")


def _order(backup: Backup) -> tuple[datetime, int]:
    return backup.made_at, _number(backup.path)


def _number(path: Path) -> int:
    """Return which of its second a backup is: …-120000 is the first, …-120000-2 the second."""
    parts = path.stem.split("-")
    return int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 1
