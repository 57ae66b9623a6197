"""The ladder: when each rung comes, which one fires, and that nobody hears twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core.assignment import State
from responsibility.core.escalation import Clock, Ladder, Plan, Rung, moment, next_moment, overdue_from, plan, runs
from responsibility.core.workdays import WorkCalendar, calendar_of

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAYS = [date(2023, 9, 29), date(2023, 9, 30), *(date(2023, 10, day) for day in range(1, 7))]
MAKEUP = [date(2023, 10, 7), date(2023, 10, 8)]
CALENDAR = calendar_of(HOLIDAYS, MAKEUP, [2023])

FINISH = Ladder(
    (
        Rung("due_soon", "临期提醒", -3, ("owner", "unit_head"), "reminder"),
        Rung("urge", "到期催办", 1, ("owner", "unit_head", "office"), "urging_note"),
        Rung("supervise", "督办", 3, ("unit_head", "office", "leader"), "supervision_note"),
        Rung("talk", "约谈", 7, ("leader", "secretary"), "talk_notice"),
        Rung("report", "报告", 10, ("secretary",), "report"),
        Rung("circular", "通报", 15, ("committee",), "circular"),
    )
)
SIGN = Ladder(
    (
        Rung("sign_remind", "签收提醒", 1, ("owner",), "reminder"),
        Rung("sign_urge", "签收催办", 2, ("owner", "unit_head"), "urging_note"),
        Rung("sign_supervise", "签收督办", 4, ("unit_head", "office"), "supervision_note"),
        Rung("sign_report", "签收报告", 7, ("leader",), "report"),
    ),
    within=2,
)
DUE = date(2023, 10, 20)  # a Friday in an ordinary stretch


def at(text: str) -> datetime:
    """An instant of 2023 in office time: `10-17 08:30`."""
    return datetime.strptime(f"2023-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def planned(rung: int, now: datetime, ladder: Ladder = FINISH, due_on: date = DUE) -> Plan:
    return plan(ladder, due_on, rung, now, CALENDAR, ZONE)


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        # an ordinary Friday
        ("2023-10-20", "2023-10-17 2023-10-23 2023-10-25 2023-10-31 2023-11-03 2023-11-10"),
        # a holiday: three before lie before the holidays, the first after is a make-up Saturday
        ("2023-09-30", "2023-09-26 2023-10-07 2023-10-09 2023-10-13 2023-10-18 2023-10-25"),
        # a make-up Sunday: the make-up Saturday and the two days before the holidays lead to it
        ("2023-10-08", "2023-09-27 2023-10-09 2023-10-11 2023-10-17 2023-10-20 2023-10-27"),
        # the last day before the holidays
        ("2023-09-28", "2023-09-25 2023-10-07 2023-10-09 2023-10-13 2023-10-18 2023-10-25"),
        # year end, into a year not announced: New Year's Day counts as a Monday
        ("2023-12-31", "2023-12-27 2024-01-01 2024-01-03 2024-01-09 2024-01-12 2024-01-19"),
    ],
)
def test_the_finish_rungs_come_on_their_days(due_on: str, days: str) -> None:
    reached = [moment(rung, date.fromisoformat(due_on), CALENDAR, ZONE) for rung in FINISH.rungs]
    assert [when.isoformat() for when in reached] == [f"{day}T00:00:00+08:00" for day in days.split()]


def test_the_sign_rungs_come_after_two_working_days() -> None:
    issued_on = date(2023, 9, 11)
    due_on = CALENDAR.shift(issued_on, SIGN.within or 0)
    assert due_on == date(2023, 9, 13)
    reached = [moment(rung, due_on, CALENDAR, ZONE) for rung in SIGN.rungs]
    assert reached == [at("09-14 00:00"), at("09-15 00:00"), at("09-19 00:00"), at("09-22 00:00")]


@pytest.mark.parametrize(
    ("due_at", "overdue"),
    [
        (None, "2023-10-21T00:00:00+08:00"),  # the whole day is left
        (time(17, 0), "2023-10-20T17:00:00+08:00"),  # a time of day
        (time(0, 0), "2023-10-20T00:00:00+08:00"),  # midnight is a time of day as well
    ],
)
def test_it_is_overdue_from_the_next_day_or_the_time_written(due_at: time | None, overdue: str) -> None:
    assert overdue_from(DUE, ZONE, due_at).isoformat() == overdue


def test_a_due_date_on_a_holiday_is_overdue_the_day_after_all_the_same() -> None:
    assert overdue_from(date(2023, 9, 30), ZONE) == at("10-01 00:00")


@pytest.mark.parametrize(
    ("rung", "now", "fires", "skips", "after", "next_at"),
    [
        # a minute before the first rung
        (-1, "10-16 23:59", None, "", -1, "10-17 00:00"),
        # on its moment
        (-1, "10-17 00:00", "due_soon", "", 0, "10-23 00:00"),
        # in the morning after it
        (-1, "10-17 08:30", "due_soon", "", 0, "10-23 00:00"),
        # dealt with: the same morning says nothing
        (0, "10-17 08:30", None, "", 0, "10-23 00:00"),
        # overdue on a weekend, and no rung yet
        (0, "10-22 12:00", None, "", 0, "10-23 00:00"),
        # the first working day after
        (0, "10-23 08:30", "urge", "", 1, "10-25 00:00"),
        # the next rung
        (1, "10-25 08:30", "supervise", "", 2, "10-31 00:00"),
        # ten days off: the rung due now, the one passed over recorded
        (0, "10-30 08:30", "supervise", "urge", 2, "10-31 00:00"),
        # issued after the due date: only the highest
        (-1, "10-31 08:30", "talk", "due_soon urge supervise", 3, "11-03 00:00"),
        # nobody swept for half a season
        (-1, "12-29 08:30", "circular", "due_soon urge supervise talk report", 5, None),
        # the last rung
        (4, "11-10 00:00", "circular", "", 5, None),
        # nothing is left to climb
        (5, "12-29 08:30", None, "", 5, None),
        # a clock put back by hand is told nothing twice
        (2, "10-17 08:30", None, "", 2, "10-31 00:00"),
    ],
)
def test_a_sweep_decides_for_a_clock(
    rung: int, now: str, fires: str | None, skips: str, after: int, next_at: str | None
) -> None:
    step = planned(rung, at(now))
    assert (step.fires and step.fires.id) == fires
    assert [passed.id for passed in step.skips] == skips.split()
    assert step.rung == after
    assert step.next_at == (at(next_at) if next_at else None)


def test_after_ten_days_off_one_rung_fires_and_then_none() -> None:
    back = at("10-30 08:30")
    first = planned(0, back)
    assert first.fires is FINISH.rungs[2]
    assert planned(first.rung, back) == Plan(None, (), 2, at("10-31 00:00"))


def test_an_instant_counts_in_office_time_wherever_it_was_read() -> None:
    before, reached = datetime(2023, 10, 16, 15, 59, tzinfo=UTC), datetime(2023, 10, 16, 16, 0, tzinfo=UTC)
    assert planned(-1, before).fires is None
    assert planned(-1, reached).fires is FINISH.rungs[0]


def test_an_empty_ladder_tells_nobody() -> None:
    assert planned(-1, at("12-29 08:30"), Ladder(())) == Plan(None, (), -1, None)
    assert next_moment(Ladder(()), DUE, -1, CALENDAR, ZONE) is None


@pytest.mark.parametrize(
    ("rung", "expected"),
    [
        (-1, "10-17 00:00"),  # the first
        (0, "10-23 00:00"),  # the one after it
        (4, "11-10 00:00"),  # the last
        (5, None),  # none after the last
    ],
)
def test_the_next_moment_is_known_be_it_past_or_to_come(rung: int, expected: str | None) -> None:
    assert next_moment(FINISH, DUE, rung, CALENDAR, ZONE) == (at(expected) if expected else None)


RUNNING = {
    Clock.SIGN: {"issued"},  # nobody has signed yet
    Clock.FINISH: {"issued", "signed", "in_progress", "returned"},  # the work is the owner's
    Clock.VERIFY: {"submitted"},  # the work is the office's
    Clock.REPORT: {"signed", "in_progress", "returned"},  # who has not signed is reminded of that
    Clock.BEHIND: {"issued", "signed", "in_progress", "returned"},
    Clock.MILESTONE: {"issued", "signed", "in_progress", "returned"},
    # after close too: what has no end goes on
    Clock.REVIEW: {"issued", "signed", "in_progress", "submitted", "returned", "closed"},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("clock", Clock)
def test_a_clock_runs_in_its_states_and_stands_still_in_the_others(clock: Clock, state: State) -> None:
    assert runs(clock, state) is (state.value in RUNNING[clock])


DUES = st.dates(date(2023, 6, 1), date(2023, 12, 31))
LADDERS = st.lists(st.integers(-15, 25).filter(bool), unique=True, max_size=7).map(
    lambda days: Ladder(tuple(Rung(f"r{day}", "档", day, ("owner",), "reminder") for day in sorted(days)))
)
#: Hours from the due date at which somebody sweeps.
HOURS = st.integers(-40 * 24, 60 * 24)
SWEEPS = st.lists(HOURS, min_size=1, max_size=12).map(sorted)
CALENDARS = st.builds(calendar_of, st.sets(DUES, max_size=20), st.just(MAKEUP), st.just([2023]))


def instant(due_on: date, hours: int) -> datetime:
    return datetime.combine(due_on, time(), ZONE) + timedelta(hours=hours)


@given(LADDERS, DUES, st.integers(-1, 6), HOURS)
@settings(deadline=None)
def test_planning_twice_tells_nobody_twice(ladder: Ladder, due_on: date, rung: int, hours: int) -> None:
    now = instant(due_on, hours)
    first = plan(ladder, due_on, rung, now, CALENDAR, ZONE)
    again = plan(ladder, due_on, first.rung, now, CALENDAR, ZONE)
    assert again == Plan(None, (), first.rung, first.next_at)


@given(LADDERS, DUES, st.integers(-1, 6), HOURS, st.integers(0, 90 * 24))
@settings(deadline=None)
def test_a_later_day_never_tells_fewer(ladder: Ladder, due_on: date, rung: int, hours: int, later: int) -> None:
    now = instant(due_on, hours)
    early = plan(ladder, due_on, rung, now, CALENDAR, ZONE)
    late = plan(ladder, due_on, rung, now + timedelta(hours=later), CALENDAR, ZONE)
    assert (late.fires is not None) >= (early.fires is not None)
    assert late.rung >= early.rung


@given(LADDERS, DUES, SWEEPS)
@settings(deadline=None)
def test_every_rung_whose_moment_has_passed_was_fired_or_skipped_once(
    ladder: Ladder, due_on: date, sweeps: list[int]
) -> None:
    rung, dealt_with = -1, []
    for hours in sweeps:
        step = plan(ladder, due_on, rung, instant(due_on, hours), CALENDAR, ZONE)
        dealt_with += [*step.skips, *([step.fires] if step.fires else [])]
        rung = step.rung
    last = instant(due_on, sweeps[-1])
    assert dealt_with == [step for step in ladder.rungs if moment(step, due_on, CALENDAR, ZONE) <= last]


@given(LADDERS, DUES, st.lists(st.tuples(HOURS, CALENDARS), min_size=1, max_size=6))
@settings(deadline=None)
def test_no_rung_comes_twice_even_when_holidays_are_announced_between_sweeps(
    ladder: Ladder, due_on: date, sweeps: list[tuple[int, WorkCalendar]]
) -> None:
    rung, dealt_with = -1, []
    for hours, calendar in sweeps:
        step = plan(ladder, due_on, rung, instant(due_on, hours), calendar, ZONE)
        dealt_with += [*step.skips, *([step.fires] if step.fires else [])]
        rung = step.rung
    assert len(dealt_with) == len(set(dealt_with))


@given(LADDERS, DUES, st.integers(-1, 6), HOURS)
@settings(deadline=None)
def test_the_next_moment_lies_ahead_and_is_the_one_the_next_sweep_acts_on(
    ladder: Ladder, due_on: date, rung: int, hours: int
) -> None:
    now = instant(due_on, hours)
    step = plan(ladder, due_on, rung, now, CALENDAR, ZONE)
    assert step.next_at == next_moment(ladder, due_on, step.rung, CALENDAR, ZONE)
    if step.next_at is not None:
        assert step.next_at > now
        assert plan(ladder, due_on, step.rung, step.next_at, CALENDAR, ZONE).fires is ladder.rungs[step.rung + 1]
