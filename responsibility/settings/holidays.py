"""The working calendar: the holiday notices `chinese_calendar` knows, and what the office adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256

from responsibility.core.workdays import WorkCalendar, calendar_of
from responsibility.settings.shapes import CalendarShape


@dataclass(frozen=True, slots=True)
class Notices:
    """The days of the announced years."""

    holidays: frozenset[date]
    makeup: frozenset[date]
    years: frozenset[int]


@cache
def notices() -> Notices:
    """What `chinese_calendar` knows; read on first use."""
    from chinese_calendar import constants

    holidays = frozenset(constants.holidays)
    return Notices(holidays, frozenset(constants.workdays), frozenset(day.year for day in holidays))


def calendar(shape: CalendarShape) -> WorkCalendar:
    """The notices with the office's days on top."""
    known = notices()
    holidays = (known.holidays - set(shape.extra_workdays)) | set(shape.extra_holidays)
    makeup = (known.makeup - set(shape.extra_holidays)) | set(shape.extra_workdays)
    years = known.years | set(shape.announced)
    return calendar_of(holidays, makeup, years, _name(holidays, makeup, years))


def _name(holidays: frozenset[date], makeup: frozenset[date], years: frozenset[int]) -> str:
    """Latest announced year and a digest: the same days bear the same name."""
    days = ([day.toordinal() for day in sorted(kind)] for kind in (holidays, makeup))
    return f"{max(years)}-{sha256(repr([*days, sorted(years)]).encode()).hexdigest()[:12]}"
