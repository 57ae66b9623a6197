"""The ledger can only grow, by INSERT OR REPLACE too: SQLite replaces a row without asking the triggers of deletion."""

from alembic import op

revision = "0011"
down_revision = "0010"

REFUSED = "the ledger is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, same in (
        ("ledger", "seq = NEW.seq"),
        ("ledger_ref", "(seq, assignment_id) = (NEW.seq, NEW.assignment_id)"),
    ):
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}")
