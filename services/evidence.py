"""Photos and documents of a visit, a finding or a case; the index of its films.

A photo is kept as a copy without the place where it was taken (personal data
that no form asks for); the digest of the original stands beside it. Films of
the body camera are large and stay where they are: only path, digest and times
are kept.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, Case, Evidence, Finding, Inspection, Recording
from models.ledgers import SCENES
from services import attachments, clock, records
from services.drafts import KeptFile
from services.errors import FileTrouble, Refused
from services.paths import DataFolder
from services.progress import Progress, silent

_PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
_IN_NAME = re.compile(r"(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_. T]?(\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)")
_CLOSED_FORMATS = frozenset({".heic", ".heif"})
# What of a photo's own data is kept: how it lies, and when it was taken. Everything else, the place first, is left out.
_ORIENTATION, _MOMENT, _SUB, _TAKEN = 0x0112, 0x0132, 0x8769, 0x9003


class PhotoUnreadable(FileTrouble):
    """A photo cannot be opened, so its place could not be taken out."""

    code = "photo_unreadable"
    template = "照片“{path}”{why}，没有添加。"
    mend = "用看图软件另存为 JPG，再添加一次。"


class OwnerMissing(Refused):
    """A piece of evidence belongs to nothing, or to several things."""

    code = "evidence_owner"
    template = "这份材料没有说明属于哪次检查、哪条问题或哪个案件。"
    mend = "在检查、问题或案件里添加。"


@dataclass(frozen=True)
class Piece:
    """A kept photo or document."""

    id: int
    kind: str
    name: str
    sha256: str
    size: int
    caption: str
    taken_at: str


@dataclass(frozen=True)
class Recorded:
    """A film in the index."""

    id: int
    scene: str
    path: str
    sha256: str
    size: int
    started_at: str
    ended_at: str
    remark: str


@dataclass(frozen=True)
class Film:
    """A film that was looked at and is in no index yet.

    Attributes:
        scene: As in `models.ledgers.SCENES`.
        started_at: Time of day, "09:05"; "" if nothing tells.
        ended_at: Likewise.
    """

    path: str
    sha256: str
    size: int
    scene: str
    started_at: str = ""
    ended_at: str = ""


def add(
    session: Session,
    *,
    folder: DataFolder,
    path: Path,
    kind: str,
    inspection_id: int | None = None,
    finding_id: int | None = None,
    case_id: int | None = None,
    caption: str | None = None,
) -> int:
    """Keep a photo or document of exactly one visit, finding or case; return its id.

    The same content for the same owner and kind is kept once.

    Args:
        session: Session of a write.
        folder: Where files are kept.
        path: The file.
        kind: As in `models.ledgers.EVIDENCE_KINDS`.
        inspection_id: The visit.
        finding_id: The finding.
        case_id: The case.
        caption: What it shows.

    Raises:
        OwnerMissing: No owner, or more than one.
        PhotoUnreadable: It is a photo that cannot be opened.
        FileTrouble: It cannot be read or copied.
        Missing: The owner is gone.
    """
    owner: dict[str, int | None] = {"inspection_id": inspection_id, "finding_id": finding_id, "case_id": case_id}
    _require_owner(session, owner)
    attachments.require_file(path)
    known = records.alive(session, Evidence, original_sha256=attachments.digest(path), kind=kind, **owner)
    return known[0].id if known else _link(session, take_in(folder=folder, path=path, kind=kind), owner, caption)


def take_in(*, folder: DataFolder, path: Path, kind: str) -> KeptFile:
    """Keep a photo or document before there is anything it belongs to.

    It lies under its hash from now on, a photo without its place, and waits in
    a draft until its record is saved.

    Args:
        folder: Where files are kept.
        path: The file.
        kind: As in `models.ledgers.EVIDENCE_KINDS`.

    Raises:
        PhotoUnreadable: It is a photo that cannot be opened.
        FileTrouble: It cannot be read or copied.
    """
    attachments.require_file(path)
    original, taken, suffix = attachments.digest(path), "", path.suffix.lower()
    if suffix in _CLOSED_FORMATS:
        raise PhotoUnreadable(path=path.name, why="是手机的 HEIC 格式，拍摄地点去不掉")
    if suffix not in _PHOTOS:
        return KeptFile(attachments.keep(folder, path), path.name, path.stat().st_size, kind, original)
    with tempfile.TemporaryDirectory() as place:
        working = Path(place) / path.name
        taken = _without_place(path, working)
        return KeptFile(attachments.keep(folder, working), path.name, working.stat().st_size, kind, original, taken)


def link(session: Session, *, owner: str, record_id: int, files: Sequence[KeptFile]) -> None:
    """Let files that waited belong to a record, in the write that saves it.

    Args:
        session: Session of a write.
        owner: "inspection_id", "finding_id" or "case_id".
        record_id: The visit, finding or case.
        files: What was taken in; the same content of the same kind is kept once.

    Raises:
        OwnerMissing: There is no such sort of owner.
        Missing: The owner is gone.
    """
    wanted: dict[str, int | None] = {"inspection_id": None, "finding_id": None, "case_id": None}
    if owner not in wanted:
        raise OwnerMissing()
    wanted[owner] = record_id
    _require_owner(session, wanted)
    for file in files:
        if not records.alive(session, Evidence, original_sha256=file.original_sha256, kind=file.kind, **wanted):
            _link(session, file, wanted, file.caption or None)


def of(session: Session, *, inspection_id: int | None = None, finding_id: int | None = None, case_id: int | None = None) -> list[Piece]:
    """Return what is kept for a visit, a finding or a case, in the order it came.

    Raises:
        OwnerMissing: No owner, or more than one.
    """
    owner = {"inspection_id": inspection_id, "finding_id": finding_id, "case_id": case_id}
    given = {key: value for key, value in owner.items() if value is not None}
    if len(given) != 1:
        raise OwnerMissing()
    ((key, value),) = given.items()
    query = (
        select(Evidence, Attachment)
        .join(Attachment, Attachment.id == Evidence.attachment_id)
        .where(getattr(Evidence, key) == value, Evidence.deleted_at.is_(None))
        .order_by(Evidence.id)
    )
    return [
        Piece(one.id, one.kind, file.name, file.sha256, file.size, one.caption or "", one.taken_at or "")
        for one, file in session.execute(query)
    ]


def describe(session: Session, *, record_id: int, caption: str | None) -> None:
    """Say what a kept photo or document shows; nothing takes the words away.

    Raises:
        Missing: It is gone.
    """
    records.change(records.get(session, Evidence, record_id), {"caption": (caption or "").strip() or None})


def remove(session: Session, *, record_ids: Sequence[int]) -> None:
    """Move pieces to the bin; the files stay.

    Raises:
        Missing: One is gone already.
    """
    records.to_bin(session, Evidence, record_ids)


def index_recording(
    session: Session,
    *,
    inspection_id: int,
    path: Path,
    scene: str,
    started_at: str | None = None,
    ended_at: str | None = None,
    remark: str | None = None,
) -> int:
    """Keep path, digest and times of a film; the film itself stays where it is.

    Args:
        session: Session of a write.
        inspection_id: The visit.
        path: The film.
        scene: As in `models.ledgers.SCENES`.
        started_at: Time of day of its beginning, "09:05".
        ended_at: Time of day of its end.
        remark: What else to say.

    Raises:
        FileTrouble: It cannot be read.
        Missing: The visit is gone.
    """
    attachments.require_file(path)
    film = Film(str(path), attachments.digest(path), path.stat().st_size, scene, started_at or "", ended_at or "")
    (number,) = index_films(session, inspection_id=inspection_id, films=[film], remark=remark)
    return number


def look_at(*, path: Path, on: date | None = None, progress: Progress = silent) -> Film:
    """Return what the index says of a film: digest, and the times it tells.

    Recorders put the beginning into the name; the file was written last at the
    end. Both are only proposed.

    Args:
        path: The film; it is read once, and copied nowhere.
        on: Day of the visit; times of another day are left out.
        progress: Told in bytes; may stop the work.

    Raises:
        FileTrouble: It cannot be read.
        Cancelled: The user stopped it.
    """
    attachments.require_file(path)
    sha256, facts = attachments.digest(path, progress=progress), path.stat()
    begun, ended = _begun(path.stem), datetime.fromtimestamp(facts.st_mtime, tz=clock.now().tzinfo)
    day = on or (begun.date() if begun else None)
    started_at = f"{begun:%H:%M}" if begun and begun.date() == day else ""
    ended_at = f"{ended:%H:%M}" if started_at and ended.date() == day and f"{ended:%H:%M}" > started_at else ""
    return Film(str(path), sha256, facts.st_size, SCENES[-1], started_at, ended_at)


def index_films(session: Session, *, inspection_id: int, films: Sequence[Film], remark: str | None = None) -> list[int]:
    """Put films that were looked at into the index of a visit; return their ids.

    The same content is listed once.

    Raises:
        Missing: The visit is gone.
    """
    records.get(session, Inspection, inspection_id)
    made: list[int] = []
    for film in films:
        values = {"scene": film.scene, "path": film.path, "started_at": film.started_at or None, "ended_at": film.ended_at or None}
        values["remark"] = remark
        known = records.alive(session, Recording, inspection_id=inspection_id, sha256=film.sha256)
        if known:
            records.change(known[0], values)
            made.append(known[0].id)
        else:
            made.append(records.add(session, Recording(inspection_id=inspection_id, sha256=film.sha256, size=film.size, **values)))
    return made


def recordings(session: Session, *, inspection_id: int) -> list[Recorded]:
    """Return the films of a visit by their beginning."""
    rows = records.alive(session, Recording, inspection_id=inspection_id)
    rows.sort(key=lambda one: (one.started_at or "99:99", one.id))
    return [
        Recorded(one.id, one.scene, one.path, one.sha256, one.size, one.started_at or "", one.ended_at or "", one.remark or "")
        for one in rows
    ]


def remove_recordings(session: Session, *, record_ids: Sequence[int]) -> None:
    """Take films out of the index; the films stay where they are.

    Raises:
        Missing: One is gone already.
    """
    records.to_bin(session, Recording, record_ids)


def _link(session: Session, file: KeptFile, owner: dict[str, int | None], caption: str | None) -> int:
    attachment = attachments.record(session, sha256=file.sha256, name=file.name, size=file.size)
    more = {"original_sha256": file.original_sha256, "taken_at": file.taken_at or None}
    return records.add(session, Evidence(attachment_id=attachment, kind=file.kind, caption=caption, **more, **owner))


def _require_owner(session: Session, owner: dict[str, int | None]) -> None:
    given = {key: value for key, value in owner.items() if value is not None}
    if len(given) != 1:
        raise OwnerMissing()
    if owner["inspection_id"] is not None:
        records.get(session, Inspection, owner["inspection_id"])
    elif owner["finding_id"] is not None:
        records.get(session, Finding, owner["finding_id"])
    elif owner["case_id"] is not None:
        records.get(session, Case, owner["case_id"])


def _without_place(source: Path, target: Path) -> str:
    """Write a photo without its own data but how it lies and when it was taken; return the moment."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - few starts need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as photo:
                photo.load()
                exif = photo.getexif()
                taken = str(exif.get_ifd(_SUB).get(_TAKEN) or exif.get(_MOMENT) or "").strip("\x00 ")
                kept = Image.Exif()
                for tag in (_ORIENTATION, _MOMENT):
                    if tag in exif:
                        kept[tag] = exif[tag]
                form = photo.format or "PNG"
                photo.info = {key: value for key, value in photo.info.items() if key in ("icc_profile", "dpi", "transparency")}
                quality = {"quality": "keep"} if form == "JPEG" else {}
                photo.save(target, format=form, exif=kept, **quality)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as err:
        raise PhotoUnreadable(path=source.name, why="打不开") from err
    return _moment(taken)


def _begun(name: str) -> datetime | None:
    """Return the beginning that a recorder wrote into the name of a film: DSJ-20230412_090512."""
    found = _IN_NAME.search(name)
    try:
        return datetime(*map(int, found.groups()), tzinfo=clock.now().tzinfo) if found else None  # type: ignore[misc, arg-type]  # six numbers
    except ValueError:
        return None


def _moment(text: str) -> str:
    """Return the camera's "2023:04:20 09:41:07" as "2023-04-20 09:41:07"; "" if it is none."""
    try:
        return f"{datetime.strptime(text, '%Y:%m:%d %H:%M:%S'):%Y-%m-%d %H:%M:%S}"  # noqa: DTZ007 - a camera knows no zone
    except ValueError:
        return ""
