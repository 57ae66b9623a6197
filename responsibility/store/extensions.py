"""Extensions asked for: reading them. They are written by the projection of the ledger alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from responsibility.store.rows import assignment, extension, item

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"


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
            extension, a.code, a.unit, a.post, a.due_on, a.laid_due_on, a.extensions, i.title, a.item_id, a.policy_id
        )
        .join(assignment, a.id == e.assignment_id)
        .join(item, i.id == a.item_id)
        .order_by(e.seq)
    )
    waiting = (e.status == OPEN) & a.state.not_in(("closed", "cancelled"))
    return list(connection.execute(query.where(waiting) if undecided else query))
