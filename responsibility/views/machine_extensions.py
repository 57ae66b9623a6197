"""Extensions → JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from responsibility.core.summary import ExtensionLine, Requested

Json = dict[str, Any]


def asked(one: Requested | None) -> Json | None:
    """A request that waits for an answer, as `show` and `todo` tell it."""
    if one is None:
        return None
    return {
        "to": one.to_on.isoformat(),
        "asked_on": one.asked_on.isoformat(),
        "asked_by": one.asked_by,
        "waits_for": one.waits_for,
        "answer_as": list(one.answer_as),
    }


def extensions(rows: Iterable[ExtensionLine], zone: tzinfo) -> Json:
    """`zeren extension list --json`."""
    return {
        "extensions": [
            {
                "code": row.code,
                "title": row.title,
                "from": row.from_on.isoformat(),
                "to": row.to_on.isoformat(),
                "due_on": row.due_on.isoformat(),
                "reason": row.reason,
                "progress": row.progress,
                "asked_by": row.asked_by,
                "asked_at": row.asked_at.astimezone(zone).isoformat(),
                "status": row.status,
                "waits_for": row.waits_for,
                "answer_as": list(row.answer_as),
                "answer": row.answer,
                "late": row.late,
                "extensions": row.extensions,
            }
            for row in rows
        ]
    }


def extension_decided(done: Any) -> Json:
    """`zeren extension approve` and `reject` with --json."""
    return {
        "code": done.code,
        "status": done.status,
        "actor": done.actor,
        "on_behalf_of": done.on_behalf_of,
        "waits_for": done.next,
        "due_on": done.due_on.isoformat(),
        "extensions": done.extensions,
    }
