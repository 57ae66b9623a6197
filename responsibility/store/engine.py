"""Opening the database and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import create_engine


class Lock(Enum):
    """Who else may write meanwhile on PostgreSQL, as SQL of an advisory lock; on SQLite nobody ever may."""

    #: Nobody.
    ALONE = "SELECT pg_advisory_xact_lock(20260901)"
    #: Others that write TOGETHER and touch none of the same rows; ledger entries are written after `queue_up`.
    TOGETHER = "SELECT pg_advisory_xact_lock_shared(20260901)"
    #: Anybody: what is written is nobody's but the rows' own business.
    NONE = ""


#: The end of the ledger, for those who write TOGETHER.
_QUEUE = "SELECT pg_advisory_xact_lock(20260902)"
#: Seconds after which PostgreSQL gives up a machine that is gone without a word, and what it held: 10 + 3 * 5.
_KEEPALIVE = ("SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3")


def open_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, foreign keys, 30 s patience) or PostgreSQL; parameters stay out of errors."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
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


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for setting in _KEEPALIVE:
            cursor.execute(setting)
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes can be refused at the write: take the lock at the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state and leaves no trace."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@contextmanager
def writing(engine: Engine, *, keep: bool = True, lock: Lock = Lock.ALONE) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; `keep=False` tries everything and undoes it."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin() as transaction:
            if lock.value and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(lock.value)
            yield connection
            if not keep:
                transaction.rollback()


def queue_up(connection: Connection) -> None:
    """Wait for the end of the ledger, and keep it until the transaction ends: of those who write TOGETHER, one at once.

    Whoever writes ALONE need not ask.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_QUEUE)
