"""What the office's daily changes did, as media tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ListCancelled:
    """A list taken back."""

    list_code: str
    title: str
    reason: str
    #: How many assignments were cancelled, and how many stay closed.
    cancelled: int
    closed: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """An item the office added by hand."""

    code: str
    title: str
    list_code: str
    category: str
    phrase: str
    due_on: date | None
    because: str
    #: (code, name, lead or support)
    units: tuple[tuple[str, str, str], ...]
    #: Names of the units whose members carry it, and titles of the leaders it names.
    members: tuple[str, ...]
    leaders: tuple[str, ...]
    needs_confirmation: bool
    readings: tuple[str, ...]
    #: Codes of other items of the list with the same title.
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemEdited:
    """An item the office changed; what did not change is not in `before` and `after`."""

    code: str
    title: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    #: Why the deadline reads as it does, where it was changed.
    because: str
    #: It is assigned, and its clocks start anew for the new date.
    redated: bool
    needs_confirmation: bool
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemReassigned:
    """Work that went from one unit, or one leader, to another."""

    code: str
    title: str
    source: str
    target: str
    #: Assignments taken back, newly laid, and handed out again after an earlier cancellation.
    cancelled: tuple[str, ...]
    laid: int
    again: tuple[str, ...]
    #: Codes of parents that are complete without what was taken back.
    closed_above: tuple[str, ...]
    #: False where nothing of the item is assigned yet.
    assigned: bool


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension asked for, and how far it has come."""

    code: str
    title: str
    from_on: date
    to_on: date
    reason: str
    progress: str
    asked_by: str
    asked_at: datetime
    #: open, approved or rejected.
    status: str
    #: Who has to agree next; empty when it is decided.
    waits_for: str
    answer: str
    #: Granted by the office after the due date.
    late: bool
    #: How often the assignment was extended so far.
    extensions: int
    #: The due date of the assignment as it stands.
    due_on: date
    #: The posts that may answer next.
    answer_as: tuple[str, ...] = ()
