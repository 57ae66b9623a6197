"""The yearly holiday notice: put into the calendar, and what was provisional computed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import Deadline, bind, from_record, to_record
from responsibility.core.errors import InputProblems, Problem, ResponsibilityError
from responsibility.core.escalation import Clock, overdue_from
from responsibility.core.summary import CalendarImported, CalendarRun, CalendarYear, MovedClocks, MovedItem
from responsibility.core.workdays import WorkCalendar
from responsibility.ingest.holidays import HolidayNotice, read_notice
from responsibility.settings.calendarfile import FILE, calendar_of_text, names_of, replace_file, with_year
from responsibility.store import clocks, laying, ledger, past, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.drafting import fault_of, read_phrase
from responsibility.usecases.lights import Lamp
from responsibility.usecases.redate import redate
from responsibility.usecases.workspace import Workspace, office_post


def year_of(workspace: Workspace, year: int) -> CalendarYear:
    """A year's holidays and make-up days as the workspace counts them."""
    names = names_of((workspace.root / FILE).read_text("utf-8"))
    return _year(workspace.settings.calendar, year, names)


def import_calendar(
    workspace: Workspace, path: Path, now: datetime, *, replace_year: bool = False, dry_run: bool = False
) -> CalendarImported:
    """Put a year's notice into config/calendar.yaml and compute anew what was provisional, or neither.

    InputProblems lists what contradicts itself; a year announced already is refused unless `replace_year`.
    """
    notice, problems = read_notice(path)
    if problems:
        raise InputProblems(sorted(problems, key=_place), f"放假通知 {path.name} ")
    settings = workspace.settings
    if notice.year in settings.calendar.announced and not replace_year:
        raise ResponsibilityError(
            f"{notice.year} 年的放假安排已经在日历里，没有改动",
            f"查看：zeren calendar show {notice.year}；确实要换成这份：加 --replace",
        )
    text = (workspace.root / FILE).read_text("utf-8-sig")
    off = {one.day: one.name for one in notice.days if one.off}
    work = {one.day: one.name for one in notice.days if not one.off}
    text = with_year(text, notice.year, off, work)
    new = Workspace(
        replace(settings, calendar=calendar_of_text(workspace.root, text)), workspace.engine, workspace.login
    )
    with workspace.write(now, keep=not dry_run) as connection:
        done = _recompute(connection, workspace, new, notice, now)
        if not dry_run:
            replace_file(workspace.root, text)
    return replace(done, written=not dry_run)


def _place(problem: Problem) -> tuple[int, str]:
    digits = "".join(char for char in problem.cell if char.isdigit())
    return int(digits or 0), problem.cell


def _recompute(
    connection: Connection, old: Workspace, new: Workspace, notice: HolidayNotice, now: datetime
) -> CalendarImported:
    items = [(row, before, after) for row, before, after in _items(connection, new)]
    shift = _Shift(connection, old, new, now)
    terms, groups = shift.terms(), shift.groups()
    provisional = [row.code for row, _, _ in items]
    stood = past.of_items(connection, provisional)
    for row, _, after in items:
        worklists.rebind(connection, row.id, to_record(after), after.needs_confirmation)
    office = office_post(new, connection)
    moved = [(row, before, after) for row, before, after in items if before.due_on != after.due_on]
    codes = [row.code for row, _, _ in moved]
    entry = _entry(office, notice, codes, terms, groups, new.settings.calendar, now)
    was = past.was(stood, past.of_items(connection, provisional))
    ledger.record(connection, replace(entry, values={**entry.values, **was}))
    redated = redate(connection, new, codes, office, now)
    names = {one.day: one.name for one in notice.days}
    return CalendarImported(
        year=_year(new.settings.calendar, notice.year, names),
        items=tuple(
            MovedItem(row.code, row.title, before.due_on, after.due_on, row.code in redated)
            for row, before, after in moved
            if before.due_on and after.due_on
        ),
        settled=len(items),
        clocks=tuple(one.told for one in (*terms, *groups)),
        written=False,
    )


def _items(connection: Connection, workspace: Workspace) -> Iterator[tuple[Any, Deadline, Deadline]]:
    """(row, deadline as it was, as it is now) of every item whose date was provisional."""
    for row in worklists.items(connection):
        if row.deadline.get("provisional"):
            before = from_record(row.deadline)
            after = _again(before, row.issued_on, workspace)
            if after != before and not fault_of(after):
                yield row, before, after


