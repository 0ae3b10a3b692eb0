"""What was typed into a form and not saved yet, kept for the next time.

One draft per record, and one per form for a new record. A draft holds only
the fields that differ from what is stored, so that taking it up again never
puts back an older value of another field. Drafts are no part of the office's
data: not tracked, never counted, gone in the very transaction that saves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from models import Base, Campaign, Draft
from models.forms import Row
from services import clock


@dataclass(frozen=True)
class Place:
    """Which form of which record a draft belongs to.

    Attributes:
        form: Code of the form.
        table: Table of the record; "" for a form that is no register.
        record_id: The record; None for a new one.
        campaign_id: Whose new record it is; None for none.
    """

    form: str
    table: str = ""
    record_id: int | None = None
    campaign_id: int | None = None


@dataclass(frozen=True)
class KeptFile:
    """A file that waits for its record to be saved; it lies under its hash.

    Attributes:
        sha256: Where it lies.
        name: Its name as it was given.
        size: Bytes.
        kind: What it proves, as `services.evidence` takes it.
        original_sha256: Digest of the file as it was given.
        taken_at: Moment that the camera wrote into a photo, or "".
        caption: What it shows, in the words of who added it.
    """

    sha256: str
    name: str
    size: int
    kind: str = ""
    original_sha256: str = ""
    taken_at: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Kept:
    """A draft as it was found.

    Attributes:
        texts: Typed text by column key; only what differs from the record.
        files: Files that were added.
        at: When it was kept.
        outdated: The record was changed since by another way.
    """

    texts: Mapping[str, str]
    files: tuple[KeptFile, ...]
    at: datetime
    outdated: bool


def keep(session: Session, *, place: Place, texts: Mapping[str, str], files: Sequence[KeptFile] = ()) -> None:
    """Keep what was typed in place of what was kept; nothing typed drops it.

    Args:
        session: Session of a write.
        place: Whose draft it is; of a record that is gone nothing is kept.
        texts: Typed text by column key; only what differs from the record.
        files: Files that were added.
    """
    found = _target(session, place)
    if found is None:
        return
    uid, revision = found
    draft = _draft(session, place.form, uid)
    if not texts and not files:
        if draft is not None:
            session.delete(draft)
        return
    if draft is None:
        draft = Draft(form=place.form, row_uid=uid)
        session.add(draft)
    draft.json = {"texts": dict(texts), "files": [asdict(file) for file in files], "revision": revision}
    draft.at = clock.now()


def find(session: Session, *, place: Place) -> Kept | None:
    """Return what was typed there and not saved; None for nothing."""
    found = _target(session, place)
    draft = _draft(session, place.form, found[0]) if found else None
    if found is None or draft is None:
        return None
    kept = draft.json
    files = tuple(KeptFile(**file) for file in kept.get("files", ()))
    return Kept(kept.get("texts", {}), files, draft.at, outdated=kept.get("revision") != found[1])


def forget(session: Session, *, place: Place) -> None:
    """Drop a draft; no draft is no trouble."""
    keep(session, place=place, texts={})


def finish(
    session: Session,
    *,
    place: Place,
    save: Callable[..., int],
    campaign_id: int | None,
    row: Row,
    record_id: int | None,
    link: Callable[..., None] | None = None,
    files: Sequence[KeptFile] = (),
) -> int:
    """Save a record with the files that waited for it, and drop its draft.

    Args:
        session: Session of a write.
        place: Whose draft it is.
        save: Service of the register.
        campaign_id: For `save`.
        row: For `save`.
        record_id: For `save`.
        link: (session, *, record_id, files); lets files belong to the saved record.
        files: Files that were added before it was saved.

    Returns:
        The record's id.

    Raises:
        Problem: Whatever `save` or `link` raises; the draft then stays.
    """
    saved = save(session, campaign_id=campaign_id, row=row, record_id=record_id)
    if link is not None and files:
        link(session, record_id=saved, files=files)
    forget(session, place=place)
    return saved


def _draft(session: Session, form: str, uid: str) -> Draft | None:
    query = select(Draft).where(Draft.form == form, Draft.row_uid == uid).order_by(Draft.id.desc())
    return session.scalars(query.limit(1)).first()


def _target(session: Session, place: Place) -> tuple[str, int | None] | None:
    """Return uid and revision of the record, or what stands for a new one."""
    if place.record_id is None:
        campaign = session.get(Campaign, place.campaign_id) if place.campaign_id is not None else None
        return (f"new/{campaign.uid}" if campaign else "new"), None
    table = Base.metadata.tables[place.table]
    assert isinstance(table, Table)
    found: Any = session.execute(select(table.c.uid, table.c.revision).where(table.c.id == place.record_id)).first()
    return (str(found.uid), int(found.revision)) if found else None
