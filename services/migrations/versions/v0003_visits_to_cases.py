"""Visits in full, rectification step by step, cases to their end.

New columns come empty and nothing is filled in: what a row holds must be what
the history says of it, and the history of old rows does not know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("inspection", sa.Column("absence_reason", sa.String(), nullable=True)),
    ("inspection", sa.Column("scanned_at", sa.String(), nullable=True)),
    ("inspection", sa.Column("scan_no", sa.String(), nullable=True)),
    ("inspection", sa.Column("recorder_no", sa.String(), nullable=True)),
    ("inspection", sa.Column("told_integrity", sa.Boolean(), nullable=True)),
    ("inspection", sa.Column("mode", sa.String(), nullable=True)),
    ("inspection", sa.Column("items", sa.String(), nullable=True)),
    ("inspection", sa.Column("basis", sa.Text(), nullable=True)),
    ("inspection", sa.Column("entered_at", sa.String(), nullable=True)),
    ("inspection", sa.Column("no_problem", sa.Boolean(), nullable=True)),
    ("inspection", sa.Column("refused", sa.Boolean(), nullable=True)),
    ("inspection", sa.Column("refusal", sa.Text(), nullable=True)),
    ("inspection", sa.Column("second_officer", sa.String(), nullable=True)),
    ("inspection", sa.Column("joint_with", sa.String(), nullable=True)),
    ("finding", sa.Column("place", sa.String(), nullable=True)),
    ("finding", sa.Column("standard", sa.Text(), nullable=True)),
    ("finding", sa.Column("duty_unit", sa.String(), nullable=True)),
    ("finding", sa.Column("stop_scope", sa.String(), nullable=True)),
    ("finding", sa.Column("other_standard", sa.String(), nullable=True)),
    ("finding", sa.Column("major_item", sa.String(), nullable=True)),
    ("finding", sa.Column("major_officer", sa.String(), nullable=True)),
    ("finding", sa.Column("major_expert", sa.String(), nullable=True)),
    ("finding", sa.Column("major_on", sa.Date(), nullable=True)),
    ("finding", sa.Column("plan", sa.Text(), nullable=True)),
    ("finding", sa.Column("fund", sa.Integer(), nullable=True)),
    ("finding", sa.Column("supervisor", sa.String(), nullable=True)),
    ("finding", sa.Column("listed_on", sa.Date(), nullable=True)),
    ("finding", sa.Column("listed_no", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("case_no", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("cause", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("broken_clause", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("handlers", sa.JSON(none_as_null=True), nullable=True)),
    ("penalty_case", sa.Column("violated_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("held_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("held_settled_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("sealed_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("sealed_until", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("unsealed_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("investigated_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("notice_no", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("hearing_asked_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("hearing_told_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("heard_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("reviewed_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("review_no", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("discussed_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("extended_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("decide_by", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("served_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("service", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("pay_by", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("urged_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("court_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("transferred_on", sa.Date(), nullable=True)),
    ("penalty_case", sa.Column("publish_url", sa.String(), nullable=True)),
    ("penalty_case", sa.Column("outcome", sa.String(), nullable=True)),
    ("case_party", sa.Column("post", sa.String(), nullable=True)),
    ("case_party", sa.Column("clause", sa.String(), nullable=True)),
    ("case_amount", sa.Column("document_no", sa.String(), nullable=True)),
)
# What is new, each with its own columns, what these refer to, and what is looked up by.
TABLES: tuple[tuple[str, tuple[sa.Column[Any], ...], dict[str, str], tuple[str, ...]], ...] = (
    (
        "assignment",
        (
            sa.Column("campaign_id", sa.Integer(), nullable=False),
            sa.Column("group_id", sa.Integer(), nullable=True),
            sa.Column("enterprise_id", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("planned_on", sa.Date(), nullable=True),
            sa.Column("reason", sa.String(), nullable=True),
        ),
        {"campaign_id": "campaign", "group_id": "inspection_group", "enterprise_id": "enterprise"},
        ("campaign_id", "enterprise_id", "group_id"),
    ),
    (
        "recording",
        (
            sa.Column("inspection_id", sa.Integer(), nullable=False),
            sa.Column("scene", sa.String(), nullable=False),
            sa.Column("path", sa.String(), nullable=False),
            sa.Column("sha256", sa.String(length=64), nullable=False),
            sa.Column("size", sa.Integer(), nullable=False),
            sa.Column("started_at", sa.String(), nullable=True),
            sa.Column("ended_at", sa.String(), nullable=True),
            sa.Column("remark", sa.String(), nullable=True),
        ),
        {"inspection_id": "inspection"},
        ("inspection_id",),
    ),
    (
        "evidence",
        (
            sa.Column("attachment_id", sa.Integer(), nullable=False),
            sa.Column("inspection_id", sa.Integer(), nullable=True),
            sa.Column("finding_id", sa.Integer(), nullable=True),
            sa.Column("case_id", sa.Integer(), nullable=True),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("caption", sa.String(), nullable=True),
            sa.Column("original_sha256", sa.String(length=64), nullable=False),
            sa.Column("taken_at", sa.String(), nullable=True),
        ),
        {"attachment_id": "attachment", "inspection_id": "inspection", "finding_id": "finding", "case_id": "penalty_case"},
        ("attachment_id", "case_id", "finding_id", "inspection_id"),
    ),
    (
        "rectification_step",
        (
            sa.Column("finding_id", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("on", sa.Date(), nullable=False),
            sa.Column("person", sa.String(), nullable=True),
            sa.Column("reason", sa.Text(), nullable=True),
            sa.Column("was_due", sa.Date(), nullable=True),
            sa.Column("due", sa.Date(), nullable=True),
        ),
        {"finding_id": "finding"},
        ("finding_id",),
    ),
)


def upgrade() -> None:
    """Bring the schema one step further."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    # a step looks whether it was taken back: without this, through the whole history
    op.create_index(op.f("ix_operation_undoes"), "operation", ["undoes"], unique=False)
    for table, own, refers, indexed in TABLES:
        _make(table, own, refers, indexed)


def _make(table: str, own: Sequence[sa.Column[Any]], refers: Mapping[str, str], indexed: Sequence[str]) -> None:
    """Make a table: its own columns, what every record has, its references by name."""
    kept = (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("deleted_at", sa.String(length=32), nullable=True),
    )
    keys = [sa.ForeignKeyConstraint([key], [f"{home}.id"], name=op.f(f"fk_{table}_{key}_{home}")) for key, home in refers.items()]
    once = (sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")), sa.UniqueConstraint("uid", name=op.f(f"uq_{table}_uid")))
    op.create_table(table, *own, *kept, *keys, *once, sqlite_autoincrement=True)
    for key in indexed:
        op.create_index(op.f(f"ix_{table}_{key}"), table, [key], unique=False)
