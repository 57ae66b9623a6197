"""Calendar feeds: what is due for a post or unit as .ics, with its changes and ends since the last export."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.chain import Organisation
from responsibility.core.errors import ResponsibilityError
from responsibility.core.escalation import Clock, kind_of, milestone_of, overdue_from, runs
from responsibility.core.text import showable
from responsibility.settings import Settings
from responsibility.settings.wholefile import put
from responsibility.store import assignments, delegations, feeds, ledger
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import unknown_seat
from responsibility.usecases.workspace import Workspace, office_post
from responsibility.views.ics import Event, calendar_of

#: An event of an assignment in these states is none.
_OVER = (State.DRAFT, State.CLOSED, State.CANCELLED, State.SUSPENDED)
#: Reminded so many working days before, and on the day itself, at this time of the office.
_AHEAD, _AT = 3, time(9)
#: So long an event that ended is still said to be cancelled.
_ENDED = timedelta(days=92)
#: Signs no file name may have somewhere.
_UNFIT = re.compile(r"[\\/:*?\"<>|\s\x00-\x1f]+")
#: What a calendar file begins with: such a one may be written over.
_BEGIN = b"BEGIN:VCALENDAR"
_WORDS = {Clock.FINISH: "办结", Clock.MILESTONE: "节点", Clock.REPORT: "反馈"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fed:
    """A calendar file that was written."""

    #: The post or unit.
    feed: str
    name: str
    file: Path
    #: How many events hold, and how many are new, changed or ended since the last export.
    events: int
    new: int
    changed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class _Seat:
    """A post or unit, with whose assignments its calendar holds."""

    code: str
    name: str
    posts: tuple[str, ...]
    units: tuple[str, ...]


def export_one(workspace: Workspace, whom: str, now: datetime, file: Path | None = None, *, full: bool = False) -> Fed:
    """Write the calendar of a post or unit (code or name); without `file` into the current folder.

    A calendar that lies there is written over, nothing else is. `full` says what the work is about, too.
    """
    with workspace.write(now) as connection:
        organisation = organisation_store.load(connection, people=False)
        seat = _seat(organisation, workspace.settings, whom)
        target = file or Path(_file_name(seat))
        _may_write(target)
        done = _export(connection, workspace, seat, target, now, full)
        _note(connection, workspace, [done], now)
        return done


def export_all(
    workspace: Workspace,
    now: datetime,
    folder: Path | None = None,
    *,
    full: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[Fed]:
    """Write a calendar for every post and unit with open work into a folder, in one transaction."""
    target = folder or Path("日历")
    with workspace.write(now) as connection:
        organisation = organisation_store.load(connection, people=False)
        posts, units = assignments.seats_with_open(connection)
        codes = [unit.code for unit in organisation.units if unit.code in units]
        codes += [post.code for post in organisation.posts if post.code in posts]
        if not codes:
            raise ResponsibilityError("没有在办的任务，没有写出日历", "交办：zeren assign；看状态：zeren status")
        seats = [_seat(organisation, workspace.settings, code) for code in codes]
        for seat in seats:
            _may_write(target / _file_name(seat))
        done = []
        for at, seat in enumerate(seats):
            progress(at, len(seats))
            done.append(_export(connection, workspace, seat, target / _file_name(seat), now, full))
        _note(connection, workspace, done, now)
        return done


def events_of(
    connection: Connection, workspace: Workspace, now: datetime, codes: Sequence[str], *, full: bool = False
) -> list[Event]:
    """The events of some assignments, by due date, as a message can carry them; nothing is written."""
    rows = assignments.by_codes(connection, codes)
    found = _events(connection, workspace.settings, [rows[code] for code in codes if code in rows], now, full)
    said = feeds.sequences(connection, [event.uid for event in found])
    return [replace(event, sequence=max(event.sequence, said.get(event.uid, 0))) for event in found]


# -- whose calendar -------------------------------------------------------------------------------------------------


def _seat(organisation: Organisation, settings: Settings, whom: str) -> _Seat:
    """A post with its own (and, of a unit's head, the unit's); a unit with the unit's."""
    for unit in organisation.units:
        if whom in (unit.code, unit.name):
            return _Seat(unit.code, unit.name, (), (unit.code,))
    for post in organisation.posts:
        if whom in (post.code, post.title):
            heads = organisation.head(post.unit, settings.chain) == post.code
            return _Seat(post.code, post.title, (post.code,), (post.unit,) if heads else ())
    raise unknown_seat(organisation, whom)


