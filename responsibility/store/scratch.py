"""Temporary tables of one transaction, for set-based SQL to join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, MetaData, Table, insert
from sqlalchemy.schema import CreateTable, DropTable

_tables = MetaData()


def scratch(name: str, *columns: Any) -> Table:
    """A temporary table. Its primary key is the order it is stored in, where the database can do so."""
    return Table(name, _tables, *columns, prefixes=["TEMPORARY"], sqlite_with_rowid=False)


def fill(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]] = ()) -> None:
    """Create the table anew with these rows."""
    empty(connection, table)
    connection.exec_driver_sql(_written(table, connection.dialect)[0])
    if rows and connection.dialect.name == "postgresql":
        _pour(connection, table, rows)
    elif rows:
        connection.execute(insert(table), list(rows))


def _pour(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """COPY, in which PostgreSQL takes a row in a tenth of the time of an INSERT; what a row does not name is null."""
    names = [column.name for column in table.c]
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in names])


def survey(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL look at what the tables hold before it plans: of temporary ones nobody else tells it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE " + ", ".join(table.name for table in tables))


def empty(connection: Connection, table: Table) -> None:
    """Give back the room the table takes."""
    connection.exec_driver_sql(_written(table, connection.dialect)[1])


@cache
def _written(table: Table, dialect: Dialect) -> tuple[str, str]:
    """The statements that make and drop the table; SQLAlchemy itself keeps none of these."""
    make, drop = CreateTable(table), DropTable(table, if_exists=True)
    return str(make.compile(dialect=dialect)), str(drop.compile(dialect=dialect))
