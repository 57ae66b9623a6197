"""Cards of units, what is told of a unit as a whole, and the policy an assignment was laid under."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "card",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("got_on", sa.Date(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "unit", "occurrence_id"),
    )
    op.create_table(
        "unit_notice",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tell", sa.String(), nullable=False),
        sa.Column("instead_of", sa.String(), nullable=True),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "rule", "period", "recipient"),
    )
    with op.batch_alter_table("unit_notice", schema=None) as batch_op:
        batch_op.create_index("unit_notice_by_seq", ["seq", "recipient"], unique=False)
    op.add_column("assignment", sa.Column("laid_policy_id", sa.Integer(), nullable=True))
    op.execute("UPDATE assignment SET laid_policy_id = policy_id")
