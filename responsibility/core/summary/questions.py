"""Open questions and the answers to them, as media tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Asked:
    """A deadline that waits for the office's word."""

    code: str
    title: str
    #: Where it stands in the file.
    cell: str
    phrase: str
    because: str
    readings: tuple[str, ...]
    #: The event it hangs on, or empty.
    event: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A question that has its answer."""

    code: str
    title: str
    due_on: date | None
    because: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Questions whose first reading was taken unseen, and those that stay open."""

    settled: tuple[Settled, ...]
    left: tuple[Asked, ...]
