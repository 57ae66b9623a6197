"""The working calendar of a year, and what a holiday notice moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CalendarRun:
    """Days in a row that are off, or worked though weekends."""

    first: date
    last: date
    off: bool
    name: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year's holidays and make-up days."""

    year: int
    announced: bool
    runs: tuple[CalendarRun, ...]


@dataclass(frozen=True, slots=True)
class MovedItem:
    """An item whose due date was provisional and is another now."""

    code: str
    title: str
    before: date
    after: date
    #: It is assigned, and its clocks start anew.
    redated: bool


@dataclass(frozen=True, slots=True)
class MovedClocks:
    """So many clocks whose next moment (or, for signing and verifying, whose due date) is another now."""

    clock: str
    due_before: date
    due_after: date
    next_before: datetime | None
    next_after: datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class CalendarImported:
    """What importing a holiday notice did, or in a dry run would do."""

    year: CalendarYear
    items: tuple[MovedItem, ...]
    #: Items that are no longer provisional, moved or not.
    settled: int
    clocks: tuple[MovedClocks, ...]
    written: bool
