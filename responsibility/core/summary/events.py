"""Events that deadlines are bound to, and what setting one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BoundItem:
    """An item whose deadline hangs on an event."""

    code: str
    title: str
    phrase: str
    due_on: date | None
    needs_confirmation: bool
    #: Why the date is what it is, or what is missing.
    because: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event, its day where it is set, and what is bound to it."""

    name: str
    on: date | None
    items: tuple[BoundItem, ...]


@dataclass(frozen=True, slots=True)
class EventSet:
    """What fixing the day of an event did."""

    name: str
    on: date
    #: The day it had before.
    before: date | None
    items: tuple[BoundItem, ...]
    #: Codes of items already assigned whose clocks start anew for the new date.
    redated: tuple[str, ...]
    #: Codes of items that can be assigned now.
    ready: tuple[str, ...]
