"""Opening the database and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import create_engine


def open_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, foreign keys, 30 s patience) or PostgreSQL; parameters stay out of errors."""
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes can be refused at the write: take the lock at the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def clock_of(connection: Connection) -> datetime | None:
    """What time the database server says it is; None of a database that is a file here and has no clock of its own."""
    if connection.dialect.name == "sqlite":
        return None
    found: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return found


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state and leaves no trace."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@contextmanager
def writing(engine: Engine, *, keep: bool = True) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; `keep=False` tries everything and undoes it."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin() as transaction:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260901)")
            yield connection
            if not keep:
                transaction.rollback()
