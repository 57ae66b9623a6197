"""What was told to whom, and what the ledger holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from responsibility.core.assignment import Light


@dataclass(frozen=True, slots=True)
class Noticed:
    """One notice, as people and machines read it."""

    item: str
    title: str
    assignment: str
    clock: str
    rung: str
    rung_name: str
    nth: int
    #: The recipient's tier.
    tier: str
    post: str
    post_title: str
    person: str
    reason: str
    instrument: str
    instrument_name: str
    light: Light
    #: Whose work it is about: the unit, and the member's post where a member's.
    unit: str
    owner: str
    due_on: date
    #: The number of the milestone it is about.
    milestone: int | None = None


@dataclass(frozen=True, slots=True)
class Climbed:
    """One step of a ladder as it was climbed, for one recipient."""

    at: datetime
    clock: str
    rung: str
    rung_name: str
    recipient: str
    item: str
    title: str
    #: Whose work it was about: units, each with its members where members carry it.
    who: str
    nth: int
    why: str
    #: Index of the rung in its ladder.
    height: int


@dataclass(frozen=True, slots=True)
class Duty:
    """An assignment of a unit or member, in brief."""

    code: str
    unit: str
    post: str | None
    works: bool
    due_on: date | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry of the ledger as read."""

    seq: int
    at: datetime
    actor: str
    on_behalf_of: str | None
    act: str
    codes: tuple[str, ...]
    values: dict[str, object]
    hash: str
