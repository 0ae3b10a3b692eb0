"""The rows of a listing as they are shown, as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from models.forms import Column, Row
from models.values import masked
from services import clock, history, listing
from services.errors import Refused
from services.exports.archive import sha256_of
from services.exports.deliver import deliver_workbook
from services.exports.printed import Printed
from services.exports.streamed import MOST_ROWS, deliver_stream
from services.listing import Listing
from services.progress import Progress, silent

STREAMED_FROM = 5_000  # a longer table is written row after row, without wrapped lines
_AT_ONCE = 500


class TooManyRows(Refused):
    """More rows than a sheet can hold."""

    code = "too_many_rows"
    template = "有 {rows} 行，一次最多导出 {most} 行。"
    mend = "先按日期、操作人或文字缩小范围，再导出。"


@dataclass(frozen=True)
class Exported:
    """A workbook that was written.

    Attributes:
        path: Where it lies.
        rows: How many rows it holds.
        sha256: Digest of the file.
    """

    path: Path
    rows: int
    sha256: str


def export_listing(
    session: Session,
    *,
    shown: Listing,
    scope: int | None,
    target: Path,
    text: str = "",
    filters: Mapping[str, object] | None = None,
    sort: str | None = None,
    keys: Sequence[str] = (),
    veiled: bool = False,
    progress: Progress = silent,
) -> Exported:
    """Write the rows that a question finds, in its order, as verified xlsx.

    Args:
        session: Session of a snapshot.
        shown: Which table.
        scope: Campaign id; None where rows belong to no campaign.
        target: Final place.
        text: As for `listing.ids`.
        filters: As for `listing.ids`.
        sort: As for `listing.ids`.
        keys: Columns that are written, in this order; all of them if empty.
        veiled: Numbers of persons are written masked, as they stand on the screen.
        progress: Told between the rows; may stop the work.

    Raises:
        TooManyRows: The question finds more than can be written.
        FileTrouble: The file cannot be written; an old one stays.
        Cancelled: The user stopped it.
    """
    wanted = listing.ids(session, shown, scope=scope, text=text, filters=filters, sort=sort)
    if len(wanted) > MOST_ROWS:
        raise TooManyRows(rows=f"{len(wanted):,}", most=f"{MOST_ROWS:,}")
    columns = tuple(shown.form.column(key) for key in keys) or shown.form.columns
    places = [shown.form.keys.index(column.key) for column in columns]

    def rows() -> Iterator[Row]:
        for start in range(0, len(wanted), _AT_ONCE):
            progress(start, len(wanted), "正在导出")
            part = wanted[start : start + _AT_ONCE].tolist()
            found = listing.rows(session, shown, part, scope=scope)
            yield from (_row(columns, [found[number][place] for place in places], veiled=veiled) for number in part if number in found)
        progress(len(wanted), len(wanted), "正在写文件")

    if len(wanted) > STREAMED_FROM:
        count = deliver_stream(columns, rows(), target, title=shown.form.title, made_at=clock.now())
    else:
        listed = list(rows())
        deliver_workbook(Printed(replace(shown.form, columns=columns, rules=()), listed), target, made_at=clock.now())
        count = len(listed)
    return Exported(target, count, sha256_of(target))


def note_export(session: Session, *, exported: Exported) -> None:
    """Record in the history what left the program.

    Args:
        session: Session of a write.
        exported: What was written.
    """
    history.describe(session, kind="export", file=exported.path.name, sha256=exported.sha256, rows=exported.rows)


def _row(columns: Sequence[Column], values: Sequence[object], *, veiled: bool) -> Row:
    """Numbers stay numbers and days days; everything else is written as it is shown."""
    return {column.key: _cell(column, value, veiled=veiled) for column, value in zip(columns, values, strict=True)}


def _cell(column: Column, value: object, *, veiled: bool) -> object:
    if isinstance(value, int) or (column.kind.editor == "date" and isinstance(value, date)):
        return value
    text = column.kind.show(value) if value not in (None, ()) else ""
    return masked(text) if veiled and column.kind.personal else text
