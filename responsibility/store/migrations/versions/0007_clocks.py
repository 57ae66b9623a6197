"""The clocks of report, behind and milestones; milestones that suspension moved."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

STANDING = (
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
    "given_back",
    "policy_id",
    "item_id",
)


def upgrade() -> None:
    op.add_column("clock", sa.Column("until_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clock", sa.Column("rule", sa.String(), nullable=False, server_default=""))
    op.add_column("clock", sa.Column("missed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("item", sa.Column("report_every", sa.String(), nullable=False, server_default=""))
    op.add_column("item", sa.Column("report_rule", sa.String(), nullable=False, server_default=""))
    op.add_column("assignment", sa.Column("given_back", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("assignment_standing", "assignment")
    op.create_index(
        "assignment_standing",
        "assignment",
        list(STANDING),
        sqlite_where=sa.text("works = 1"),
        postgresql_where=sa.text("works"),
    )
