"""After the machine's clock was put right: what had been dated in a time that is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select, update

from responsibility.store import projection
from responsibility.store.projection.sweeps import SWEEPS
from responsibility.store.rows import channel_state, ledger, message

#: Of messages: when they were written, changed and handed over; what paces and budgets count.
_STAMPS = ("created_at", "changed_at", "handed_at")


@dataclass(frozen=True, slots=True)
class Ahead:
    """The ledger entries at its end that are dated in the future."""

    first: int
    last: int
    #: The latest of their dates.
    until: datetime
    #: How many of them are sweeps, and how many moved assignments or clocks in another way.
    sweeps: int
    acts: int


def ahead_of(connection: Connection, now: datetime) -> Ahead | None:
    """The acts at the end of the ledger that are dated after `now`; None where there are none."""
    acts = ledger.c.act.in_(projection.ACTS)
    sure = connection.scalar(select(func.max(ledger.c.seq)).where(acts, ledger.c.at <= now)) or 0
    late = and_(acts, ledger.c.seq > sure)
    sweeps = func.coalesce(func.sum(case((ledger.c.act == "sweep", 1), else_=0)), 0)
    others = func.coalesce(func.sum(case((ledger.c.act.in_(SWEEPS), 0), else_=1)), 0)
    columns = (func.min(ledger.c.seq), func.max(ledger.c.seq), func.max(ledger.c.at), sweeps, others)
    first, last, until, swept, count = connection.execute(select(*columns).where(late)).one()
    return Ahead(first, last, until, swept, count) if first else None


def messages_back(connection: Connection, now: datetime, detail: str) -> tuple[int, int]:
    """Bring the outbox back to `now`: (messages dropped because they were written later, those left in doubt)."""
    m = message.c
    gone = {"lease_owner": None, "lease_until": None, "retry_at": None}
    begun = and_(m.status == "sending", _after(now, "handed_at", "created_at"))
    doubts = connection.execute(update(message).where(begun).values(status="uncertain", detail=detail, **gone)).rowcount
    waiting = and_(m.status.in_(("pending", "held")), m.created_at > now)
    dropped = connection.execute(
        update(message).where(waiting).values(status="dropped", detail=detail, **gone)
    ).rowcount
    connection.execute(update(message).where(m.changed_at > now, m.retry_at > now).values(retry_at=now))
    connection.execute(update(message).where(m.lease_until > now).values(lease_owner=None, lease_until=None))
    for name in _STAMPS:
        connection.execute(update(message).where(m[name] > now).values({name: now}))
    connection.execute(
        delete(channel_state).where(or_(channel_state.c.since > now, channel_state.c.parked_until > now))
    )
    return dropped, doubts


def _after(now: datetime, *names: str) -> ColumnElement[bool]:
    return or_(*(message.c[name] > now for name in names))
