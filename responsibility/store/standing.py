"""What is read of many clocks and assignments alike, said once: the key they share, and what a light depends on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Integer, String, and_

from responsibility.store.rows import assignment

_a = assignment.c
#: The columns of an assignment by which its light is told.
LIGHT = (
    _a.state,
    _a.issued_on,
    _a.due_on,
    _a.due_at,
    _a.percent,
    _a.counted,
    _a.milestones_done,
    _a.submitted_late,
    _a.rectifying_since,
    _a.given_back,
    _a.policy_id,
)

_KEY = (
    ("policy_id", Integer),
    ("clock", String),
    ("due_on", Date),
    ("rung", Integer),
    ("rule", String),
    ("missed", Integer),
)


def key_columns() -> list[Column[Any]]:
    """Columns of a scratch table for the key of clocks that share one decision."""
    return [Column(name, kind, primary_key=True) for name, kind in _KEY]


def same_key(left: Any, right: Any) -> ColumnElement[bool]:
    """Whether two rows stand at one key."""
    return and_(*(left[name] == right[name] for name, _ in _KEY))
