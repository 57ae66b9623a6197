"""Reviews: what is due for one, and those that were held. They are written by the projection of the ledger alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Row, func, select

from responsibility.core.deadline import Kind
from responsibility.store.laying import Laid
from responsibility.store.rows import assignment, clock, item, review

_is_long_term = item.c.deadline["kind"].as_string() == Kind.LONG_TERM.value
_LIVE = ("draft", "suspended", "cancelled")


def long_term_items(connection: Connection, laid: Laid) -> list[int]:
    """The items without an end in a block of assignments that work."""
    a = assignment.c
    laid_here = a.id.between(laid.first, laid.last) & a.works
    query = select(item.c.id).where(_is_long_term, item.c.id.in_(select(a.item_id).where(laid_here)))
    return list(connection.execute(query).scalars())


def out_of_step(connection: Connection, codes: Sequence[str]) -> tuple[dict[int, set[int]], list[int]]:
    """Of some items: those without an end that have work no review clock runs on (with the policies of that work), and
    those with an end on whose work one still runs."""
    a, c = assignment.c, clock.c
    running = select(c.assignment_id).where(c.clock == "review", c.assignment_id == a.id, c.next_at.is_not(None))
    idle: dict[int, set[int]] = {}
    ended: list[int] = []
    for start in range(0, len(codes), 500):
        some = item.c.code.in_(list(codes[start : start + 500]))
        work = select(a.item_id, a.policy_id).join(item, item.c.id == a.item_id).where(some, a.works)
        begin = work.where(_is_long_term, a.state.not_in(_LIVE), ~running.exists()).distinct()
        for row in connection.execute(begin):
            idle.setdefault(row.item_id, set()).add(row.policy_id)
        ended += {row.item_id for row in connection.execute(work.where(~_is_long_term, running.exists()))}
    return idle, sorted(ended)


def clock_of(connection: Connection, assignment_id: int) -> Row | None:  # type: ignore[type-arg]
    """The review clock of an assignment, or None."""
    query = select(clock).where(clock.c.assignment_id == assignment_id, clock.c.clock == "review")
    return connection.execute(query).first()


def held(connection: Connection, assignment_ids: Sequence[int]) -> dict[int, list[Row]]:  # type: ignore[type-arg]
    """Assignment id → the reviews held of it, oldest first."""
    found: dict[int, list[Row]] = {}  # type: ignore[type-arg]
    for start in range(0, len(assignment_ids), 500):
        some = list(assignment_ids[start : start + 500])
        for row in connection.execute(select(review).where(review.c.assignment_id.in_(some)).order_by(review.c.seq)):
            found.setdefault(row.assignment_id, []).append(row)
    return found


def rectified_by(connection: Connection) -> dict[int, date]:
    """Item → the first day until which something of it is to be rectified."""
    a = assignment.c
    open_ = a.rectifying_since.is_not(None) & a.state.not_in(("draft", "closed", "cancelled"))
    query = select(a.item_id, func.min(a.due_on)).where(open_, a.due_on.is_not(None)).group_by(a.item_id)
    return {row[0]: row[1] for row in connection.execute(query)}
