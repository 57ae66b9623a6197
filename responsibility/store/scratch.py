"""Temporary tables of one transaction, for set-based SQL to join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert
from sqlalchemy.schema import CreateTable, DropTable

_tables = MetaData()


def scratch(name: str, *columns: Any) -> Table:
    """A temporary table. Its primary key is the order it is stored in, where the database can do so."""
    return Table(name, _tables, *columns, prefixes=["TEMPORARY"], sqlite_with_rowid=False)


def fill(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]] = ()) -> None:
    """Create the table anew with these rows."""
    empty(connection, table)
    connection.execute(CreateTable(table))
    if rows:
        connection.execute(insert(table), list(rows))


def empty(connection: Connection, table: Table) -> None:
    """Give back the room the table takes."""
    connection.execute(DropTable(table, if_exists=True))
