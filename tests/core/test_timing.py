"""When a message goes out."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.core.timing import Clockwork, Held, Hours, Wait, Weekly
from responsibility.core.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
#: The first week of October 2023 is off, its eve a Friday; the Saturday and Sunday after it are worked.
OFF = {date(2023, 9, 29), date(2023, 9, 30), *(date(2023, 10, day) for day in range(1, 7))}
CALENDAR = WorkCalendar(OFF, {date(2023, 10, 7), date(2023, 10, 8)}, frozenset({2023}))
NIGHT = (time(20), time(7, 30))
FRIDAY = Weekly(("leader",), 4, time(9))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def wait(now: str, hours: Hours | None = None, **how: Any) -> Wait | None:
    return Clockwork(hours or Hours(), CALENDAR, ZONE).wait(at(now), **how)


@pytest.mark.parametrize(
    ("now", "hours", "how", "until", "why"),
    [
        # A working day, nothing set: at once.
        ("2023-09-28T08:30", Hours(), {}, None, None),
        # A holiday: the make-up Saturday.
        ("2023-09-30T08:30", Hours(), {}, "2023-10-07T00:00", Held.WORKDAY),
        # At night, before and after midnight; at the minute it ends, not any more.
        ("2023-09-27T21:00", Hours(NIGHT), {}, "2023-09-28T07:30", Held.QUIET),
        ("2023-09-27T06:00", Hours(NIGHT), {}, "2023-09-27T07:30", Held.QUIET),
        ("2023-09-27T07:30", Hours(NIGHT), {}, None, None),
        # The noon rest does not cross midnight.
        ("2023-09-27T12:30", Hours((time(12), time(14))), {}, "2023-09-27T14:00", Held.QUIET),
        ("2023-09-27T15:00", Hours((time(12), time(14))), {}, None, None),
        # Quiet on the eve of the holidays: the first morning after them.
        ("2023-09-28T21:00", Hours(NIGHT), {}, "2023-10-07T07:30", Held.QUIET),
        # An hour of one's own: today where it is to come, tomorrow where it is past, never in the night.
        ("2023-09-27T08:30", Hours(), {"chosen": time(10)}, "2023-09-27T10:00", Held.HOUR),
        ("2023-09-27T14:30", Hours(), {"chosen": time(10)}, "2023-09-28T10:00", Held.HOUR),
        ("2023-09-27T10:00", Hours(), {"chosen": time(10)}, None, None),
        ("2023-09-28T14:30", Hours(), {"chosen": time(10)}, "2023-10-07T10:00", Held.HOUR),
        ("2023-09-27T08:30", Hours(NIGHT), {"chosen": time(21)}, "2023-09-28T07:30", Held.HOUR),
        # Enough for today: the next working day, at one's hour.
        ("2023-09-27T08:30", Hours(budget=2), {"sent": 1}, None, None),
        ("2023-09-27T08:30", Hours(budget=2), {"sent": 2}, "2023-09-28T00:00", Held.BUDGET),
        ("2023-09-28T08:30", Hours(NIGHT, 2), {"sent": 2, "chosen": time(10)}, "2023-10-07T10:00", Held.BUDGET),
        # The digest of the week: this Friday, the next one once it is past, after the holidays where it is one.
        ("2023-09-20T08:30", Hours(weekly=FRIDAY), {"weekly": True}, "2023-09-22T09:00", Held.WEEKLY),
        ("2023-09-22T14:30", Hours(weekly=FRIDAY), {"weekly": True}, "2023-10-07T09:00", Held.WEEKLY),
        ("2023-09-22T09:00", Hours(weekly=FRIDAY), {"weekly": True}, None, None),
        # What is urgent waits for nothing.
        ("2023-09-30T23:00", Hours(NIGHT, 1, {}, FRIDAY), {"urgent": True, "sent": 9, "weekly": True}, None, None),
    ],
)
def test_a_message_waits_for_its_moment(
    now: str, hours: Hours, how: dict[str, Any], until: str | None, why: Held | None
) -> None:
    assert wait(now, hours, **how) == (Wait(at(until), why) if until and why else None)


@given(
    st.datetimes(datetime(2023, 9, 1), datetime(2023, 12, 1), timezones=st.just(ZONE)),  # noqa: DTZ001
    st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]),
    st.none() | st.times(),
    st.booleans(),
    st.integers(0, 3),
)
def test_nobody_is_ever_disturbed(
    now: datetime, quiet: tuple[time, time], chosen: time | None, weekly: bool, sent: int
) -> None:
    clockwork = Clockwork(Hours(quiet, 2, {}, FRIDAY), CALENDAR, ZONE)
    held = clockwork.wait(now, chosen=chosen, weekly=weekly, sent=sent)
    goes = held.until if held else now
    assert goes >= now
    assert clockwork.suiting(goes) == goes
    assert CALENDAR.is_workday(goes.date())


def test_a_week_is_for_those_alone_who_are_told_nowhere_else() -> None:
    hours = Hours(weekly=FRIDAY, chosen={"LD1": time(9), "A1": time(10)})
    assert hours.is_weekly({"LD1": "leader"})
    assert not hours.is_weekly({"LD1": "leader", "A1": "branch"})
    assert not Hours().is_weekly({"LD1": "leader"})
    assert hours.chosen_of({"B1": "branch", "A1": "branch"}) == time(10)
