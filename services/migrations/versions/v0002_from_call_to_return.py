"""Annex 1 from call to return: steps, absences, equipment; grid indexes.

New columns come empty and nothing is filled in: what a row holds must be what
the history says of it, and the history of old rows does not know them.
"""

from __future__ import annotations

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


def upgrade() -> None:
    """Bring the schema one step further."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    for table, name in REPLACED:
        op.drop_index(name, table_name=table)
    for table, name, columns in INDEXES:
        op.create_index(name, table, list(columns), unique=False)
    _events()
    _absences()
    _equipment()


def _events() -> None:
    op.create_table(
        "nomination_event",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("secondment_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("deleted_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_nomination_event_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["unit_id"], ["reporting_unit.id"], name=op.f("fk_nomination_event_unit_id_reporting_unit")),
        sa.ForeignKeyConstraint(["secondment_id"], ["secondment.id"], name=op.f("fk_nomination_event_secondment_id_secondment")),
        sa.ForeignKeyConstraint(["other_id"], ["secondment.id"], name=op.f("fk_nomination_event_other_id_secondment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_nomination_event_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_nomination_event_campaign_id"), "nomination_event", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_nomination_event_secondment_id"), "nomination_event", ["secondment_id"], unique=False)
    op.create_index(op.f("ix_nomination_event_unit_id"), "nomination_event", ["unit_id"], unique=False)


def _absences() -> None:
    op.create_table(
        "absence",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("deleted_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_absence_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("uid", name=op.f("uq_absence_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_absence_campaign_id"), "absence", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)


def _equipment() -> None:
    op.create_table(
        "equipment",
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
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("deleted_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_equipment_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["group_id"], ["inspection_group.id"], name=op.f("fk_equipment_group_id_inspection_group")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_equipment_holder_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("uid", name=op.f("uq_equipment_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_equipment_campaign_id"), "equipment", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_equipment_group_id"), "equipment", ["group_id"], unique=False)
