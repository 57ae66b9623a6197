"""Moving a list's running assignments to another policy: the volume in set-based SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    String,
    case,
    func,
    select,
    update,
)

from responsibility.store.rows import assignment, clock, item
from responsibility.store.scratch import empty, fill, scratch
from responsibility.store.standing import key_columns, same_key

#: States in which an assignment runs: its policy still means something.
_DONE = ("draft", "closed", "cancelled")

#: Where the clocks of one group go.
step = scratch(
    "policy_step",
    *key_columns(),
    Column("state", String, primary_key=True),
    Column("urgent", Boolean, primary_key=True),
    Column("waits", Boolean, primary_key=True),
    Column("to", Integer, nullable=False),
    Column("next_at", clock.c.next_at.type),
    Column("to_policy", Integer, nullable=False),
)


def running(connection: Connection, list_id: int, plain: int, urgent: int) -> dict[int, int]:
    """Policy → how many running assignments of a list would leave it for the one of their item's urgency."""
    a = assignment.c
    leaving = (item.c.list_id == list_id) & a.state.not_in(_DONE) & (a.policy_id != _target(plain, urgent))
    query = select(a.policy_id, func.count()).join(item, item.c.id == a.item_id).where(leaving).group_by(a.policy_id)
    return {row[0]: row[1] for row in connection.execute(query.order_by(a.policy_id))}


def groups(connection: Connection, list_id: int, plain: int, urgent: int) -> list[Row[Any]]:
    """(policy_id, clock, due_on, rung, rule, missed, state, urgent, next_at, n) of their clocks, alike together."""
    a, c = assignment.c, clock.c
    key = (c.policy_id, c.clock, c.due_on, c.rung, c.rule, c.missed, a.state, item.c.urgent, c.next_at)
    query = (
        select(*key, func.count().label("n"))
        .join(assignment, a.id == c.assignment_id)
        .join(item, item.c.id == a.item_id)
        .where(item.c.list_id == list_id, a.state.not_in(_DONE), c.policy_id != _target(plain, urgent))
        .group_by(*key)
    )
    return list(connection.execute(query.order_by(*key)))


def urgent_items(connection: Connection, list_id: int) -> list[int]:
    """The ids of a list's urgent items."""
    query = select(item.c.id).where(item.c.list_id == list_id, item.c.urgent).order_by(item.c.id)
    return list(connection.execute(query).scalars())


def _target(plain: int, urgent: int) -> ColumnElement[int]:
    return case((item.c.urgent, urgent), else_=plain)


# -- written by the projection -----------------------------------------------------------------------------------------


def reset(connection: Connection) -> None:
    """Every assignment back under the policy it was laid under."""
    a = assignment.c
    moved = update(assignment).where(a.laid_policy_id.is_not(None), a.laid_policy_id != a.policy_id)
    connection.execute(moved.values(policy_id=a.laid_policy_id))


def apply(connection: Connection, values: Mapping[str, Any]) -> None:
    """Move the running assignments of a list and their clocks as an entry records it."""
    a, c, s = assignment.c, clock.c, step.c
    fill(connection, step, [_step(one, values) for one in values["steps"]])
    of_list = a.item_id.in_(select(item.c.id).where(item.c.list_id == values["list"]))
    is_urgent = case((a.item_id.in_(values["urgent_items"]), True), else_=False)
    same = same_key(c, s) & ((c.next_at.is_not(None)) == s.waits)
    same &= (a.id == c.assignment_id) & (a.state == s.state) & (is_urgent == s.urgent) & of_list
    going = {"policy_id": s.to_policy, "rung": s.to, "next_at": s.next_at}
    connection.execute(update(clock).where(same).values(going))
    empty(connection, step)
    target = case((is_urgent, values["urgent_policy"]), else_=values["policy"])
    leaving = of_list & a.state.not_in(_DONE) & (a.policy_id != target)
    connection.execute(update(assignment).where(leaving).values(policy_id=target))


def _step(one: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "policy_id": one["policy"],
        "clock": one["clock"],
        "due_on": date.fromisoformat(one["due_on"]),
        "rung": one["rung"],
        "rule": one["rule"],
        "missed": one["missed"],
        "waits": one["waits"],
        "state": one["state"],
        "urgent": one["urgent"],
        "to": one["to"],
        "next_at": one["next_at"] and datetime.fromisoformat(one["next_at"]),
        "to_policy": values["urgent_policy" if one["urgent"] else "policy"],
    }
