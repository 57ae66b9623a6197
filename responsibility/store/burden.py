"""What was sent to whom, and of how many notices it spoke."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, union_all

from responsibility.store.rows import message, notice, unit_notice


def messages(connection: Connection, since: datetime, until: datetime) -> list[Row[Any]]:
    """The messages written in that time, and those that went out in it."""
    m = message.c
    columns = (
        m.kind, m.seq, m.since_seq, m.person, m.posts, m.tier, m.status, m.held_why, m.merged_into, m.detail
    )  # fmt: skip
    query = select(*columns).where(m.changed_at >= since, m.changed_at <= until).order_by(m.id)
    return list(connection.execute(query))


def notices(connection: Connection, first: int) -> list[tuple[str, int, int]]:
    """(recipient, entry, how many it was told) of every entry from `first` on."""
    n, u = notice.c, unit_notice.c
    rungs = select(n.recipient, n.seq, func.count().label("told")).where(n.seq >= first, ~n.skipped)
    units = select(u.recipient, u.seq, func.count().label("told")).where(u.seq >= first)
    both = union_all(rungs.group_by(n.recipient, n.seq), units.group_by(u.recipient, u.seq))
    return [(row[0], row[1], row[2]) for row in connection.execute(both)]
