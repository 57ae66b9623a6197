"""The rows behind assignments as plain values: read, written down in a ledger entry, put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Date, Table, and_, delete, insert, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from responsibility.store.rows import assignment, clock, delegation, extension, review

if TYPE_CHECKING:
    from responsibility.core.undo import Image, Key

#: What is kept of an assignment, each table with the column that names it.
_TABLES = {
    "assignment": (assignment, assignment.c.id),
    "clock": (clock, clock.c.assignment_id),
    "extension": (extension, extension.c.assignment_id),
    "delegation": (delegation, delegation.c.assignment_id),
    "review": (review, review.c.assignment_id),
}


def read_images(connection: Connection, ids: Sequence[int]) -> dict[int, Image]:
    """Assignment id → every row of it by its key."""
    found: dict[int, dict[Key, Mapping[str, Any]]] = {one: {} for one in ids}
    for name, (table, owner) in _TABLES.items():
        keys = [column.name for column in table.primary_key]
        for row in connection.execute(select(table).where(owner.in_(list(ids)))):
            columns = dict(row._mapping)
            of = columns[owner.name]
            found[of][name, tuple((key, columns.pop(key)) for key in keys)] = columns
    return dict(found)


def written(back: Mapping[Key, Mapping[str, Any] | None]) -> list[dict[str, Any]]:
    """Rows to put back, as a ledger entry holds them."""
    return [
        {
            "table": table,
            "key": dict(key),
            "set": None if columns is None else {name: _plain(value) for name, value in columns.items()},
        }
        for (table, key), columns in sorted(back.items(), key=lambda one: str(one[0]))
    ]


def write_back(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows back: what was not there goes, what is gone comes again, what differs is as it was."""
    for row in rows:
        put_back(connection, _TABLES[row["table"]][0], row)


def put_back(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Put one row of a table back."""
    which = and_(*(table.c[name] == value for name, value in row["key"].items()))
    if row["set"] is None:
        connection.execute(delete(table).where(which))
        return
    columns = {name: _read(table.c[name], value) for name, value in row["set"].items()}
    known = connection.execute(update(table).where(which).values(**columns)).rowcount
    if table is clock and "unit" not in columns:  # as entries wrote it before clocks had one
        of = select(assignment.c.unit).where(assignment.c.id == row["key"]["assignment_id"])
        columns["unit"] = of.scalar_subquery()
    # A bench knows a few assignments only: what differs on others is none of its business.
    if not known and len(row["key"]) + len(columns) == len(table.c):
        connection.execute(insert(table).values(**row["key"], **columns))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if isinstance(column.type, UTCDateTime) else value
