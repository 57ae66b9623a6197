"""One item and its assignments as people and machines read them, with every name filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from responsibility.core.assignment import Light, State
from responsibility.core.review import Verdict


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock: where it stands and what comes next."""

    #: Its kind.
    clock: str
    #: The number of the milestone it is about.
    milestone: int | None
    arming: int
    due_at: datetime
    due_on: date
    #: The last rung dealt with, or None before the first; its id and name.
    rung: str | None
    rung_name: str
    next_at: datetime | None
    next_rung: str | None
    next_rung_name: str
    #: Whom the next rung tells, in Chinese.
    next_tells: str
    #: The last rung has been reached and the work is still not done.
    climbed: bool
    #: How many periods in a row went by without a report before the present one.
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """The last notice anybody got about an assignment."""

    rung_name: str
    recipient: str
    nth: int


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review that was held: what it found, and until when it was to be rectified."""

    held_at: datetime
    verdict: Verdict
    text: str
    held_by: str
    rectify_by: date | None


@dataclass(frozen=True, slots=True)
class Delegated:
    """委托代办: who acts for the owner, and until when."""

    post: str
    title: str
    person: str
    until_on: date


@dataclass(frozen=True, slots=True)
class Requested:
    """A later date that was asked for and waits for an answer."""

    to_on: date
    asked_on: date
    asked_by: str
    #: Who answers next, in words, and the posts that may.
    waits_for: str
    answer_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One assignment as people and machines read it."""

    code: str
    item: str
    title: str
    tier: str
    tier_name: str
    role: str
    unit: str
    unit_name: str
    post: str | None
    post_title: str
    person: str
    state: State
    light: Light
    works: bool
    due_on: date | None
    percent: int | None
    counted: int
    target: int | None
    target_unit: str
    clocks: tuple[ClockView, ...]
    #: How often the due date was extended and what it was at first; how often the work was returned.
    extensions: int = 0
    laid_due_on: date | None = None
    returns: int = 0
    last_told: Told | None = None
    delegation: Delegated | None = None
    #: The period of a recurring item; empty where it happens once.
    occurrence: str = ""
    #: Of what has no end: the reviews held, oldest first, and the day the next one falls due.
    reviews: tuple[ReviewLine, ...] = ()
    next_review: date | None = None
    #: How many milestones are reported done, and how many there are.
    milestones_done: int = 0
    milestones: int = 0
    #: Why it was returned last; empty unless it is to be done again.
    returned_because: str = ""
    #: A unit or member signs for it.
    signs: bool = False
    #: The extension that waits for an answer; whether one was granted after the due date.
    asked: Requested | None = None
    extended_late: bool = False


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item with its chain."""

    code: str
    title: str
    category: str
    content: str
    phrase: str
    because: str
    due_on: date | None
    light: Light | None
    needs_confirmation: bool
    readings: tuple[str, ...]
    milestones: tuple[tuple[str, date], ...]
    target: int | None
    target_unit: str
    list_code: str
    issued_on: date
    assignments: tuple[AssignmentView, ...]
    #: How often it is to be reported on, as written; empty where the item does not say.
    report_every: str = ""
    #: How many of the assignments were extended, the date before, and the latest after.
    extended: int = 0
    laid_due_on: date | None = None
    extended_to: date | None = None
