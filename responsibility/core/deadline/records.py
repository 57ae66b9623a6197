"""A deadline as JSON: what a command prints, and what a database column keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, tzinfo
from typing import Any

from responsibility.core.deadline.types import Deadline, Kind, Milestone, Reading


def to_json(deadline: Deadline, zone: tzinfo) -> dict[str, Any]:
    """The answer of `zeren deadline` (contract §3); `due_at` only where a time of day is written."""
    record = to_record(deadline)
    due_at = None
    if deadline.due_on and deadline.due_time:
        due_at = datetime.combine(deadline.due_on, deadline.due_time, tzinfo=zone).isoformat()
    dropped = ("due_time", "impossible", "event_on", "counted_from")
    return {key: value for key, value in record.items() if key not in dropped} | {"due_at": due_at}


def to_record(deadline: Deadline) -> dict[str, Any]:
    """Every field in values JSON has; `from_record` brings them back."""
    record: dict[str, Any] = _plain(deadline)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Deadline | Milestone | Reading):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Kind) else value


def from_record(record: dict[str, Any]) -> Deadline:
    """The deadline `to_record` was given; keys it does not know are ignored, missing ones have their default."""
    known = {field.name for field in fields(Deadline)}
    values = {key: value for key, value in record.items() if key in known}
    time_of_day = values.get("due_time")
    return Deadline(
        **values
        | {
            "kind": Kind(values["kind"]),
            "starts_on": _date(values.get("starts_on")),
            "due_on": _date(values.get("due_on")),
            "event_on": _date(values.get("event_on")),
            "counted_from": _date(values.get("counted_from")),
            "due_time": time.fromisoformat(time_of_day) if time_of_day else None,
            "milestones": tuple(
                Milestone(each["title"], date.fromisoformat(each["due_on"])) for each in values.get("milestones", ())
            ),
            "readings": tuple(
                Reading(_date(each["starts_on"]), _date(each["due_on"]), each["text"])
                for each in values.get("readings", ())
            ),
        }
    )


def milestone_days(record: Mapping[str, Any]) -> tuple[date, ...]:
    """The days a recorded deadline's milestones fall due, without reading the rest of it."""
    return tuple(date.fromisoformat(each["due_on"]) for each in record.get("milestones", ()))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
