"""Report clocks period by period, and the day a work falls below its straight line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.core.assignment import State, Work, expected, is_behind, reminded_from
from responsibility.core.deadline import rule_of
from responsibility.core.escalation import Ladder, Rung, milestone_clock, milestone_of, next_moment, plan_report
from responsibility.settings import bundled, load

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = load(bundled("config").parent, {}).calendar
WEEKLY = "FREQ=WEEKLY;BYDAY=FR"
LADDER = Ladder(
    (
        Rung("once", "催", 1, ("owner",), "reminder"),
        Rung("once_more", "再催", 3, ("owner",), "reminder"),
        Rung("twice", "连续两期", 1, ("unit_head",), "urging_note", periods=2),
        Rung("four", "连续四期", 1, ("office",), "supervision_note", periods=4),
    )
)
FRIDAY = date(2023, 11, 3)


def at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)


def step(now: str, missed: int = 0, rung: int = -1, due_on: date = FRIDAY):  # type: ignore[no-untyped-def]
    return plan_report(LADDER, WEEKLY, due_on, missed, rung, at(now), CALENDAR, ZONE)


def test_a_period_is_urged_by_the_rungs_for_so_many_in_a_row() -> None:
    first = step("2023-11-06")
    assert (first.fires and first.fires.id, first.began, first.next_at) == ("once", 0, at("2023-11-08"))
    second = step("2023-11-08", rung=first.rung)
    assert (second.fires and second.fires.id, second.next_at) == ("once_more", at("2023-11-13"))
    third = step("2023-11-13", rung=second.rung)
    assert (third.fires and third.fires.id, third.began, third.due_on) == ("twice", 1, date(2023, 11, 10))
    assert third.next_at == at("2023-11-20")


def test_a_third_period_in_a_row_is_told_as_the_second_was() -> None:
    plan = step("2023-11-20", missed=1, rung=2, due_on=date(2023, 11, 10))
    assert (plan.fires and plan.fires.id, plan.began, plan.due_on) == ("twice", 1, date(2023, 11, 17))


def test_periods_nobody_swept_are_counted_and_not_told() -> None:
    plan = step("2023-12-05")
    assert (plan.fires and plan.fires.id, plan.began, plan.skips) == ("four", 4, ())
    assert plan.due_on == date(2023, 12, 1)


def test_before_the_first_rung_nothing_is_due() -> None:
    plan = step("2023-11-04")
    assert (plan.fires, plan.began, plan.next_at) == (None, 0, at("2023-11-06"))


def test_planning_again_fires_nothing() -> None:
    first = step("2023-12-05")
    again = step("2023-12-05", missed=first.began, rung=first.rung, due_on=first.due_on)
    assert (again.fires, again.began) == (None, 0)
    assert again.next_at == first.next_at


def test_a_ladder_without_rungs_waits_for_nothing() -> None:
    assert next_moment(Ladder(()), FRIDAY, -1, CALENDAR, ZONE, WEEKLY) is None


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("每周五", "FREQ=WEEKLY;BYDAY=FR"),
        ("每月25日前", "FREQ=MONTHLY;BYMONTHDAY=25"),
        ("每季度末", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"),
        ("每月报送一次", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("9月底前", None),
        ("有空就报", None),
        ("", None),
    ],
)
def test_a_reporting_period_as_written(phrase: str, rule: str | None) -> None:
    assert rule_of(phrase) == rule


def test_the_name_of_a_milestones_clock_says_which() -> None:
    assert (milestone_of(milestone_clock(12)), milestone_of("finish")) == (12, None)


WORKS = st.builds(
    Work,
    state=st.just(State.IN_PROGRESS),
    starts_on=st.just(date(2023, 9, 11)),
    due_on=st.integers(0, 400).map(lambda days: date(2023, 9, 11) + timedelta(days=days)),
    due_at=st.none(),
    soon_at=st.none(),
    percent=st.none() | st.integers(0, 100),
    counted=st.integers(0, 12),
    target=st.none() | st.integers(1, 10),
)


def short(work: Work, day: date, tolerance: float) -> bool:
    """By the words of the rule: per cent below the line, or a whole one missing."""
    line = expected(work, day) - tolerance
    if work.percent is not None and work.percent < line:
        return True
    return work.target is not None and work.target * line / 100 - work.counted >= 1


@given(WORKS, st.sampled_from((0.0, 5.0, 10.0, 33.3)))
def test_falling_behind_is_said_from_the_first_day_it_is_worth_a_word(work: Work, tolerance: float) -> None:
    assert work.due_on is not None
    days = [work.starts_on + timedelta(days=n) for n in range((work.due_on - work.starts_on).days + 1)]
    day = reminded_from(work, tolerance)
    assert day == next((day for day in days if short(work, day, tolerance)), None)
    assert day is None or is_behind(work, day, tolerance)  # the light says it by then


def test_who_meets_once_is_not_reminded_of_a_line() -> None:
    once = Work(State.SIGNED, date(2023, 9, 11), date(2023, 9, 26), None, None, target=1)
    assert reminded_from(once, 10) is None
    assert is_behind(once, date(2023, 9, 20), 10)


def test_without_a_due_date_nothing_falls_behind() -> None:
    assert reminded_from(Work(State.SIGNED, date(2023, 9, 11), None, None, None, percent=0), 10) is None