def _again(before: Deadline, issued_on: date, workspace: Workspace) -> Deadline:
    """The same phrase, counted from the same day, in the calendar as it is now."""
    settings = workspace.settings
    if before.event_on:
        return bind(before, before.event_on, settings.calendar, settings.default_terms.immediate)
    read = read_phrase(before.phrase, before.counted_from or issued_on, settings)
    if read.kind is not before.kind or read.due_on is None or before.needs_confirmation:
        return before
    return replace(before, due_on=read.due_on, because=read.because, provisional=read.provisional)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Clocks that move together: what replays it, and what people are told."""

    values: dict[str, Any]
    told: MovedClocks


class _Shift:
    """Running clocks under the calendar as it was and as it is."""

    def __init__(self, connection: Connection, old: Workspace, new: Workspace, now: datetime) -> None:
        policies = laying.policies(connection)
        self.connection = connection
        self.old, self.new = Lamp(old.settings, policies, now), Lamp(new.settings, policies, now)

    def groups(self) -> list[_Moved]:
        """Clocks that keep their due date and whose next moment is another day now."""
        found = []
        for row in clocks.waiting(self.connection):
            was, will = (
                lamp.following(row.policy_id, row.clock, row.due_on, row.rung, row.rule, row.missed)
                for lamp in (self.old, self.new)
            )
            if row.next_at == was and will != was:
                key = {"policy": row.policy_id, "clock": row.clock, "due_on": row.due_on.isoformat(), "rung": row.rung}
                key |= {"rule": row.rule, "missed": row.missed} if row.rule else {}
                values = {**key, "from": _text(was), "next_at": _text(will)}
                found.append(_Moved(values, MovedClocks(row.clock, row.due_on, row.due_on, was, will, row.n)))
        return found

    def terms(self) -> list[_Moved]:
        """Sign and verify clocks, whose due date is itself so many working days away."""
        zone = self.new.settings.zone
        found = []
        for row in clocks.signing(self.connection):
            where = {"policy": row.policy_id, "issued_on": row.issued_on.isoformat(), "due_on": row.due_on.isoformat()}
            found += self._term(Clock.SIGN, row, row.issued_on, where | {"rung": row.rung}, row.n)
        for row in clocks.verifying(self.connection):
            where = {"assignment": row.assignment_id}
            found += self._term(Clock.VERIFY, row, row.at.astimezone(zone).date(), where, 1)
        return found

    def _term(self, clock: Clock, row: Any, since: date, where: dict[str, Any], count: int) -> list[_Moved]:
        within = self.new.ladder(row.policy_id, clock).within or 0
        was, will = (lamp.settings.calendar.shift(since, within) for lamp in (self.old, self.new))
        if row.due_on != was or was == will:
            return []
        next_at = self.new.following(row.policy_id, clock, will, row.rung)
        due_at = overdue_from(will, self.new.settings.zone)
        to = {"due_on": will.isoformat(), "due_at": due_at.isoformat(), "next_at": _text(next_at)}
        told = MovedClocks(clock, was, will, row.next_at, next_at, count)
        return [_Moved({"clock": clock.value, "where": where, "to": to}, told)]


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _entry(
    office: str,
    notice: HolidayNotice,
    codes: Sequence[str],
    terms: Sequence[_Moved],
    groups: Sequence[_Moved],
    calendar: WorkCalendar,
    now: datetime,
) -> Entry:
    values = {
        "year": notice.year,
        "off": [one.day.isoformat() for one in notice.days if one.off],
        "work": [one.day.isoformat() for one in notice.days if not one.off],
        "calendar": calendar.name,
        "terms": [one.values for one in terms],
        "clocks": [one.values for one in groups],
    }
    return Entry(now, office, "calendar.import", list(codes), values)


def _year(calendar: WorkCalendar, year: int, names: dict[date, str]) -> CalendarYear:
    days = [(day, True) for day in calendar.holidays] + [(day, False) for day in calendar.makeup]
    runs: list[CalendarRun] = []
    for day, off in sorted(one for one in days if one[0].year == year):
        name = names.get(day, "")
        last = runs[-1] if runs else None
        joins = last and last.off == off and day - last.last == timedelta(days=1) and name in ("", last.name)
        if last and joins:
            runs[-1] = replace(last, last=day)
        else:
            runs.append(CalendarRun(day, day, off, name))
    return CalendarYear(year, year in calendar.announced, tuple(runs))
