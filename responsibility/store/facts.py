"""Facts about the workspace itself, each under a key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from responsibility.store.rows import meta


def instant(connection: Connection, key: str) -> datetime | None:
    """An instant that was noted, or None."""
    value = connection.scalar(select(meta.c.value).where(meta.c.key == key))
    return datetime.fromisoformat(value) if value else None


def note(connection: Connection, key: str, value: str) -> None:
    """Note a fact in place of what stood there."""
    if not connection.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
        connection.execute(insert(meta).values(key=key, value=value))
