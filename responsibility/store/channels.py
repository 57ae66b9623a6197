"""Channels that failed as a whole: parked for a while, then tried with one message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from responsibility.store.rows import channel_state

_C = channel_state.c


def states(connection: Connection) -> dict[str, Row[Any]]:
    """Channel → its state, for those that do not work."""
    return {row.channel: row for row in connection.execute(select(channel_state).order_by(_C.channel))}


def park(connection: Connection, channel: str, until: datetime, **columns: Any) -> None:
    """Hand nothing to a channel before an instant (since, reason, failures, paused, alarmed)."""
    values = {"parked_until": until, **columns}
    if not connection.execute(update(channel_state).where(_C.channel == channel).values(**values)).rowcount:
        defaults = {"since": None, "reason": "", "failures": 0, "paused": 0, "alarmed": False}
        connection.execute(insert(channel_state).values({"channel": channel, **defaults, **values}))


def probe(connection: Connection, channel: str, now: datetime, until: datetime) -> bool:
    """Be the one that tries a parked channel, the others waiting until then; False where another one is."""
    over = or_(_C.parked_until.is_(None), _C.parked_until <= now)
    statement = update(channel_state).where(_C.channel == channel, over).values(parked_until=until)
    return connection.execute(statement).rowcount == 1


def clear(connection: Connection, channel: str) -> bool:
    """The channel works again; False where it did before."""
    return connection.execute(delete(channel_state).where(_C.channel == channel)).rowcount > 0
