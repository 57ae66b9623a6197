"""Opening the database and its transactions."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlmodel import create_engine

#: Told how many seconds somebody is going to wait at most.
Waiting = Callable[[float], None]


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
#: Seconds a write waits for another one before it is said, and in all.
UNSAID, PATIENCE = 1.0, 30.0


def open_engine(url: str, waiting: Waiting | None = None, patience: float = PATIENCE) -> Engine:
    """An engine for SQLite (WAL, foreign keys) or PostgreSQL; parameters stay out of errors.

    A write waits up to `patience` seconds for another one, and `waiting` is told where that takes longer than a moment;
    where nobody is to be told, a write on PostgreSQL waits as long as it has to. Raises ArgumentError, which holds
    nothing of the address, and ImportError where there is no driver.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(_address(url), hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
    else:
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": patience})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    engine.update_execution_options(waiting=waiting, patience=patience)
    _open.add(engine)
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


#: Those still in use somewhere.
_open: WeakSet[Engine] = WeakSet()


@atexit.register
def close_all() -> None:
    """Close what is open when the process ends: SQLite then takes up its WAL, and the folder holds one file again."""
    for engine in list(_open):
        engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        # In memory, the journal of one UPDATE of 50,000 clocks alone would hold 100 MB.
        "temp_store=FILE",
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
    options = connection.get_execution_options()
    if not options.get("writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    waiting, patience = options["waiting"], options["patience"]
    if waiting is not None:
        try:
            _begin_within(connection, min(UNSAID, patience))
            return
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            waiting(patience)
    _begin_within(connection, patience)


def _begin_within(connection: Connection, seconds: float) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock_postgres(connection: Connection, lock: str) -> None:
    """One write at a time; whoever waits for it longer than a moment is told, and not kept forever."""
    options = connection.get_execution_options()
    waiting, patience = options.get("waiting"), options.get("patience", PATIENCE)
    if waiting is None:
        connection.exec_driver_sql(lock)
        return
    try:
        with connection.begin_nested():
            _lock_within(connection, lock, min(UNSAID, patience))
        return
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
    waiting(patience)
    _lock_within(connection, lock, patience)


def _lock_within(connection: Connection, lock: str, seconds: float) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {seconds * 1000:.0f}")
    connection.exec_driver_sql(lock)
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


def clock_of(connection: Connection) -> datetime | None:
    """What time the database server says it is; None of a database that is a file here and has no clock of its own."""
    if connection.dialect.name == "sqlite":
        return None
    found: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return found


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
def writing(engine: Engine, *, keep: bool = True, lock: Lock = Lock.ALONE) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; `keep=False` tries everything and undoes it."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin() as transaction:
            if connection.dialect.name == "postgresql" and lock is not Lock.NONE:
                _lock_postgres(connection, lock.value)
            yield connection
            if not keep:
                transaction.rollback()


def queue_up(connection: Connection) -> None:
    """Wait for the end of the ledger, and keep it until the transaction ends: of those who write TOGETHER, one at once.

    Whoever writes ALONE need not ask.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_QUEUE)
