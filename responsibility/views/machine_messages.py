"""Messages → JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from responsibility.core.summary import MessageLine, MessagesDecided

Json = dict[str, Any]


def messages(rows: Iterable[MessageLine], total: int, zone: tzinfo) -> Json:
    """`zeren message list --json`."""
    return {"total": total, "messages": [message(row, zone) for row in rows]}


def message(row: MessageLine, zone: tzinfo) -> Json:
    """`zeren message show --json`."""
    return {
        "id": row.id,
        "number": row.number,
        "kind": row.kind,
        "status": row.status,
        "to": {"person": row.person, "name": row.name, "posts": [code for code, _ in row.posts]},
        "channel": row.channel,
        "title": row.title,
        "detail": row.detail,
        "created_at": _at(row.created_at, zone),
        "changed_at": _at(row.changed_at, zone),
        "next_at": _at(row.next_at, zone),
        "attempts": row.attempts,
        "tried": [{"channel": channel, "reason": reason} for channel, reason in row.tried],
        "doubts": row.doubts,
    }


def decided(done: MessagesDecided) -> Json:
    """`zeren message resend` and `drop` with --json."""
    return {"act": done.act, "reason": done.reason, "messages": [row.id for row in done.messages]}


def _at(value: datetime | None, zone: tzinfo) -> str | None:
    return value.astimezone(zone).isoformat() if value else None
