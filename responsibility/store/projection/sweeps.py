"""What a sweep does to the clocks it found due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    func,
    null,
    update,
)

from responsibility.store import cards
from responsibility.store.parts import among, part_of
from responsibility.store.positions import (
    Values,
    instant,
)
from responsibility.store.rows import clock
from responsibility.store.scratch import empty, fill, scratch
from responsibility.store.standing import key_columns, same_key

#: Where the clocks of one key go in a sweep.
step = scratch(
    "sweep_step",
    *key_columns(),
    Column("to", Integer, nullable=False),
    Column("next_at", clock.c.next_at.type),
    #: Of report clocks: how many periods began, and when the present one is due.
    Column("began", Integer, nullable=False),
    Column("to_due_on", Date, nullable=False),
    Column("to_due_at", clock.c.due_at.type),
)


#: What a sweep leaves in the ledger: in one go, or as a round.
SWEEPS = ("sweep", "sweep.begin", "sweep.shard")


def begin(_connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], _values: Values) -> None:
    """A round begins: nothing moves yet."""


def shard(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """The same for the units of one shard, as of the instant of its round."""
    with part_of(connection, values["units"]):
        sweep(connection, values["of"], datetime.fromisoformat(values["as_of"]), codes, values, part=True)


def sweep(
    connection: Connection, seq: int, at: datetime, _codes: Sequence[str], values: Values, *, part: bool = False
) -> None:
    """Every clock that was due goes on to where its key was decided to go.

    The entry that ends a round tells of units under the number of the one that began it.
    """
    cards.apply(connection, values.get("of", seq), values)
    c, s = clock.c, step.c
    connection.execute(update(clock).where(c.next_at <= at, c.until_at <= at, among(part)).values(next_at=null()))
    if not values["decisions"]:
        return
    fill(connection, step, [_step(decision) for decision in values["decisions"]])
    at_key = same_key(s, c)
    climbed = {"rung": s.to, "next_at": s.next_at}
    ordinary = (c.next_at <= at) & among(part)
    periodic = ordinary & (c.rule != "")
    if any(decision.get("rule") for decision in values["decisions"]):
        began = {
            "due_on": s.to_due_on,
            "due_at": func.coalesce(s.to_due_at, c.due_at),
            "arming": c.arming + s.began,
            "missed": c.missed + s.began,
        }
        connection.execute(update(clock).where(periodic, at_key).values(**climbed, **began))
        ordinary &= c.rule == ""
    connection.execute(update(clock).where(ordinary, at_key).values(climbed))
    empty(connection, step)


def _step(decision: Values) -> dict[str, Any]:
    due_on = decision["due_on"]
    return {
        "policy_id": decision["policy"],
        "clock": decision["clock"],
        "due_on": date.fromisoformat(due_on),
        "rung": decision["rung"],
        "rule": decision.get("rule", ""),
        "missed": decision.get("missed", 0),
        "to": decision["to"],
        "next_at": instant(decision["next_at"]),
        "began": decision.get("began", 0),
        "to_due_on": date.fromisoformat(decision.get("to_due_on", due_on)),
        "to_due_at": instant(decision.get("to_due_at")),
    }
