"""What was newly laid on whom, and up to where it was told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from responsibility.store.rows import assignment, message, meta

#: The key in `meta`: the last assignment that was told of; the migration that brought it counts all before as told.
_TOLD = "issued_told"


def news(connection: Connection) -> tuple[int, int]:
    """(the first assignment that was not told of, the last one there is)."""
    told = connection.scalar(select(meta.c.value).where(meta.c.key == _TOLD))
    return int(told or 0) + 1, connection.scalar(select(func.max(assignment.c.id))) or 0


def note_told(connection: Connection, last: int) -> None:
    """Everything up to this assignment was told of."""
    if not connection.execute(update(meta).where(meta.c.key == _TOLD).values(value=str(last))).rowcount:
        connection.execute(insert(meta).values(key=_TOLD, value=str(last)))


def people_waiting(connection: Connection) -> int:
    """How many people a message about new work waits for."""
    m = message.c
    query = select(func.count(m.person.distinct())).where(m.kind == "issued", m.status.in_(("pending", "held")))
    return connection.scalar(query) or 0


def owners(connection: Connection, first: int, last: int) -> list[Row[Any]]:
    """(unit, post or None where the unit itself has to do it) of the open work in a block of assignments."""
    a = assignment.c
    open_ = a.works & a.state.not_in(("draft", "closed", "cancelled"))
    query = select(a.unit, a.post).where(a.id.between(first, last), open_).distinct().order_by(a.unit, a.post)
    return list(connection.execute(query))
