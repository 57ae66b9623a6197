"""Lists, their items, and what was laid of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list and how far it is assigned."""

    code: str
    title: str
    issued_on: date
    version: int
    items: int
    assigned: int
    questions: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One item of a list with the reading of its deadline."""

    code: str
    title: str
    category: str
    phrase: str
    due_on: date | None
    needs_confirmation: bool
    because: str
    readings: tuple[str, ...]
    #: The event its deadline hangs on, or empty.
    event: str = ""
    #: How many of its assignments were extended.
    extended: int = 0


@dataclass(frozen=True, slots=True)
class TierLaid:
    """What one tier was laid: how many assignments, and on whom how many."""

    list_code: str
    tier: str
    tier_name: str
    assignments: int
    #: (post or unit code, its name, how many), most first.
    whom: tuple[tuple[str, str, int], ...]
    #: Why nothing could be laid here, or empty.
    gap: str = ""
