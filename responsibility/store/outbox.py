"""Messages on their way out: pending → sending → sent, failed, uncertain or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from responsibility.store.rows import message


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add messages (seq, since_seq, person, posts, tier, channel, status, created_at, retry_at; a kind)."""
    if rows:
        connection.execute(insert(message), [{**row, "changed_at": row["created_at"]} for row in rows])


def count_of(connection: Connection, seq: int) -> int:
    """How many messages a sweep wrote."""
    return connection.scalar(select(func.count()).where(message.c.seq == seq)) or 0


def due(connection: Connection, now: datetime, tier: str | None = None) -> list[Row[Any]]:
    """Messages to hand over now: pending or held ones whose wait, if any, is over; oldest first."""
    m = message.c
    query = (
        select(message)
        .where(m.status.in_(("pending", "held")), (m.retry_at.is_(None)) | (m.retry_at <= now))
        .order_by(m.id)
    )
    if tier is not None:
        query = query.where(m.tier == tier)
    return list(connection.execute(query))


def held(connection: Connection) -> dict[tuple[str, str], Row[Any]]:
    """(person, channel) → the digest that waits there for a working day."""
    rows = connection.execute(select(message).where(message.c.status == "held", message.c.kind == "digest"))
    return {(row.person, row.channel): row for row in rows}


def merge(connection: Connection, earlier: int, later: int, now: datetime) -> None:
    """An earlier message is absorbed by a later one, which speaks of everything it did."""
    mark(connection, earlier, "dropped", now, detail="并入后一份汇总", merged_into=later)


def ids_of(connection: Connection, seq: int) -> dict[tuple[str, str], int]:
    """(person, channel) → the message of that sweep."""
    rows = connection.execute(select(message.c.person, message.c.channel, message.c.id).where(message.c.seq == seq))
    return {(row[0], row[1]): row[2] for row in rows}


def had_since(connection: Connection, since: datetime) -> Counter[tuple[str, str]]:
    """(person, channel) → how many messages that were not urgent were handed over since then, or are about to be."""
    m = message.c
    handed = (m.status.in_(("sent", "sending", "uncertain"))) & (m.changed_at >= since)
    query = (
        select(m.person, m.channel, func.count())
        .where(handed | (m.status == "pending"), ~m.urgent)
        .group_by(m.person, m.channel)
    )
    return Counter({(row[0], row[1]): row[2] for row in connection.execute(query)})


def handovers_waiting(connection: Connection) -> list[Row[Any]]:
    """Hand-overs that have not gone out."""
    m = message.c
    return list(connection.execute(select(message).where(m.kind == "handover", m.status.in_(("pending", "held")))))


def in_doubt(connection: Connection) -> list[Row[Any]]:
    """Messages whose hand-over was begun by a process that did not live to record how it ended."""
    return list(connection.execute(select(message).where(message.c.status == "sending")))


def mark(connection: Connection, message_id: int, status: str, now: datetime, **columns: Any) -> None:
    """Record where a message stands."""
    connection.execute(
        update(message).where(message.c.id == message_id).values(status=status, changed_at=now, **columns)
    )


def by_status(connection: Connection) -> dict[str, int]:
    """How many messages there are in each status."""
    query = select(message.c.status, func.count()).group_by(message.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def failed(connection: Connection, limit: int = 20) -> list[Row[Any]]:
    """The newest messages that failed for good or are in doubt."""
    m = message.c
    query = select(message).where(m.status.in_(("failed", "uncertain"))).order_by(m.id.desc()).limit(limit)
    return list(connection.execute(query))


def of_sweep(connection: Connection, seq: int) -> list[Row[Any]]:
    """The messages of one sweep."""
    return list(connection.execute(select(message).where(message.c.seq == seq).order_by(message.c.id)))
