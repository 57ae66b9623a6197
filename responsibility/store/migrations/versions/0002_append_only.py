"""The ledger can only grow: triggers refuse to change or delete an entry, and its head is noted beside it."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("ledger", "ledger_ref")
REFUSED = "the ledger is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION zeren_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION zeren_append_only()"
            )
    else:
        for table in TABLES:
            for act in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
                )
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'ledger.head', seq || ' ' || hash FROM ledger ORDER BY seq DESC LIMIT 1"
    )
