"""Writes a plan: one operation, one undo, the original kept with its hash."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, ReportingUnit, Submission
from services import attachments, campaigns, clock, garbage, history, records, undoing
from services.imports import counted, town_figures
from services.imports.desks import DESKS, ORDER, absent_columns
from services.imports.group_names import line_of, phrase
from services.imports.known import ABSENT
from services.imports.plan import Plan, PlanRow, make_plan
from services.progress import Progress, silent

_LISTED = 500
_STATED = {"inspection_stats": counted.stated, "town_summary": town_figures.stated}


def apply_plan(session: Session, *, plan: Plan, progress: Progress = silent) -> Plan:
    """Write what a plan says; return the plan as it was carried out.

    If anything was changed since the plan was made, it is made anew here, so
    that nothing newer is overwritten unseen.

    Args:
        session: Session of a write; the original file is kept already.
        plan: The plan.
        progress: Told after each hundred rows; may stop the work.

    Raises:
        Problem: A service refuses a row; nothing is written then.
    """
    if undoing.head(session) != plan.head:
        plan = make_plan(
            session,
            path=plan.path,
            read=plan.read,
            campaign_id=plan.campaign_id,
            sha256=plan.sha256,
            choices=plan.choices,
            superseded=plan.superseded,
            others=plan.others,
            claims=plan.claims,
            results=plan.results,
            progress=progress,
        )
    codes = dict.fromkeys(code for code, _row in plan.rows)
    with garbage.held_back():
        for code in sorted(codes, key=ORDER.index):
            _write(session, plan, code, [row for other, row in plan.rows if other == code], progress)
    nouns = "、".join(dict.fromkeys(DESKS[code].noun for code in codes))
    label = f"导入{nouns}（{plan.path.name}，{plan.writes} 行）" if plan.writes else f"收到{nouns}（{plan.path.name}，没有要写入的行）"
    history.describe(session, kind="import", label=label)
    _note_submission(session, plan)
    return plan


def _write(session: Session, plan: Plan, code: str, rows: list[PlanRow], progress: Progress) -> None:
    desk = DESKS[code]
    new = [row for row in rows if row.action == "new"]
    if desk.bulk is not None and new:
        desk.bulk(session, [(row.values, _source(plan, row)) for row in new], campaign_id=plan.campaign_id, progress=progress)
        rows = [row for row in rows if row.action == "changed"]
    for number, row in enumerate(rows):
        if number % 100 == 0:
            progress(number, len(rows), plan.path.name)
        if row.action in ("new", "changed"):
            desk.save(session, campaign_id=plan.campaign_id, row=row.values, record_id=row.record_id, source=_source(plan, row))


def _source(plan: Plan, row: PlanRow) -> records.Source:
    flags = tuple({"field": f.key, "code": f.code, "message": f.message, "text": row.read.raw.get(f.key)} for f in row.flags)
    return records.Source(file=plan.path.name, sheet=row.read.sheet, row=row.read.row, flags=flags)


def worth_noting(session: Session, plan: Plan) -> bool:
    """Tell whether a file leaves a trace, also if none of its rows is written.

    Rows that agree with ours, or that nobody can use, are an answer of the
    sender all the same: the file stands in the list of received files, once.
    """
    if plan.writes:
        return True
    query = (
        select(Submission.id)
        .join(Attachment, Attachment.id == Submission.attachment_id)
        .where(Attachment.sha256 == plan.sha256, Submission.campaign_id == plan.campaign_id, Submission.deleted_at.is_(None))
    )
    return session.scalar(query.limit(1)) is None


def _note_submission(session: Session, plan: Plan) -> None:
    if not worth_noting(session, plan):
        return  # the same file again changes nothing, not even the list of received files
    attachment = attachments.record(session, sha256=plan.sha256, name=plan.path.name, size=plan.path.stat().st_size)
    unit: ReportingUnit | None = None
    if plan.campaign_id is not None:
        listed = campaigns.units(session, campaign_id=plan.campaign_id)
        submitter = next((table.submitter for table in plan.tables if table.submitter), None)
        unit = campaigns.unit_named(listed, submitter) or campaigns.unit_named(listed, plan.path.stem) or _unit_of_rows(listed, plan)
    unread = [*_of_files(plan), *_of_rows(plan), *_called_otherwise(plan)]
    session.add(
        Submission(
            campaign_id=plan.campaign_id,
            unit_id=unit.id if unit else None,
            attachment_id=attachment,
            form=plan.rows[0][0],
            received_at=clock.now().replace(microsecond=0),
            counts=plan.counts,
            stated_on=plan.read.report_date,
            unread=unread[:_LISTED] or None,
        )
    )


def _of_files(plan: Plan) -> list[dict[str, object]]:
    """Return what a file says as a whole: totals, columns that a ledger lacks, whom statistics name."""
    found: list[dict[str, object]] = [{"sheet": sheet, "row": number, "reason": said} for sheet, number, said in plan.totals]
    for table in plan.tables:
        if table.form is not None and table.form.code == "inspection_stats":
            names = [str(row.values["enterprise"]) for code, row in plan.rows if code == table.form.code and row.values.get("enterprise")]
            said = {counted.GROUP: phrase(line_of(table)), counted.NAMES: names}
            found.append({"form": table.form.code, "sheet": table.sheet, "row": 0, **said})
        absent = absent_columns(table) if table.form is not None and table.form.code == "hazard_list" else ()
        if absent:
            found.append({"sheet": table.sheet, "row": 0, ABSENT: list(absent)})
    return found


def _of_rows(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "form": code,
            "sheet": row.read.sheet,
            "row": row.read.row,
            "reason": row.reason or counted.said_otherwise(code, row),
            "enterprise": row.values.get("enterprise") or row.values.get("name") or row.values.get("town"),
            **({"stated": stated(row.values)} if (stated := _STATED.get(code)) else {}),
        }
        for code, row in plan.rows
        if row.action == "rejected" or counted.said_otherwise(code, row)
    ]


def _called_otherwise(plan: Plan) -> list[dict[str, object]]:
    """Return what rows that are only compared call otherwise than the registry; a record keeps such a flag itself."""
    return [
        {
            "form": code,
            "sheet": row.read.sheet,
            "row": row.read.row,
            "reason": flag.message,
            "enterprise": row.values.get("enterprise") or row.values.get("town"),
        }
        for code, row in plan.rows
        if DESKS[code].fixed and row.action != "rejected"
        for flag in row.flags
        if flag.code in ("name_differs", "town_differs", "rate_invalid")
    ]


def _unit_of_rows(listed: list[ReportingUnit], plan: Plan) -> ReportingUnit | None:
    """Return the one unit that all rows of an Annex 1 come from, or None."""
    rows = [row.values for code, row in plan.rows if code == "personnel" and row.values]
    named = [campaigns.unit_named(listed, str(row.get("unit") or row.get("unit_position") or "")) for row in rows]
    return named[0] if named and all(unit is named[0] for unit in named) else None