def _file_name(seat: _Seat) -> str:
    return f"{seat.code}-{_UNFIT.sub('_', seat.name)[:60].strip('._')}.ics"


def _may_write(file: Path) -> None:
    """Raise unless nothing, or an earlier calendar, lies there."""
    if not file.exists():
        return
    with file.open("rb") as there:
        if there.read(len(_BEGIN)) != _BEGIN:
            raise ResponsibilityError(f"{file} 已存在，不是日历，没有覆盖", "换一个名字（-o），或先把它移走")


# -- what it says ----------------------------------------------------------------------------------------------------


def _rows(connection: Connection, settings: Settings, seat: _Seat, now: datetime) -> list[Any]:
    today = now.astimezone(settings.zone).date()
    acting = [id_ for post in seat.posts for id_ in delegations.of_post(connection, post, today)]
    return assignments.of_post(connection, seat.posts, seat.units, acting)


def _events(connection: Connection, settings: Settings, rows: Sequence[Any], now: datetime, full: bool) -> list[Event]:
    live = [row for row in rows if row.state not in _OVER]
    clocks = assignments.clocks_of(connection, [row.id for row in live])
    author = _Author(settings, feeds.workspace_id(connection), now, full)
    found = [event for row in live for event in author.events(row, clocks.get(row.id, []))]
    return sorted(found, key=lambda event: (event.on, event.uid))


class _Author:
    """Turns assignments with their clocks into events."""

    def __init__(self, settings: Settings, workspace: str, now: datetime, full: bool) -> None:
        self._settings, self._workspace, self._now, self._full = settings, workspace, now, full

    def events(self, row: Any, clocks: Sequence[Any]) -> Iterator[Event]:
        """The due date of an assignment, its milestones that are not reached, and its next report."""
        arming = {clock.clock: clock.arming for clock in clocks}
        if row.due_on is not None:
            at = row.due_at if row.due_at and row.due_at != self._end_of(row.due_on) else None
            yield self._event(row, Clock.FINISH.value, row.due_on, at, arming.get(Clock.FINISH, 1))
        for clock in clocks:
            number = milestone_of(clock.clock)
            waits = number is not None and number > row.milestones_done
            if (waits or clock.clock == Clock.REPORT) and runs(clock.clock, State(row.state)):
                yield self._event(row, clock.clock, clock.due_on, None, clock.arming)

    def _end_of(self, day: Any) -> datetime:
        return overdue_from(day, self._settings.zone)

    def _event(self, row: Any, clock: str, on: Any, at: datetime | None, arming: int) -> Event:
        number = milestone_of(clock)
        word = _WORDS[kind_of(clock)] + (f"{number}" if number else "")
        return Event(
            uid=f"{row.code}.{clock.replace('#', '-')}@zeren.{self._workspace}",
            title=showable(f"【{word}】{row.item_code} {row.title}"),
            on=on,
            at=at,
            description=self._description(row, number),
            categories=("责任链", word),
            sequence=max(arming - 1, 0),
            changed_at=self._now,
            alarms=self._alarms(on, at),
        )

    def _description(self, row: Any, number: int | None) -> str:
        home = self._settings.home
        steps = row.deadline.get("milestones", ())
        lines = [
            f"编号：{row.code}",
            f"期次：{row.label}" if row.label else "",
            f"节点：{steps[number - 1]['title']}" if self._full and number and number <= len(steps) else "",
            f"内容：{row.content}" if self._full and row.content else "",
            f"答复时请注明编号。联系：{home.name} {home.contact} {home.phone}",
        ]
        return showable("\n".join(line for line in lines if line))

    def _alarms(self, on: Any, at: datetime | None) -> tuple[datetime, ...]:
        """At nine on the third working day before, and on the day itself or the last working day before it."""
        calendar, zone = self._settings.calendar, self._settings.zone
        last = on if calendar.is_workday(on) else calendar.shift(on, -1)
        days = sorted({calendar.shift(on, -_AHEAD), last})
        found = (datetime.combine(day, _AT, zone) for day in days)
        return tuple(alarm for alarm in found if at is None or alarm < at)


