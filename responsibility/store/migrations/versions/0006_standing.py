"""What works, in the order it is counted in: an index that answers `zeren status` by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COLUMNS = (
    "occurrence_id",
    "tier",
    "unit",
    "state",
    "issued_on",
    "due_on",
    "due_at",
    "percent",
    "counted",
    "milestones_done",
    "submitted_late",
    "policy_id",
    "item_id",
)


def upgrade() -> None:
    op.create_index(
        "assignment_standing",
        "assignment",
        list(COLUMNS),
        sqlite_where=sa.text("works = 1"),
        postgresql_where=sa.text("works"),
    )
