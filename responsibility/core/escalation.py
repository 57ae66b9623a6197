"""The ladder: which rung is due now, which were passed over, and when the next one comes.

Rule source: contract §2 "Days" and "Arming"; default ladders in config/policy.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from responsibility.core.assignment import State
from responsibility.core.cards import CardRule
from responsibility.core.workdays import WorkCalendar


class Clock(StrEnum):
    """What is being timed."""

    #: From issue until the owner has signed.
    SIGN = "sign"
    #: From issue until the work is submitted.
    FINISH = "finish"
    #: From submission until the office has closed or returned it.
    VERIFY = "verify"


#: The states in which a clock runs; in all others it stands still and what it said is no longer true.
RUNS_IN: Mapping[Clock, frozenset[State]] = {
    Clock.SIGN: frozenset({State.ISSUED}),
    Clock.FINISH: frozenset({State.ISSUED, State.SIGNED, State.IN_PROGRESS, State.RETURNED}),
    Clock.VERIFY: frozenset({State.SUBMITTED}),
}


def runs(clock: Clock, state: State) -> bool:
    """Whether a clock runs while an assignment is in this state."""
    return state in RUNS_IN[clock]


CLOCK_NAMES = {Clock.SIGN: "签收", Clock.FINISH: "办结", Clock.VERIFY: "审核"}


@dataclass(frozen=True, slots=True)
class Rung:
    """档: at a moment, somebody is told with an instrument."""

    id: str
    name: str
    #: Working days after the due date, negative before it; never 0.
    days: int
    #: `owner`, `unit_head` or tier ids.
    tells: tuple[str, ...]
    #: Instrument id; its Chinese name stands in the policy.
    instrument: str
    #: Goes out in quiet hours and on non-working days too.
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """阶梯: the rungs of one clock, in rising order of moment."""

    rungs: tuple[Rung, ...]
    #: For sign and verify: working days from the clock's start to its due date.
    within: int | None = None


#: Where the policy says nothing about extensions (domain: unit head → office → leader).
EXTENSION_AGREES = ("unit_head", "office", "leader")
EXTENSION_RULE = "延期应当在时限届满前提出；逾期提出或者未获同意的，按原时限考核。"

#: The finish rung urgent items start at (domain: directly at 督办), where the policy says nothing and has such a rung.
URGENT_STARTS_AT = "supervise"


@dataclass(frozen=True, slots=True)
class Policy:
    """督办规则: everything an assignment keeps from the day it was issued."""

    ladders: Mapping[Clock, Ladder]
    #: Percentage points below the straight line that still count as on schedule.
    tolerance: float
    #: Share of children (0-1) that must be closed for a parent to close.
    close_share: float
    #: Instrument id → Chinese name.
    instruments: Mapping[str, str]
    #: Who has to agree to an extension, one after the other: `unit_head` or tier ids.
    extension_agrees: tuple[str, ...] = EXTENSION_AGREES
    #: The sentence by which one is refused after the due date.
    extension_rule: str = EXTENSION_RULE
    #: What so many overdue cards of a unit lead to.
    cards: tuple[CardRule, ...] = ()
    #: The finish rung at which urgent items start once they are overdue; None: like all others.
    urgent_starts_at: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep does to every clock in the same position."""

    fires: Rung | None
    #: Passed over while nobody swept: recorded, never sent.
    skips: tuple[Rung, ...]
    #: Index of the last rung dealt with; -1 before the first.
    rung: int
    next_at: datetime | None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """00:00 office time of `day`."""
    return datetime.combine(day, time(), zone)


def overdue_from(due_on: date, zone: ZoneInfo, at: time | None = None) -> datetime:
    """The instant from which something due on that day is overdue."""
    return datetime.combine(due_on, at, zone) if at else midnight(due_on + timedelta(days=1), zone)


def moment(rung: Rung, due_on: date, calendar: WorkCalendar, zone: ZoneInfo) -> datetime:
    """When a rung is reached: 00:00 office time of the Nth working day before or after the due date."""
    return midnight(calendar.shift(due_on, rung.days), zone)


def plan(ladder: Ladder, due_on: date, rung: int, now: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> Plan:
    """Decide for every clock due on `due_on` that stands after rung number `rung` (-1: before the first).

    The highest rung reached is the one that fires; those below it are skipped. Planning again from the returned
    position at the same `now` fires nothing.
    """
    ahead = [(at, moment(step, due_on, calendar, zone)) for at, step in enumerate(ladder.rungs) if at > rung]
    reached = [at for at, when in ahead if when <= now]
    next_at = next((when for _, when in ahead if when > now), None)
    if not reached:
        return Plan(None, (), rung, next_at)
    *passed, last = reached
    return Plan(ladder.rungs[last], tuple(ladder.rungs[at] for at in passed), last, next_at)


def next_moment(ladder: Ladder, due_on: date, rung: int, calendar: WorkCalendar, zone: ZoneInfo) -> datetime | None:
    """When the rung after `rung` is reached, be it past or to come; None after the last."""
    following = rung + 1
    return moment(ladder.rungs[following], due_on, calendar, zone) if following < len(ladder.rungs) else None