# -- what changed since ------------------------------------------------------------------------------------------------


def _export(connection: Connection, workspace: Workspace, seat: _Seat, file: Path, now: datetime, full: bool) -> Fed:
    settings = workspace.settings
    events = _events(connection, settings, _rows(connection, settings, seat, now), now, full)
    known = feeds.said(connection, seat.code)
    # Several calendars may speak of one event: whoever has two of them has to see which is newer.
    top = feeds.sequences(connection, [*known, *(event.uid for event in events)])
    held = [_compared(event, known.get(event.uid), top.get(event.uid, 0), now) for event in events]
    there = {event.uid for event in held}
    ended = [_ended(row, top[uid], now) for uid, row in known.items() if uid not in there]
    said = [*held, *(event for event in ended if event.changed_at and now - event.changed_at < _ENDED)]
    _write(file, calendar_of(said, f"{settings.home.name} {seat.name}", now))
    moved = [event for event in (*held, *ended) if _moved(event, known.get(event.uid))]
    feeds.say(connection, seat.code, [_row(event) for event in moved])
    counts = {
        "new": sum(event.uid not in known for event in moved),
        "changed": sum(event.uid in known and not event.cancelled for event in moved),
        "cancelled": sum(event.cancelled for event in moved),
    }
    return Fed(seat.code, seat.name, file, len(held), **counts)


def _note(connection: Connection, workspace: Workspace, done: Sequence[Fed], now: datetime) -> None:
    """One entry for the calendars that say something new; exporting the same again is none."""
    news = [one for one in done if one.new or one.changed or one.cancelled]
    if news:
        values: dict[str, Any] = {"file": news[0].file.name if len(news) == 1 else f"{len(news)} 个文件"}
        values |= {key: sum(getattr(one, key) for one in news) for key in ("events", "new", "changed")}
        values["ended"] = sum(one.cancelled for one in news)
        actor = office_post(workspace, connection)
        ledger.record(connection, Entry(now, actor, "feed.export", [one.feed for one in news], values))


def _record(event: Event) -> dict[str, Any]:
    """What is compared: a change of it is a change of the event."""
    return {
        "title": event.title,
        "on": event.on.isoformat(),
        "at": event.at and event.at.astimezone(UTC).isoformat(),
        "description": event.description,
        "categories": list(event.categories),
    }


def _compared(event: Event, known: Any, top: int, now: datetime) -> Event:
    """The event with its sequence and when it last changed, given what was said of it last, here and anywhere."""
    if known is None:
        return replace(event, sequence=max(event.sequence, top))
    if known.said == _record(event) and not known.cancelled:
        return replace(event, sequence=known.sequence, changed_at=known.changed_at)
    return replace(event, sequence=max(event.sequence, top + 1), changed_at=now)


def _ended(known: Any, top: int, now: datetime) -> Event:
    """An event that was said and holds no longer."""
    said = known.said
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    sequence, since = (known.sequence, known.changed_at) if known.cancelled else (top + 1, now)
    on = datetime.fromisoformat(said["on"]).date()
    words = (said["description"], tuple(said["categories"]))
    return Event(known.uid, said["title"], on, at, *words, sequence, since, cancelled=True)


def _moved(event: Event, known: Any) -> bool:
    return known is None or known.sequence != event.sequence or known.cancelled != event.cancelled


def _row(event: Event) -> dict[str, Any]:
    return {
        "uid": event.uid,
        "sequence": event.sequence,
        "changed_at": event.changed_at,
        "cancelled": event.cancelled,
        "said": _record(event),
    }


def _write(file: Path, content: bytes) -> None:
    """The file, whole or not at all."""
    file.absolute().parent.mkdir(parents=True, exist_ok=True)
    put(file, content)
