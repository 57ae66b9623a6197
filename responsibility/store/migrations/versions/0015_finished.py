"""Occurrences of which nothing is open any more are counted once, and what stands above the work is an index."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

#: A finished occurrence is none any more when what was over is anything else.
CHANGED = "OLD.state IN ('closed', 'cancelled') AND NEW.state <> OLD.state"
FORGET = "DELETE FROM finished WHERE occurrence_id = OLD.occurrence_id;"


def upgrade() -> None:
    op.create_index(
        "assignment_above",
        "assignment",
        ["occurrence_id", "tier", "unit", "post", "state", "item_id"],
        sqlite_where=sa.text("works = 0"),
        postgresql_where=sa.text("NOT works"),
    )
    op.create_table(
        "finished",
        sa.Column("occurrence_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("closed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("occurrence_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION zeren_unfinished() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {FORGET} RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER assignment_unfinished AFTER UPDATE OF state ON assignment "
            f"FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION zeren_unfinished()"
        )
    else:
        op.execute(
            "CREATE TRIGGER assignment_unfinished AFTER UPDATE OF state ON assignment "
            f"WHEN {CHANGED} BEGIN {FORGET} END"
        )
    _count()


def _count() -> None:
    """What closed of every occurrence of which nothing is open."""
    connection = op.get_bind()
    over = "SELECT occurrence_id FROM assignment GROUP BY 1 HAVING min(CASE WHEN state IN ('closed', 'cancelled') "
    alike = sa.text(
        "SELECT tier, unit, CASE WHEN works THEN '' ELSE coalesce(post, '') END AS post, works, count(*) "
        "FROM assignment WHERE occurrence_id = :id AND state = 'closed' GROUP BY 1, 2, 3, 4"
    )
    for one in connection.execute(sa.text(over + "THEN 1 ELSE 0 END) = 1")).scalars().all():
        rows = sorted(
            (tier, unit, post, bool(works), n) for tier, unit, post, works, n in connection.execute(alike, {"id": one})
        )
        closed = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        write = sa.text("INSERT INTO finished (occurrence_id, closed) VALUES (:id, :closed)")
        connection.execute(write, {"id": one, "closed": closed})
