"""What fell due where nobody would hear of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from responsibility.store.rows import assignment, clock, ledger


def last_sweep_at(connection: Connection) -> datetime | None:
    """When the last sweep was."""
    sweeps = select(ledger.c.at).where(ledger.c.act == "sweep").order_by(ledger.c.seq.desc()).limit(1)
    found: datetime | None = connection.scalar(sweeps)
    return found


def fell_due(
    connection: Connection,
    name: str,
    policies: Collection[int],
    states: Collection[str],
    since: datetime | None,
    until: datetime,
) -> dict[str, int]:
    """Unit → how many clocks of that name, under these policies and in these states, fell due in the time."""
    a, c = assignment.c, clock.c
    query = select(a.unit, func.count()).join(clock, c.assignment_id == a.id)
    query = query.where(c.clock == name, c.policy_id.in_(list(policies)), a.state.in_(list(states)), c.due_at <= until)
    if since is not None:
        query = query.where(c.due_at > since)
    return {row[0]: row[1] for row in connection.execute(query.group_by(a.unit).order_by(a.unit))}
