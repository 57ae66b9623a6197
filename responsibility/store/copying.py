"""A whole database copied: as a snapshot of a running one, or into another kind of database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, func, insert, inspect, select, text

from responsibility.store import migrate, rows
from responsibility.store.engine import open_engine, reading, writing
from responsibility.store.rows import described

#: Rows one statement writes.
_BATCH = 5_000

#: Told, table by table, how many rows are done of how many.
Progress = Callable[[int, int], None]


def snapshot(engine: Engine, path: Path, progress: Progress = lambda done, total: None) -> None:
    """Write what the database holds at this moment to a new SQLite file; others may go on writing."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True, timeout=30)) as source:
            source.execute("VACUUM INTO ?", (str(path),))
        return
    target = open_engine(f"sqlite:///{path}")
    try:
        copy(engine, target, progress)
    finally:
        target.dispose()


def is_empty(engine: Engine) -> bool:
    """Whether nothing of ours is in a database yet."""
    return not inspect(engine).has_table(rows.meta.name)


def copy(source: Engine, target: Engine, progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Make our tables in an empty database and fill them, in one transaction; returns rows by table."""
    migrate.bring_up(target)
    with reading(source) as old, writing(target) as new:
        new.execute(rows.meta.delete())
        counts = {table.name: _count(old, table) for table in tables()}
        total, done = sum(counts.values()), 0
        for table in tables():
            for some in old.execute(select(table), execution_options={"yield_per": _BATCH}).mappings().partitions():
                _write(new, table, some)
                done += len(some)
                progress(done, total)
        _go_on_counting(new)
    return counts


def _write(connection: Connection, table: Table, some: Sequence[RowMapping]) -> None:
    """Add rows to a table; to PostgreSQL as one stream, which is several times faster than statements."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), [dict(row) for row in some])
        return
    columns = list(table.columns)
    writers = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    names = ", ".join(connection.dialect.identifier_preparer.format_column(column) for column in columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as out:
        for row in some:
            values = (row[column.name] for column in columns)
            out.write_row([writer(value) if writer else value for writer, value in zip(writers, values, strict=True)])


def counted(engine: Engine) -> dict[str, int]:
    """Rows by table."""
    with reading(engine) as connection:
        return {table.name: _count(connection, table) for table in tables()}


def tables() -> list[Table]:
    """Our tables, those others refer to first."""
    return described().sorted_tables


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL numbers new rows from a counter of its own: it goes on after what was copied."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        counter = table.autoincrement_column
        if counter is not None:
            name = f"pg_get_serial_sequence('{table.name}', '{counter.name}')"
            newest = f"(SELECT max({counter.name}) FROM {table.name})"
            connection.execute(text(f"SELECT setval({name}, {newest}) WHERE {name} IS NOT NULL AND {newest} > 0"))


def damage(path: Path) -> str:
    """What SQLite itself finds wrong with a file; empty where nothing is."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found
