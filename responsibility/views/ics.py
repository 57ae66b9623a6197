"""Due dates as a calendar (RFC 5545): values in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar: a day, or an instant where the deadline has a time of day."""

    uid: str
    title: str
    on: date
    at: datetime | None = None
    description: str = ""
    categories: tuple[str, ...] = ()
    #: Raised whenever it is said anew with another date or words.
    sequence: int = 0
    changed_at: datetime | None = None
    #: It was said before and holds no longer.
    cancelled: bool = False
    #: When to remind; those that are past when the calendar is written are left out.
    alarms: tuple[datetime, ...] = ()


def calendar_of(events: Sequence[Event], name: str, now: datetime) -> bytes:
    """A calendar file that every program reads: lines of at most 75 bytes, instants in UTC, texts escaped."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//zeren//responsibility chain//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_component(event, now))
    return bytes(calendar.to_ical())


def _component(event: Event, now: datetime) -> Any:
    from icalendar import Event as Component

    made = Component()
    made.add("uid", event.uid)
    made.add("summary", event.title)
    made.add("dtstamp", now.astimezone(UTC))
    made.add("last-modified", (event.changed_at or now).astimezone(UTC))
    made.add("sequence", event.sequence)
    if event.at is not None:
        made.add("dtstart", event.at.astimezone(UTC))
    else:
        made.add("dtstart", event.on)
        made.add("dtend", event.on + timedelta(days=1))
    made.add("transp", "TRANSPARENT")
    made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    if event.description:
        made.add("description", event.description)
    if event.categories:
        made.add("categories", list(event.categories))
    for at in () if event.cancelled else event.alarms:
        if at > now:
            made.add_component(_alarm(event, at))
    return made


def _alarm(event: Event, at: datetime) -> Any:
    from icalendar import Alarm

    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", event.title)
    made.add("trigger", at.astimezone(UTC), parameters={"VALUE": "DATE-TIME"})
    return made
