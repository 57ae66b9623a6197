"""Reviews: what is due for one, and those that were held.

`start`, `hold` and `follow` are for the projection of the ledger; nothing else writes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, null, select, update

from responsibility.core.deadline import Kind
from responsibility.store.laying import Laid
from responsibility.store.positions import (
    Values,
    arm_clock,
    chunks,
    position_of,
    set_columns,
    start_clocks,
    stop_clocks,
)
from responsibility.store.rows import assignment, clock, item, review

#: The rung of a review clock that stands still because its item has an end now; none that runs stands there.
STOPPED = -2
_is_long_term = item.c.deadline["kind"].as_string() == Kind.LONG_TERM.value
_LIVE = ("draft", "suspended", "cancelled")


def long_term_items(connection: Connection, laid: Laid) -> list[int]:
    """The items without an end in a block of assignments that work."""
    a = assignment.c
    laid_here = a.id.between(laid.first, laid.last) & a.works
    query = select(item.c.id).where(_is_long_term, item.c.id.in_(select(a.item_id).where(laid_here)))
    return list(connection.execute(query.order_by(item.c.id)).scalars())


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


def clock_of(connection: Connection, assignment_id: int) -> Row[Any] | None:
    """The review clock of an assignment, or None."""
    query = select(clock).where(clock.c.assignment_id == assignment_id, clock.c.clock == "review")
    return connection.execute(query).first()


def held(connection: Connection, assignment_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Assignment id → the reviews held of it, oldest first."""
    found: dict[int, list[Row[Any]]] = {}
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


def start(connection: Connection, arm: Values, laid: Any) -> None:
    """Start the review clocks of the work in a block, of the items that `arm` names."""
    for some in chunks(arm["items"]):
        start_clocks(connection, "review", arm, laid & assignment.c.works & assignment.c.item_id.in_(some))


def hold(connection: Connection, seq: int, at: datetime, codes: Sequence[str], values: Values) -> None:
    """A review held: the next one is due later; of what was found wanting, since when it is rectified."""
    arm = values["finish"]
    rectify_by = date.fromisoformat(arm["due_on"]) if arm else None
    held = select(
        literal(seq),
        assignment.c.id,
        literal(at, review.c.held_at.type),
        literal(values["verdict"]),
        literal(values["text"]),
        literal(values["by"]),
        literal(rectify_by, review.c.rectify_by.type),
    ).where(assignment.c.code.in_(list(codes)))
    connection.execute(insert(review).from_select([column.name for column in review.c], held))
    arm_clock(connection, codes, "review", values["review"])
    if arm:
        stop_clocks(connection, codes, "sign")
        set_columns(connection, codes, rectifying_since=date.fromisoformat(values["since"]), percent=None)


def follow(connection: Connection, values: Values) -> None:
    """Items whose deadline changed: review clocks start where there is no end any more, and stop where there is one."""
    a, c = assignment.c, clock.c
    live = a.works & a.state.not_in(("draft", "suspended", "cancelled"))
    for some in chunks(values["stop"]):
        ids = select(a.id).where(a.item_id.in_(some))
        connection.execute(
            update(clock).where(c.assignment_id.in_(ids), c.clock == "review").values(next_at=null(), rung=STOPPED)
        )
    for some in chunks(values["start"]):
        for policy_id, arm in values["arms"].items():
            which = live & a.item_id.in_(some) & (a.policy_id == int(policy_id))
            again = (c.clock == "review") & (c.rung == STOPPED) & c.assignment_id.in_(select(a.id).where(which))
            connection.execute(update(clock).where(again).values(**position_of(arm), arming=c.arming + 1))
            timed = select(c.assignment_id).where(c.clock == "review")
            start_clocks(connection, "review", arm, which & a.id.not_in(timed))
