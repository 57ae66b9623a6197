"""Extensions asked for: reading them. They are written by the projection of the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from responsibility.store.rows import assignment, extension, item

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"
#: The states in which nothing is left to be extended.
OVER = ("closed", "cancelled")


def open_one(connection: Connection, assignment_id: int) -> Row[Any] | None:
    """The request about an assignment that nobody has decided, or None."""
    e = extension.c
    query = select(extension).where(e.assignment_id == assignment_id, e.status == OPEN)
    return connection.execute(query.order_by(e.seq.desc()).limit(1)).first()


def all_of(connection: Connection, *, undecided: bool = False) -> list[Row[Any]]:
    """Every request (that still waits for a decision) with its assignment and item, oldest first."""
    a, e, i = assignment.c, extension.c, item.c
    query = (
        select(
            extension,
            a.code,
            a.unit,
            a.post,
            a.state,
            a.due_on,
            a.laid_due_on,
            a.extensions,
            a.item_id,
            a.policy_id,
            i.code.label("item_code"),
            i.title,
            i.names_leaders,
        )
        .join(assignment, a.id == e.assignment_id)
        .join(item, i.id == a.item_id)
        .order_by(e.seq)
    )
    return list(connection.execute(query.where(*_waits()) if undecided else query))


def waiting(connection: Connection) -> int:
    """How many requests nobody has decided."""
    query = select(func.count()).select_from(extension).join(assignment, assignment.c.id == extension.c.assignment_id)
    return connection.scalar(query.where(*_waits())) or 0


def _waits() -> tuple[ColumnElement[bool], ...]:
    return extension.c.status == OPEN, assignment.c.state.not_in(OVER)


def about(connection: Connection, assignment_ids: Sequence[int]) -> list[Row[Any]]:
    """Of some assignments: the requests nobody has decided, and what was granted after the due date."""
    e = extension.c
    which = (e.status == OPEN) | ((e.status == APPROVED) & e.late)
    found: list[Row[Any]] = []
    for start in range(0, len(assignment_ids), 500):
        some = list(assignment_ids[start : start + 500])
        found += connection.execute(select(extension).where(e.assignment_id.in_(some), which).order_by(e.seq))
    return found


def extended(connection: Connection) -> dict[int, int]:
    """Item id → how many of its assignments were extended. From the few extensions, not the many assignments."""
    a, e = assignment.c, extension.c
    granted = select(e.assignment_id).where(e.status == APPROVED).distinct().subquery("granted")
    # A subquery for each rather than a join: SQLite would walk all assignments to have them in order of items.
    of_item = select(a.item_id).where(a.id == granted.c.assignment_id, a.state != "cancelled").scalar_subquery()
    items = connection.execute(select(of_item).select_from(granted)).scalars()
    return dict(Counter(item_id for item_id in items if item_id is not None))
