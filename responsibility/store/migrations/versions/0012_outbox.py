"""Several deliverers share the outbox; channels that failed as a whole; why a message waits."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("lease_owner", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tried", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("parts", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("held_why", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        batch_op.create_index("message_by_handing", ["channel", "handed_at"], unique=False)
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'issued_told', CAST(COALESCE(MAX(id), 0) AS VARCHAR) FROM assignment"
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("parked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("alarmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
