"""The ladder: which rung is due now, which were passed over, and when the next one comes.

Rule source: contract §2 "Days" and "Arming"; default ladders in config/policy.yaml. A clock has a name: its kind, and
for a milestone its number too (`milestone#2`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from responsibility.core.assignment import REVIEWED_IN, State
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
    #: From one report due to the next, once it is signed.
    REPORT = "report"
    #: From the day it falls behind the straight line.
    BEHIND = "behind"
    #: From issue until one milestone is reported done; the last one is the finish clock itself.
    MILESTONE = "milestone"
    #: From issue, or the last review, until the next one; of what has no end.
    REVIEW = "review"


#: The states in which a clock runs; in all others it stands still and what it said is no longer true.
_WORKING = frozenset({State.ISSUED, State.SIGNED, State.IN_PROGRESS, State.RETURNED})
RUNS_IN: Mapping[Clock, frozenset[State]] = {
    Clock.SIGN: frozenset({State.ISSUED}),
    Clock.FINISH: _WORKING,
    Clock.VERIFY: frozenset({State.SUBMITTED}),
    Clock.REPORT: _WORKING - {State.ISSUED},
    Clock.BEHIND: _WORKING,
    Clock.MILESTONE: _WORKING,
    Clock.REVIEW: frozenset(REVIEWED_IN),
}


def kind_of(clock: str) -> Clock:
    """The kind of a clock, by its name."""
    return Clock(clock.partition("#")[0])


def milestone_of(clock: str) -> int | None:
    """The number of the milestone a clock is about, counted from 1."""
    number = clock.partition("#")[2]
    return int(number) if number else None


def milestone_clock(number: int) -> str:
    """The name of a milestone's clock."""
    return f"{Clock.MILESTONE}#{number}"


def runs(clock: str, state: State) -> bool:
    """Whether a clock runs while an assignment is in this state."""
    return state in RUNS_IN[kind_of(clock)]


CLOCK_NAMES = {
    Clock.SIGN: "签收",
    Clock.FINISH: "办结",
    Clock.VERIFY: "审核",
    Clock.REPORT: "反馈",
    Clock.BEHIND: "滞后",
    Clock.MILESTONE: "节点",
    Clock.REVIEW: "回头看",
}


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
    #: Of the report ladder: from how many periods without a report in a row.
    periods: int = 1
    #: Who gets a copy for information (抄送): `unit_head` or tier ids.
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """阶梯: the rungs of one clock, in rising order of moment."""

    rungs: tuple[Rung, ...]
    #: For sign and verify: working days from the clock's start to its due date.
    within: int | None = None
    #: For report: the rule by which it falls due where the item names none (RFC 5545, without DTSTART).
    every: str | None = None


#: A clock the policy has nothing for tells nobody.
NO_LADDER = Ladder(())


#: Where the policy says nothing about reviews: months from one to the next, and working days to rectify in.
REVIEW_EVERY, RECTIFY_WITHIN = 3, 15
REVIEW_INSTRUMENTS = {"reminder": "提醒", "supervision_note": "督办单"}


def review_ladder(office: str = "office", leader: str | None = "leader") -> Ladder:
    """The ladder of reviews where the policy has none: the office is reminded, later the leader hears of it too."""
    above = (office, leader) if leader else (office,)
    return Ladder(
        (
            Rung("review_remind", "回头看提醒", 1, (office,), "reminder"),
            Rung("review_supervise", "回头看督办", 5, above, "supervision_note"),
        )
    )


class CloseBy(StrEnum):
    """Which of its children a parent waits for."""

    #: All of them.
    ALL = "all"
    #: The share that the policy names.
    SHARE = "share"
    #: Those of the lead units; what supports may still be open.
    LEADS = "leads"


