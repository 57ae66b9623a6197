"""Reading deadlines as people write them. What is unclear is never guessed: it becomes a question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from responsibility.core.workdays import WorkCalendar


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


@dataclass(frozen=True, slots=True)
class Occurrence:
    """期次: one period of an item; `label` is empty where the item happens once."""

    label: str
    starts_on: date
    due_on: date | None


def read(phrase: str, issued_on: date, calendar: WorkCalendar, default_days: int) -> Deadline:
    """Read one cell; `default_days` is offered as a reading for 立行立改 and the like."""
    raise NotImplementedError


def read_milestones(text: str, issued_on: date, calendar: WorkCalendar, default_days: int) -> Deadline | None:
    """Read a milestone cell (one `3月：启动` a line); None where no line carries a date."""
    raise NotImplementedError


def default_deadline(issued_on: date, days: int, why: str) -> Deadline:
    """No deadline written: `days` calendar days after issue."""
    raise NotImplementedError


def occurrence(deadline: Deadline, issued_on: date, on: date) -> Occurrence:
    """The current occurrence on day `on`: the first that falls due on or after it (of a single item, the only one)."""
    raise NotImplementedError
