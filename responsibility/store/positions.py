"""Where clocks stand and what assignments say: the strokes the projection is made of.

For `store.projection` and what it hands to: whoever else used them would write what the ledger does not explain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, literal, null, select, update

from responsibility.store.rows import assignment, clock
from responsibility.store.words import words_of

Values = Mapping[str, Any]


def instant(text: str | None) -> datetime | None:
    """An instant as entries write it."""
    return datetime.fromisoformat(text) if text else None


def chunks(blocks: Sequence[Sequence[int]], most: int = 500) -> list[list[int]]:
    """The ids of some blocks, so many at a time."""
    ids = [one for first, last in blocks for one in range(first, last + 1)]
    return [ids[at : at + most] for at in range(0, len(ids), most)]


def set_columns(connection: Connection, codes: Sequence[str], **columns: Any) -> None:
    """Write columns of these assignments."""
    connection.execute(update(assignment).where(assignment.c.code.in_(list(codes))).values(**columns))


def start_clocks(connection: Connection, name: str, arm: Values, which: Any) -> None:
    """Start a clock of every assignment for which `which` holds; none of them has it yet."""
    a = assignment.c
    position = position_of(arm)
    columns = ["assignment_id", "clock", "unit", "policy_id", "arming", *position]
    values = (literal(value, clock.c[column].type) for column, value in position.items())
    chosen = select(a.id, literal(name), a.unit, a.policy_id, literal(1), *values).where(which)
    connection.execute(insert(clock).from_select(columns, chosen))


def position_of(arm: Values) -> dict[str, Any]:
    """Where a clock stands that starts anew (or goes on after a `rung`), as columns."""
    return {
        "due_on": date.fromisoformat(arm["due_on"]),
        "due_at": instant(arm["due_at"]),
        "rung": arm.get("rung", -1),
        "next_at": instant(arm["next_at"]),
        "until_at": instant(arm.get("until_at")),
        "rule": arm.get("rule", ""),
        "missed": arm.get("missed", 0),
    }


def arm_clock(connection: Connection, codes: Sequence[str], name: str, arm: Values) -> None:
    """Start a clock anew: arming rises by one and the ladder begins before its first rung."""
    a = assignment.c
    rows = connection.execute(select(a.id, a.unit, a.policy_id).where(a.code.in_(list(codes)))).all()
    dialect = words_of(connection.dialect)
    fresh = position_of(arm)
    upsert = dialect.insert(clock)
    upsert = upsert.on_conflict_do_update(
        index_elements=["assignment_id", "clock"], set_={**fresh, "arming": clock.c.arming + 1}
    )
    if not rows:
        return
    values = [
        {"assignment_id": row.id, "clock": name, "unit": row.unit, "policy_id": row.policy_id, "arming": 1, **fresh}
        for row in rows
    ]
    connection.execute(upsert, values)


def arm_clocks(connection: Connection, codes: Sequence[str], values: Values) -> None:
    """Set the clocks an entry names in `arms`, or let them stand still."""
    for name, arm in values.get("arms", {}).items():
        if arm is None:
            stop_clocks(connection, codes, name)
        else:
            arm_clock(connection, codes, name, arm)


def stop_clocks(connection: Connection, codes: Sequence[str], *names: str, but: str | None = None) -> None:
    """Clocks stand still: those named, else all, else all `but` one."""
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    stop = update(clock).where(clock.c.assignment_id.in_(ids)).values(next_at=null())
    stop = stop.where(clock.c.clock != but) if but else stop
    connection.execute(stop.where(clock.c.clock.in_(names)) if names else stop)


def stop_work(connection: Connection, codes: Sequence[str]) -> None:
    """The owner's clocks stand still."""
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    theirs = clock.c.assignment_id.in_(ids) & clock.c.clock.not_in(("verify", "review"))
    connection.execute(update(clock).where(theirs).values(next_at=null()))
