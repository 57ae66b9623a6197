"""Opening the database and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import create_engine

#: The one writer of a PostgreSQL database; it waits as long as on SQLite.
_ALONE = "SELECT pg_advisory_xact_lock(20260901) FROM set_config('lock_timeout', '30s', true)"


def open_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, foreign keys) or PostgreSQL, with 30 s patience; parameters stay out of errors.

    Raises ArgumentError, which holds nothing of the address, and ImportError where there is no driver.
    """
    if not url.startswith("sqlite"):
        return create_engine(_address(url), hide_parameters=True, pool_pre_ping=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _address(url: str) -> URL:
    """The address of a PostgreSQL server, which has ten seconds to answer unless it says otherwise."""
    try:
        parsed = make_url(url)
    except ValueError:  # a port that is no number, often a part of the password
        raise ArgumentError("not an address") from None
    if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ArgumentError(f"not for {parsed.drivername}")
    query = {"connect_timeout": "10", **parsed.query, "client_encoding": "utf8"}
    return parsed.set(drivername="postgresql+psycopg", query=query)


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


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state and leaves no trace."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin() as transaction:
            yield connection
            transaction.rollback()


@contextmanager
def writing(engine: Engine, *, keep: bool = True) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; `keep=False` tries everything and undoes it."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin() as transaction:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_ALONE)
            yield connection
            if not keep:
                transaction.rollback()
