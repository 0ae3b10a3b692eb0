"""Annex 1 from call to return: steps, absences, equipment; grid indexes.

New columns come empty and nothing is filled in: what a row holds must be what
the history says of it, and the history of old rows does not know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("person", sa.Column("kind", sa.String(), nullable=True)),
    ("person", sa.Column("post", sa.String(), nullable=True)),
    ("person", sa.Column("speciality", sa.String(), nullable=True)),
    ("person", sa.Column("remark", sa.String(), nullable=True)),
    ("group_member", sa.Column("since", sa.Date(), nullable=True)),
    ("group_member", sa.Column("until", sa.Date(), nullable=True)),
    ("group_member", sa.Column("reason", sa.String(), nullable=True)),
    ("submission", sa.Column("stated_on", sa.Date(), nullable=True)),
)
# The living rows of a campaign in the order that a grid asks for; the new ones replace those that they begin with.
INDEXES = (
    ("enterprise", "ix_enterprise_living", ("deleted_at",)),
    ("enterprise", "ix_enterprise_living_name", ("deleted_at", "name")),
    ("enterprise", "ix_enterprise_living_town", ("deleted_at", "town")),
    ("enterprise", "ix_enterprise_living_credit_code", ("deleted_at", "credit_code")),
    ("enterprise", "ix_enterprise_living_industry", ("deleted_at", "industry")),
    ("inspection", "ix_inspection_living_checked_on", ("campaign_id", "deleted_at", "checked_on")),
    ("finding", "ix_finding_living_due", ("campaign_id", "deleted_at", "due")),
    ("finding", "ix_finding_living_status", ("campaign_id", "deleted_at", "status")),
)
REPLACED = (
    ("enterprise", "ix_enterprise_name"),
    ("enterprise", "ix_enterprise_town"),
    ("enterprise", "ix_enterprise_credit_code"),
    ("inspection", "ix_inspection_campaign_id"),
    ("finding", "ix_finding_campaign_id"),
)
# What is new, each with its own columns, what these refer to, and what is looked up by.
TABLES: tuple[tuple[str, tuple[sa.Column[Any], ...], dict[str, str], tuple[str, ...]], ...] = (
    (
        "nomination_event",
        (
            sa.Column("campaign_id", sa.Integer(), nullable=False),
            sa.Column("unit_id", sa.Integer(), nullable=True),
            sa.Column("secondment_id", sa.Integer(), nullable=True),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("on", sa.Date(), nullable=False),
            sa.Column("reason", sa.String(), nullable=True),
            sa.Column("due", sa.Date(), nullable=True),
            sa.Column("other_id", sa.Integer(), nullable=True),
        ),
        {"campaign_id": "campaign", "unit_id": "reporting_unit", "secondment_id": "secondment", "other_id": "secondment"},
        ("campaign_id", "secondment_id", "unit_id"),
    ),
    (
        "absence",
        (
            sa.Column("campaign_id", sa.Integer(), nullable=False),
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("start", sa.Date(), nullable=False),
            sa.Column("end", sa.Date(), nullable=True),
            sa.Column("reason", sa.String(), nullable=False),
            sa.Column("remark", sa.String(), nullable=True),
        ),
        {"campaign_id": "campaign", "person_id": "person"},
        ("campaign_id", "person_id"),
    ),
    (
        "equipment",
        (
            sa.Column("campaign_id", sa.Integer(), nullable=False),
            sa.Column("group_id", sa.Integer(), nullable=True),
            sa.Column("holder_id", sa.Integer(), nullable=True),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("label", sa.String(), nullable=True),
            sa.Column("count", sa.Integer(), nullable=False),
            sa.Column("provider", sa.String(), nullable=True),
            sa.Column("handed_on", sa.Date(), nullable=True),
            sa.Column("returned_on", sa.Date(), nullable=True),
            sa.Column("remark", sa.String(), nullable=True),
        ),
        {"campaign_id": "campaign", "group_id": "inspection_group", "holder_id": "person"},
        ("campaign_id", "group_id"),
    ),
)


def upgrade() -> None:
    """Bring the schema one step further."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    for table, name in REPLACED:
        op.drop_index(name, table_name=table)
    for table, name, columns in INDEXES:
        op.create_index(name, table, list(columns), unique=False)
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
