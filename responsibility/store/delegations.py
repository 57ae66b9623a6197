"""委托代办 as it stands: at most one delegate for an assignment, until the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from responsibility.store.rows import delegation


def delegate_of(connection: Connection, assignment_id: int, on: date) -> str | None:
    """The post that acts for an assignment's owner on that day, or None."""
    found = active(connection, [assignment_id], on).get(assignment_id)
    return found.post if found else None


def active(connection: Connection, assignment_ids: Sequence[int], on: date) -> dict[int, Row[Any]]:
    """Assignment id → the delegation that stands on that day."""
    d = delegation.c
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(assignment_ids), 500):
        some = list(assignment_ids[start : start + 500])
        query = select(delegation).where(d.assignment_id.in_(some), d.until_on >= on)
        found |= {row.assignment_id: row for row in connection.execute(query)}
    return found


def of_post(connection: Connection, post: str, on: date) -> list[int]:
    """The assignments a post acts on for their owners on that day."""
    d = delegation.c
    query = select(d.assignment_id).where(d.post == post, d.until_on >= on).order_by(d.assignment_id)
    return list(connection.execute(query).scalars())