@dataclass(frozen=True, slots=True)
class Rollup:
    """When a parent closes: by which of its children, and by how many of them."""

    by: CloseBy = CloseBy.SHARE
    #: Share (0-1) of the children that must be closed; counts where `by` is SHARE.
    share: float = 1.0

    @property
    def needed(self) -> float:
        """The share (0-1) of those waited for that must be closed."""
        return self.share if self.by is CloseBy.SHARE else 1.0


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
    #: Which children a parent waits for.
    close_by: CloseBy = CloseBy.SHARE
    #: Months from one review of a long-term item to the next.
    review_every: int = REVIEW_EVERY
    #: Working days to rectify in, after a review that found the work wanting.
    rectify_within: int = RECTIFY_WITHIN
    #: What so many overdue cards of a unit lead to.
    cards: tuple[CardRule, ...] = ()
    #: The finish rung at which urgent items start once they are overdue; None: like all others.
    urgent_starts_at: str | None = None
    #: Instruments (ids) that a sweep makes a document of when a rung with one of them is reached.
    documents: tuple[str, ...] = ()

    @property
    def rollup(self) -> Rollup:
        """When a parent closes."""
        return Rollup(self.close_by, self.close_share)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep does to every clock in the same position."""

    fires: Rung | None
    #: Passed over while nobody swept: recorded, never sent.
    skips: tuple[Rung, ...]
    #: Index of the last rung dealt with; -1 before the first.
    rung: int
    next_at: datetime | None
    #: Of a report clock: how many periods began anew (so much is arming raised), and the day the present one is due.
    began: int = 0
    due_on: date | None = None


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
    return _climb(ladder, range(len(ladder.rungs)), due_on, rung, now, calendar, zone)


def plan_report(
    ladder: Ladder,
    rule: str,
    due_on: date,
    missed: int,
    rung: int,
    now: datetime,
    calendar: WorkCalendar,
    zone: ZoneInfo,
) -> Plan:
    """Decide for every report clock whose period is due on `due_on`, after `missed` periods without a report.

    A period without a report gives way to the next one when that one's first rung is reached; only the present one
    is told of, by the rungs for so many periods in a row.
    """
    began = 0
    while (start := _next_period(ladder, rule, due_on, missed + began, calendar, zone)) and start[1] <= now:
        due_on, began, rung = start[0], began + 1, -1
    step = _climb(ladder, _for_missed(ladder, missed + began), due_on, rung, now, calendar, zone)
    next_at = step.next_at or (start[1] if start else None)
    return Plan(step.fires, step.skips, step.rung, next_at, began, due_on)


def next_moment(
    ladder: Ladder,
    due_on: date,
    rung: int,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    rule: str = "",
    missed: int = 0,
) -> datetime | None:
    """When the rung after `rung` is reached, be it past or to come; None after the last.

    A report clock (with a `rule`) goes on with its next period.
    """
    following = next_rung(ladder, rung, rule, missed)
    if following is not None:
        return moment(ladder.rungs[following], due_on, calendar, zone)
    start = _next_period(ladder, rule, due_on, missed, calendar, zone) if rule else None
    return start[1] if start else None


def next_rung(ladder: Ladder, rung: int, rule: str = "", missed: int = 0) -> int | None:
    """The index of the rung after `rung`, within the period of a report clock; None after the last."""
    steps = _for_missed(ladder, missed) if rule else range(len(ladder.rungs))
    return next((at for at in steps if at > rung), None)


def _climb(
    ladder: Ladder,
    steps: Sequence[int],
    due_on: date,
    rung: int,
    now: datetime,
    calendar: WorkCalendar,
    zone: ZoneInfo,
) -> Plan:
    """`plan` among some of the rungs."""
    ahead = [(at, moment(ladder.rungs[at], due_on, calendar, zone)) for at in steps if at > rung]
    reached = [at for at, when in ahead if when <= now]
    next_at = next((when for _, when in ahead if when > now), None)
    if not reached:
        return Plan(None, (), rung, next_at)
    *passed, last = reached
    return Plan(ladder.rungs[last], tuple(ladder.rungs[at] for at in passed), last, next_at)


def _for_missed(ladder: Ladder, missed: int) -> list[int]:
    """The rungs for a period that follows `missed` ones without a report."""
    level = max((rung.periods for rung in ladder.rungs if rung.periods <= missed + 1), default=0)
    return [at for at, rung in enumerate(ladder.rungs) if rung.periods == level]


def _next_period(
    ladder: Ladder, rule: str, due_on: date, missed: int, calendar: WorkCalendar, zone: ZoneInfo
) -> tuple[date, datetime] | None:
    """The day the period after `due_on` is due, and the moment of its first rung; None where there is none."""
    from responsibility.core.deadline import first_due  # reading phrases takes long to load

    following = first_due(rule, due_on, due_on + timedelta(days=1))
    steps = _for_missed(ladder, missed + 1)
    if following is None or not steps:
        return None
    return following, moment(ladder.rungs[steps[0]], following, calendar, zone)
