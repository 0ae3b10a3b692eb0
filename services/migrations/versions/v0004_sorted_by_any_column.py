"""The columns by which the large registers are sorted, each in its order.

The living rows in the order of one column: the first page of a hundred
thousand rows is then read from the index, as that of ten thousand is.
"""

from __future__ import annotations

from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("enterprise", "ix_enterprise_living_grade", ("deleted_at", "grade")),
    ("enterprise", "ix_enterprise_living_size", ("deleted_at", "size")),
    ("enterprise", "ix_enterprise_living_employees", ("deleted_at", "employees")),
    ("enterprise", "ix_enterprise_living_state", ("deleted_at", "state")),
    ("enterprise", "ix_enterprise_living_checked_district", ("deleted_at", "checked_district")),
    ("inspection", "ix_inspection_living_platform_no", ("campaign_id", "deleted_at", "platform_no")),
    ("inspection", "ix_inspection_living_entered_on", ("campaign_id", "deleted_at", "entered_on")),
    ("finding", "ix_finding_living_category", ("campaign_id", "deleted_at", "category")),
    ("finding", "ix_finding_living_level", ("campaign_id", "deleted_at", "level")),
)


def upgrade() -> None:
    """Bring the schema one step further."""
    for table, name, columns in INDEXES:
        op.create_index(name, table, list(columns), unique=False)
