"""What calendar feeds last said, and what tells this workspace's events from others'."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from responsibility.store.rows import feed_event, ledger

#: How many ids one query names.
_SOME = 500


def workspace_id(connection: Connection) -> str:
    """What is the same for this workspace as long as it stands, and for no other: made of its first ledger entry."""
    first = connection.scalar(select(ledger.c.hash).order_by(ledger.c.seq).limit(1))
    return hashlib.sha256(f"feed {first}".encode()).hexdigest()[:12]


def said(connection: Connection, feed: str) -> dict[str, Row[Any]]:
    """Uid → what a feed last said of it."""
    query = select(feed_event).where(feed_event.c.feed == feed).order_by(feed_event.c.uid)
    return {row.uid: row for row in connection.execute(query)}


def sequences(connection: Connection, uids: Sequence[str]) -> dict[str, int]:
    """Uid → the highest sequence any feed said it with."""
    f = feed_event.c
    found: dict[str, int] = {}
    for start in range(0, len(uids), _SOME):
        some = list(uids[start : start + _SOME])
        query = select(f.uid, func.max(f.sequence)).where(f.uid.in_(some)).group_by(f.uid)
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def say(connection: Connection, feed: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what a feed says now of the events that changed."""
    changed = [{**row, "feed": feed} for row in rows]
    f = feed_event.c
    for start in range(0, len(changed), _SOME):
        uids = [row["uid"] for row in changed[start : start + _SOME]]
        connection.execute(delete(feed_event).where(f.feed == feed, f.uid.in_(uids)))
    if changed:
        connection.execute(insert(feed_event), changed)
