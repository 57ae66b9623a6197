"""Working days with statutory holidays and make-up workdays (调休).

Rule source: the yearly holiday notice of the State Council (国务院办公厅关于部分节假日安排的通知). Outside the
announced years weekends alone count and every answer is provisional.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import compress

#: Years the day array spans; beyond them a date is refused rather than computed wrongly.
FIRST_YEAR, LAST_YEAR = 1950, 2149


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: weekdays but for `holidays`, and the `makeup` days."""

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    #: Years whose holiday notice is known.
    announced: frozenset[int] = frozenset()
    #: Part of the identity of a reading: a changed calendar recomputes provisional dates.
    name: str = field(default="", compare=False)

    @cached_property
    def _days(self) -> list[int]:
        first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
        # A byte for each day, whether it is worked. Ordinal 1 (0001-01-01) was a Monday, so (n - 1) % 7 is the weekday.
        worked = bytearray(b"\1\1\1\1\1\0\0" * ((last - first) // 7 + 2))[(first - 1) % 7 :]
        for days, is_worked in ((self.holidays, 0), (self.makeup, 1)):
            for at in (day.toordinal() - first for day in days):
                if 0 <= at <= last - first:
                    worked[at] = is_worked
        return list(compress(range(first, last + 1), worked))

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked."""
        n = _within(day)
        at = bisect_left(self._days, n)
        return at < len(self._days) and self._days[at] == n

    def shift(self, day: date, workdays: int) -> date:
        """The Nth working day strictly after `day` (N > 0) or strictly before it (N < 0); `day` itself for 0."""
        if workdays == 0:
            return day
        n = _within(day)
        days = self._days
        at = bisect_right(days, n) + workdays - 1 if workdays > 0 else bisect_left(days, n) + workdays
        if not 0 <= at < len(days):
            raise OverflowError(f"{day} {workdays:+d} working days leaves {FIRST_YEAR}-{LAST_YEAR}")
        return date.fromordinal(days[at])

    def between(self, start: date, end: date) -> int:
        """Working days strictly after `start` up to and including `end`; negative when `end` is before `start`."""
        return bisect_right(self._days, _within(end)) - bisect_right(self._days, _within(start))

    def is_provisional(self, *days: date) -> bool:
        """Whether any year from the earliest to the latest of `days` has no announced holidays."""
        years = [day.year for day in days]
        return any(year not in self.announced for year in range(min(years), max(years) + 1))


def _within(day: date) -> int:
    """The day's ordinal; OverflowError outside the years the array spans."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise OverflowError(f"{day} is outside {FIRST_YEAR}-{LAST_YEAR}")
    return day.toordinal()


def calendar_of(
    holidays: Iterable[date], makeup: Iterable[date], announced: Iterable[int], name: str = ""
) -> WorkCalendar:
    """A calendar of plain iterables; a day in both sets is worked."""
    worked = frozenset(makeup)
    return WorkCalendar(frozenset(holidays) - worked, worked, frozenset(announced), name)


def month_end(day: date) -> date:
    """The last day of `day`'s month."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)
