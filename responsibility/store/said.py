"""What people were told last."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select

from responsibility.store.rows import message


def newest(connection: Connection, kind: str, people: Collection[str] | None, most: int) -> list[Row[Any]]:
    """The newest messages of a kind (to some people), whatever became of them."""
    query = select(message).where(message.c.kind == kind).order_by(message.c.id.desc()).limit(most)
    if people is not None:
        query = query.where(message.c.person.in_(list(people)))
    return list(connection.execute(query))
