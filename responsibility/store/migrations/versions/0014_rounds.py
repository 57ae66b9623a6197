"""Sweeps in shards: rounds of them, and the unit beside every clock."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("clock", sa.Column("unit", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE clock SET unit = (SELECT a.unit FROM assignment a WHERE a.id = clock.assignment_id)")
    if op.get_bind().dialect.name == "postgresql":
        waiting = sa.text("next_at IS NOT NULL")
        op.create_index("clock_next_of_unit", "clock", ["unit", "next_at"], postgresql_where=waiting)
    op.create_table(
        "sweep_round",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("config", sa.String(), nullable=False),
        sa.Column("closed_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "sweep_shard",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "number"),
    )
