"""Reviews of what has no end, and since when what was found wanting is rectified."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

STANDING = "assignment_standing"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("review_by_assignment", "review", ["assignment_id"])
    indexes = sa.inspect(op.get_bind()).get_indexes("assignment")
    [standing] = [index["column_names"] for index in indexes if index["name"] == STANDING]
    op.drop_index(STANDING, "assignment")
    op.add_column("assignment", sa.Column("rectifying_since", sa.Date(), nullable=True))
    for name, columns, which in (
        (STANDING, [*map(str, standing), "rectifying_since"], ("works = 1", "works")),
        ("assignment_rectifying", ["item_id"], ("rectifying_since IS NOT NULL",) * 2),
    ):
        op.create_index(name, "assignment", columns, sqlite_where=sa.text(which[0]), postgresql_where=sa.text(which[1]))
