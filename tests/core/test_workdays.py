"""Which days are worked, and how due dates are counted in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core.workdays import FIRST_YEAR, LAST_YEAR, WorkCalendar, calendar_of, month_end

#: 国务院办公厅 2023 年中秋节、国庆节: eight days off, the Saturday and Sunday after them worked.
HOLIDAYS = [date(2023, 9, 29), date(2023, 9, 30), *(date(2023, 10, day) for day in range(1, 7))]
MAKEUP = [date(2023, 10, 7), date(2023, 10, 8)]
CALENDAR = calendar_of(HOLIDAYS, MAKEUP, [2023])


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "worked"),
    [
        ("2023-09-28", True),  # the last day before the holidays, a Thursday
        ("2023-09-29", False),  # 中秋, a Friday
        ("2023-09-30", False),  # a Saturday that is a holiday as well
        ("2023-10-02", False),  # a Monday inside the holidays
        ("2023-10-06", False),  # the last holiday, a Friday
        ("2023-10-07", True),  # a make-up Saturday
        ("2023-10-08", True),  # a make-up Sunday
        ("2023-10-09", True),  # an ordinary Monday
        ("2023-10-14", False),  # an ordinary Saturday
        ("2023-10-15", False),  # an ordinary Sunday
        ("2024-10-01", True),  # a Tuesday of a year not announced: weekends alone count
        ("2024-10-05", False),  # its Saturday
        (f"{FIRST_YEAR}-01-02", True),  # the first Monday that is known
        (f"{LAST_YEAR}-12-31", True),  # the last day, a Wednesday
    ],
)
def test_a_day_is_worked_or_not(on: str, worked: bool) -> None:
    assert CALENDAR.is_workday(day(on)) is worked


@pytest.mark.parametrize(
    ("start", "workdays", "expected"),
    [
        ("2023-09-30", -3, "2023-09-26"),  # three before a holiday
        ("2023-09-30", 1, "2023-10-07"),  # the first after it is a make-up Saturday
        ("2023-09-30", 2, "2023-10-08"),  # the second a make-up Sunday
        ("2023-09-30", 3, "2023-10-09"),  # then the ordinary week
        ("2023-09-30", -1, "2023-09-28"),  # the last one before
        ("2023-09-30", 0, "2023-09-30"),  # nothing to move, though it is a holiday
        ("2023-09-28", 1, "2023-10-07"),  # across the holidays from a worked day
        ("2023-10-07", -1, "2023-09-28"),  # and back
        ("2023-10-07", 1, "2023-10-08"),  # strictly after: a make-up day does not count itself
        ("2023-09-11", 1, "2023-09-12"),  # the first working day after issue counts as 1
        ("2023-09-11", -1, "2023-09-08"),  # before a Monday comes a Friday
        ("2023-09-11", 5, "2023-09-18"),  # a week
        ("2023-09-15", 1, "2023-09-18"),  # from a Friday
        ("2023-09-16", 1, "2023-09-18"),  # from a Saturday the same day
        ("2023-09-16", -1, "2023-09-15"),  # strictly before a Saturday
        ("2023-12-29", 1, "2024-01-01"),  # New Year's Day is a Monday as long as nothing is announced
    ],
)
def test_a_date_shifts_by_working_days(start: str, workdays: int, expected: str) -> None:
    assert CALENDAR.shift(day(start), workdays) == day(expected)


@pytest.mark.parametrize(
    ("start", "end", "workdays"),
    [
        ("2023-09-28", "2023-09-28", 0),  # the day itself
        ("2023-09-28", "2023-10-06", 0),  # nothing but holidays
        ("2023-09-28", "2023-10-07", 1),  # the end counts
        ("2023-10-07", "2023-10-08", 1),  # the start does not
        ("2023-09-25", "2023-09-29", 3),  # 26, 27, 28
        ("2023-10-06", "2023-10-15", 7),  # a week of seven worked days
        ("2023-10-07", "2023-09-28", -1),  # backwards
        ("2023-10-15", "2023-10-06", -7),  # backwards over the long week
        ("2023-12-29", "2024-01-02", 2),  # into a year not announced
    ],
)
def test_working_days_between_two_dates_are_counted(start: str, end: str, workdays: int) -> None:
    assert CALENDAR.between(day(start), day(end)) == workdays


@pytest.mark.parametrize(
    ("announced", "days", "provisional"),
    [
        ([2023], "2023-10-01", False),  # announced
        ([2023], "2023-01-01 2023-12-31", False),  # both ends of an announced year
        ([2023], "2024-01-01", True),  # the year after the last announced
        ([2023], "2022-12-31", True),  # the year before the first announced
        ([2023], "2023-12-29 2024-01-02", True),  # reaching over the end
        ([2023], "2024-01-02 2023-12-29", True),  # in any order
        ([2023], "2022-12-30 2023-01-03", True),  # reaching over the beginning
        ([2022, 2023], "2022-12-30 2023-01-03", False),  # from one announced year into the next
        ([2021, 2023], "2021-06-01 2023-06-01", True),  # a gap between two announced years
        ([], "2023-10-01", True),  # nothing is announced
    ],
)
def test_an_answer_that_touches_a_year_not_announced_is_provisional(
    announced: list[int], days: str, provisional: bool
) -> None:
    assert calendar_of(HOLIDAYS, MAKEUP, announced).is_provisional(*map(day, days.split())) is provisional


def test_a_day_in_both_lists_is_worked() -> None:
    both = date(2023, 9, 29)
    calendar = calendar_of([both], [both], [2023])
    assert calendar.is_workday(both)
    assert calendar.holidays == frozenset()


def test_without_holidays_weekends_alone_are_off() -> None:
    monday = date(2023, 10, 2)
    week = [WorkCalendar().is_workday(monday + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("start", "workdays"),
    [
        (f"{LAST_YEAR}-12-30", 2),  # one too many at the end
        (f"{FIRST_YEAR}-01-03", -2),  # one too many at the beginning
    ],
)
def test_a_shift_out_of_the_known_years_is_refused(start: str, workdays: int) -> None:
    with pytest.raises(OverflowError, match=f"{FIRST_YEAR}-{LAST_YEAR}"):
        CALENDAR.shift(day(start), workdays)


@pytest.mark.parametrize(
    ("on", "last"),
    [
        ("2023-09-01", "2023-09-30"),  # thirty days
        ("2023-09-30", "2023-09-30"),  # the last day is its own month's end
        ("2023-10-15", "2023-10-31"),  # thirty-one
        ("2023-02-01", "2023-02-28"),  # an ordinary February
        ("2024-02-10", "2024-02-29"),  # a leap year
        ("2100-02-10", "2100-02-28"),  # a century that is none
        ("2000-02-10", "2000-02-29"),  # a century that is one
        ("2023-11-30", "2023-11-30"),  # before December
        ("2023-12-05", "2023-12-31"),  # the year does not turn
    ],
)
def test_a_month_ends(on: str, last: str) -> None:
    assert month_end(day(on)) == day(last)


DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))
COUNTS = st.integers(1, 40)
#: Days off and days made up, spread over the same years.
CALENDARS = st.builds(calendar_of, st.sets(DAYS, max_size=30), st.sets(DAYS, max_size=10), st.just([2023]))


def walked(calendar: WorkCalendar, start: date, workdays: int) -> date:
    """The same shift, one day after the other."""
    step = timedelta(days=1 if workdays > 0 else -1)
    at, left = start, abs(workdays)
    while left:
        at += step
        left -= calendar.is_workday(at)
    return at


@given(CALENDARS, DAYS, COUNTS, st.sampled_from([1, -1]))
@settings(deadline=None)
def test_a_shift_is_what_walking_day_by_day_gives(calendar: WorkCalendar, start: date, n: int, sign: int) -> None:
    assert calendar.shift(start, sign * n) == walked(calendar, start, sign * n)


@given(CALENDARS, DAYS, COUNTS)
@settings(deadline=None)
def test_as_many_working_days_lie_between_as_were_shifted(calendar: WorkCalendar, start: date, n: int) -> None:
    assert calendar.between(start, calendar.shift(start, n)) == n


@given(CALENDARS, DAYS, COUNTS)
@settings(deadline=None)
def test_as_many_working_days_lie_between_as_were_shifted_back(calendar: WorkCalendar, start: date, n: int) -> None:
    """Counted up to the eve of the start: a start that is worked is not among the days before it."""
    eve = start - timedelta(days=1)
    earlier = calendar.shift(start, -n)
    assert calendar.between(earlier, eve) == n - 1
    assert calendar.is_workday(earlier)


@given(CALENDARS, DAYS, DAYS)
@settings(deadline=None)
def test_backwards_counts_the_same_days_with_a_minus(calendar: WorkCalendar, start: date, end: date) -> None:
    assert calendar.between(start, end) == -calendar.between(end, start)


def with_holiday(calendar: WorkCalendar, off: date) -> WorkCalendar:
    return WorkCalendar(calendar.holidays | {off}, calendar.makeup - {off}, calendar.announced)


@given(CALENDARS, DAYS, COUNTS, st.integers(-60, 60))
@settings(deadline=None)
def test_adding_a_holiday_never_makes_a_shifted_date_earlier(
    calendar: WorkCalendar, start: date, n: int, away: int
) -> None:
    more = with_holiday(calendar, start + timedelta(days=away))
    assert more.shift(start, n) >= calendar.shift(start, n)


@given(CALENDARS, DAYS, COUNTS, st.integers(-60, 60))
@settings(deadline=None)
def test_adding_a_holiday_never_brings_a_date_counted_back_closer(
    calendar: WorkCalendar, start: date, n: int, away: int
) -> None:
    more = with_holiday(calendar, start + timedelta(days=away))
    assert more.shift(start, -n) <= calendar.shift(start, -n)
