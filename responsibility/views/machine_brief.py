"""Values → JSON, of documents and calendar feeds."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

Json = dict[str, Any]


def made(one: Any) -> Json:
    """A document: `zeren brief notice --json`, and `documents` of `zeren remind --json`."""
    return {
        "number": one.number,
        "kind": one.kind,
        "kind_name": one.kind_name,
        "file": one.path,
        "item": one.item,
        "title": one.title,
        "rung": one.rung or None,
        "assignments": list(one.assignments),
        "sha256": one.sha256,
        "new": one.new,
        "dry_run": one.dry_run,
        "remarks": list(one.remarks),
        **({"fields": dict(one.fields)} if one.fields is not None else {}),
    }


def registered(one: Any, zone: tzinfo) -> Json:
    """A line of `zeren brief list --json`."""
    return {
        "number": one.number,
        "kind": one.kind,
        "kind_name": one.kind_name,
        "file": one.path,
        "file_state": one.file,
        "item": one.item,
        "title": one.title,
        "rung": one.rung or None,
        "assignments": list(one.assignments),
        "made_by": one.made_by,
        "made_at": one.made_at.astimezone(zone).isoformat(),
        "sha256": one.sha256,
    }


def feed(one: Any) -> Json:
    """A file of `zeren feed export --json`."""
    return {
        "for": one.feed,
        "name": one.name,
        "file": str(one.file),
        "events": one.events,
        "new": one.new,
        "changed": one.changed,
        "cancelled": one.cancelled,
    }
