"""When a message goes out: at once, or held until a moment that suits who gets it (免打扰、不增加基层负担).

Urgent rungs wait for nothing. Rule source: domain.md §7; the hours themselves stand in config/schedule.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from responsibility.core.workdays import WorkCalendar


class Held(StrEnum):
    """Why a message waits."""

    #: It is no working day.
    WORKDAY = "workday"
    #: It is within the quiet hours.
    QUIET = "quiet"
    #: The post has an hour of its own.
    HOUR = "hour"
    #: The person has had as many messages today as are allowed.
    BUDGET = "budget"
    #: The tier gets one digest a week.
    WEEKLY = "weekly"
    #: Its channel could not take it.
    CHANNEL = "channel"


HELD_NAMES = {
    Held.WORKDAY: "非工作日",
    Held.QUIET: "免打扰时段",
    Held.HOUR: "选定的时间",
    Held.BUDGET: "当天已到上限",
    Held.WEEKLY: "每周汇总",
    Held.CHANNEL: "渠道中断",
}


#: Days of the week as `datetime.weekday` counts them.
WEEKDAYS = tuple(f"周{day}" for day in "一二三四五六日")


@dataclass(frozen=True, slots=True)
class Weekly:
    """One digest a week in place of single ones."""

    #: Tiers whose posts get it.
    tiers: tuple[str, ...]
    #: 0 is Monday.
    weekday: int
    at: time


@dataclass(frozen=True, slots=True)
class Hours:
    """What the office allows for everybody."""

    #: From when until when (over midnight too) nobody is disturbed.
    quiet: tuple[time, time] | None = None
    #: Messages per person, day and line of channels; what is over joins the next one.
    budget: int | None = None
    #: Post → the time of day its messages come.
    chosen: Mapping[str, time] = field(default_factory=dict)
    weekly: Weekly | None = None

    def is_weekly(self, tiers: Mapping[str, str]) -> bool:
        """Whether who is told at these posts (post → its tier) gets the digest of the week, at none of them another."""
        weekly = self.weekly
        return weekly is not None and all(tier in weekly.tiers for tier in tiers.values())

    def chosen_of(self, posts: Mapping[str, str]) -> time | None:
        """The hour of the first of these posts that has one."""
        return next((self.chosen[post] for post in posts if post in self.chosen), None)


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a message is held, and why."""

    until: datetime
    why: Held


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The hours of one office on its own calendar."""

    hours: Hours
    calendar: WorkCalendar
    zone: ZoneInfo

    def wait(
        self, now: datetime, *, chosen: time | None = None, weekly: bool = False, sent: int = 0, urgent: bool = False
    ) -> Wait | None:
        """How long a message made at `now` waits; None where it goes out at once.

        `sent` is how many the person has had today; `chosen` is the hour of the post, `weekly` that it gets the digest
        of the week.
        """
        if urgent:
            return None
        local = now.astimezone(self.zone)
        at, why, hour = local, None, chosen
        if weekly and self.hours.weekly:
            at, why, hour = self._of_the_week(local, self.hours.weekly), Held.WEEKLY, self.hours.weekly.at
        elif self.hours.budget is not None and sent >= self.hours.budget:
            at, why = self._on(local.date() + timedelta(days=1), chosen), Held.BUDGET
        elif chosen is not None:
            at, why = self._next(local, chosen), Held.HOUR
        until, more = self._suiting(at, hour)
        if until <= local:
            return None
        return Wait(until, why if why and at > local else more or Held.WORKDAY)

    def suiting(self, at: datetime) -> datetime:
        """The first moment from `at` on at which anybody may be told."""
        return self._suiting(at.astimezone(self.zone), None)[0]

    def _suiting(self, at: datetime, hour: time | None) -> tuple[datetime, Held | None]:
        """The first moment on a working day outside the quiet hours, and what stood in the way first."""
        why: Held | None = None
        while True:
            if not self.calendar.is_workday(at.date()):
                at, why = self._on(self.calendar.shift(at.date(), 1), hour), why or Held.WORKDAY
            elif (end := self._quiet_until(at)) is not None:
                at, why = end, why or Held.QUIET
            else:
                return at, why

    def _quiet_until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours `at` lies in."""
        if self.hours.quiet is None:
            return None
        begin, end = self.hours.quiet
        now = at.time()
        if begin <= now < end or (begin > end and now < end):
            return self._on(at.date(), end)
        return self._on(at.date() + timedelta(days=1), end) if begin > end and now >= begin else None

    def _next(self, local: datetime, hour: time) -> datetime:
        today = self._on(local.date(), hour)
        return today if today >= local else self._on(local.date() + timedelta(days=1), hour)

    def _of_the_week(self, local: datetime, weekly: Weekly) -> datetime:
        day = local.date() + timedelta(days=(weekly.weekday - local.weekday()) % 7)
        at = self._on(day, weekly.at)
        return at if at >= local else self._on(day + timedelta(days=7), weekly.at)

    def _on(self, day: date, hour: time | None) -> datetime:
        return datetime.combine(day, hour or time(), self.zone)
