"""Bringing a database to the current schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

#: The newest revision under migrations/versions; a test holds it to what alembic finds.
HEAD = "0013"


def bring_up(engine: Engine, to: str = HEAD) -> None:
    """Create or upgrade the tables; costs one small query when nothing is to be done."""
    if _revision(engine) == to:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
