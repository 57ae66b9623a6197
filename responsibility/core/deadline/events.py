"""Deadlines bound to an event: the day they fall due once the event's own day is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from responsibility.core.deadline.types import Deadline, Kind, Reading
from responsibility.core.deadline.wording import normalise
from responsibility.core.workdays import WorkCalendar

_NOTHING = re.compile(r"[\s\u3000\u200b“”‘’\"'「」『』《》]+")
_OFFSET = re.compile(
    r"(?P<side>之日起?|之后|以后|之前|以前|后|前|起)的?"
    r"(?:(?P<number>[0-9]{1,3})个?(?P<unit>工作日|小时|日|天|周|星期|月|年)(?P<within>之内|以内|内)?前?)?[^0-9后前]*$"
)
_BEFORE = ("之前", "以前", "前")


@dataclass(frozen=True, slots=True)
class _Offset:
    """So many units before or after the day; no number: merely before, on, or after it."""

    before: bool
    on_the_day: bool
    number: int
    unit: str
    within: bool


def event_key(name: str) -> str:
    """What two spellings of an event's name have in common: blanks and quotes do not count."""
    return _NOTHING.sub("", name)


def bind(deadline: Deadline, event_on: date, calendar: WorkCalendar, default_days: int) -> Deadline:
    """The deadline with its event on that day: 进驻前十日 is the tenth day before it, 会前 the day before.

    Days count from the day after the event. A phrase without a term (反馈后) stays a question, with the default
    term as its reading. A deadline not bound to an event comes back as it is.
    """
    if deadline.event is None or deadline.impossible:
        return deadline
    offset = _offset(deadline.phrase)
    known = replace(deadline, kind=Kind.EVENT, event_on=event_on, needs_confirmation=False, readings=())
    if offset is None or not (offset.number or offset.before or offset.on_the_day):
        return _asked(deadline, event_on, default_days)
    try:
        return _dated(known, event_on, offset, calendar)
    except (ValueError, OverflowError):
        return _asked(deadline, event_on, default_days)


def bind_known(deadline: Deadline, events: Mapping[str, date], calendar: WorkCalendar, default_days: int) -> Deadline:
    """`bind`, where the event's day stands in `events` (by `event_key`)."""
    event_on = events.get(event_key(deadline.event)) if deadline.event else None
    return bind(deadline, event_on, calendar, default_days) if event_on else deadline


def _offset(phrase: str) -> _Offset | None:
    found = _OFFSET.search(normalise(phrase))
    if not found:
        return None
    side, number = found["side"], int(found["number"] or 0)
    if found["number"] and not number:
        return None
    return _Offset(side in _BEFORE, side == "之日", number, found["unit"] or "", bool(found["within"]))


def _dated(known: Deadline, event_on: date, offset: _Offset, calendar: WorkCalendar) -> Deadline:
    starts_on, due_on = known.starts_on, _shifted(event_on, offset, calendar)
    if offset.before and offset.within:
        # 会前10日内 is a stretch: it begins ten days before, and ends with the day before.
        starts_on, due_on = due_on, event_on - timedelta(days=1)
    provisional = offset.unit == "工作日" and calendar.is_provisional(event_on, due_on)
    because = f"“{known.event}”定在{event_on}，“{known.phrase}”到{due_on}截止"
    if provisional:
        because += "；所跨年份的放假安排尚未公布，只按周末推算"
    return replace(known, starts_on=starts_on, due_on=due_on, because=because, provisional=provisional)


def _shifted(event_on: date, offset: _Offset, calendar: WorkCalendar) -> date:
    if not offset.number:
        return event_on - timedelta(days=1) if offset.before else event_on
    number = -offset.number if offset.before else offset.number
    if offset.unit == "工作日":
        return calendar.shift(event_on, number)
    if offset.unit == "小时":
        days = -(-offset.number // 24)
        return event_on + timedelta(days=-days if offset.before else days)
    weeks = {"日": 0, "天": 0, "周": 7, "星期": 7}.get(offset.unit)
    if weeks is not None:
        return event_on + timedelta(days=number * (weeks or 1))
    return event_on + (relativedelta(months=number) if offset.unit == "月" else relativedelta(years=number))


def _asked(deadline: Deadline, event_on: date, default_days: int) -> Deadline:
    term = event_on + timedelta(days=default_days)
    because = f"“{deadline.event}”定在{event_on}，但“{deadline.phrase}”没有写明期限，请确认"
    reading = Reading(None, term, f"按默认时限，“{deadline.event}”后{default_days}天")
    return replace(
        deadline, event_on=event_on, due_on=None, because=because, needs_confirmation=True, readings=(reading,)
    )
