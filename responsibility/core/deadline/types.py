"""What a deadline is once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class Kind(StrEnum):
    """What sort of deadline a phrase is (contract §3)."""

    #: One day.
    DATE = "date"
    #: A span; due on its last day.
    RANGE = "range"
    #: Several periods or lines; due on the last.
    MILESTONES = "milestones"
    #: Once in each period.
    RECURRING = "recurring"
    #: So many days from the issue date.
    RELATIVE = "relative"
    #: Bound to an event whose day is not known yet.
    EVENT = "event"
    #: Without an end.
    LONG_TERM = "long_term"
    #: Nobody can tell.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Milestone:
    """节点: a step with its own day."""

    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Reading:
    """One way an unclear phrase may be meant, offered to the office."""

    starts_on: date | None
    due_on: date | None
    text: str

    def __str__(self) -> str:
        days = "—".join(day.isoformat() for day in (self.starts_on, self.due_on) if day)
        return f"{self.text}（{days}）" if days else self.text


@dataclass(frozen=True, slots=True)
class Deadline:
    """时限: a phrase and how it is read."""

    phrase: str
    kind: Kind
    #: One sentence in Chinese: why it is read this way.
    because: str
    starts_on: date | None = None
    due_on: date | None = None
    #: Time of day on `due_on` from which it is overdue, where one is written.
    due_time: time | None = None
    milestones: tuple[Milestone, ...] = ()
    #: Without DTSTART (`starts_on` carries it), expandable by dateutil.
    rrule: str | None = None
    event: str | None = None
    #: 原则上, 力争, 争取: the date stands, marked.
    soft: bool = False
    #: The day rests on a year whose holidays are not announced.
    provisional: bool = False
    needs_confirmation: bool = False
    readings: tuple[Reading, ...] = ()
    #: A day no calendar has (2月30日): not a question but a mistake in the list.
    impossible: bool = False
    #: The day of the event, once the office has set it.
    event_on: date | None = None
    #: The day a term of working days is counted from, so that another calendar can count it again.
    counted_from: date | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """期次: one period of an item; `label` is empty where the item happens once."""

    label: str
    starts_on: date
    due_on: date | None
