"""Running clocks in groups that share one decision, as a changed calendar needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from responsibility.store.ledger import undone
from responsibility.store.rows import assignment, clock, ledger, ledger_ref


def waiting(connection: Connection) -> list[Row[Any]]:
    """(policy_id, clock, due_on, rung, rule, missed, next_at, n) of every clock that waits for a moment."""
    c = clock.c
    key = (c.policy_id, c.clock, c.due_on, c.rung, c.rule, c.missed, c.next_at)
    query = select(*key, func.count().label("n")).where(c.next_at.is_not(None)).group_by(*key).order_by(*key)
    return list(connection.execute(query))


def signing(connection: Connection) -> list[Row[Any]]:
    """The same of sign clocks, with the day their assignments were issued on."""
    c, a = clock.c, assignment.c
    key = (c.policy_id, a.issued_on, c.due_on, c.rung, c.next_at)
    query = select(*key, func.count().label("n")).join(clock, c.assignment_id == a.id)
    running = (c.clock == "sign") & c.next_at.is_not(None)
    return list(connection.execute(query.where(running).group_by(*key).order_by(*key)))


def verifying(connection: Connection) -> list[Row[Any]]:
    """(assignment_id, policy_id, due_on, rung, next_at, submitted_at) of every verify clock that waits."""
    c = clock.c
    submitted = (
        select(ledger_ref.c.assignment_id, func.max(ledger.c.at).label("at"))
        .join(ledger, ledger.c.seq == ledger_ref.c.seq)
        .where(ledger.c.act == "submit", ledger.c.seq.not_in(undone()))
        .group_by(ledger_ref.c.assignment_id)
        .subquery()
    )
    query = (
        select(c.assignment_id, c.policy_id, c.due_on, c.rung, c.next_at, submitted.c.at)
        .join(submitted, submitted.c.assignment_id == c.assignment_id)
        .where(c.clock == "verify", c.next_at.is_not(None))
        .order_by(c.assignment_id)
    )
    return list(connection.execute(query))
