"""Events that deadlines are bound to: what is bound to which, and the day an event is held on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import Deadline, bind, event_key, from_record, to_record
from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.core.summary import BoundItem, EventLine, EventSet
from responsibility.core.text import is_it
from responsibility.store import assignments, ledger, past, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.drafting import fault_of
from responsibility.usecases.redate import redate
from responsibility.usecases.workspace import Workspace, office_post

LIST = "全部事件：zeren event list"


@dataclass(frozen=True, slots=True)
class _Bound:
    """An item's row with its deadline."""

    row: Any
    deadline: Deadline

    @property
    def name(self) -> str:
        return self.deadline.event or ""


def events_of(workspace: Workspace) -> list[EventLine]:
    """Every event that a live item is bound to, or that was set: unset ones first, then by day."""
    with workspace.read() as connection:
        known = worklists.events(connection)
        bound = _bound(connection)
    lines = [
        EventLine(one[0].name, known[key][1] if key in known else None, tuple(map(_item, one)))
        for key, one in bound.items()
    ]
    lines += [EventLine(name, day, ()) for key, (name, day) in known.items() if key not in bound]
    return sorted(lines, key=lambda line: (line.on is not None, line.on or date.min))


def set_event(workspace: Workspace, name: str, on: date, now: datetime) -> EventSet:
    """Fix (or move) the day of an event: everything bound to it gets its date, what is assigned its clocks.

    Refused where nothing is bound to an event of that name, or a date cannot be reckoned with.
    """
    with workspace.write(now) as connection:
        bound = _bound(connection)
        found = bound.get(event_key(name))
        if not found:
            raise _nothing_bound(name, [one[0].name for one in bound.values()])
        before = worklists.event_days(connection).get(event_key(name))
        settings = workspace.settings
        after = [
            _Bound(b.row, bind(b.deadline, on, settings.calendar, settings.default_terms.immediate)) for b in found
        ]
        _check(after, on)
        moved: list[str] = []
        if before != on:
            office = office_post(workspace, connection)
            codes = [one.row.code for one in after]
            stood = past.of_items(connection, codes)
            for one in after:
                worklists.rebind(connection, one.row.id, to_record(one.deadline), one.deadline.needs_confirmation)
            entry = _entry(office, found[0].name, on, before, after, now)
            was = past.was(stood, past.of_items(connection, codes))
            ledger.record(connection, replace(entry, values={**entry.values, **was}))
            moved = redate(connection, workspace, codes, office, now)
        ready = _ready(connection, after)
    return EventSet(found[0].name, on, before, tuple(map(_item, after)), tuple(moved), ready)


def _bound(connection: Connection) -> dict[str, list[_Bound]]:
    """Key of the event → the live items bound to it, in file order."""
    found: dict[str, list[_Bound]] = {}
    for row in worklists.items(connection):
        if row.deadline.get("event"):
            one = _Bound(row, from_record(row.deadline))
            found.setdefault(event_key(one.name), []).append(one)
    return found


def _nothing_bound(name: str, known: Sequence[str]) -> UnknownCode:
    if not known:
        return UnknownCode(f"没有时限取决于“{name}”的事项，也没有取决于别的事件的", "查看待确认的时限：zeren list show")
    said = "、".join(known[:20])
    return UnknownCode(f"没有时限取决于“{name}”的事项（清单里的事件：{said}）", is_it(name, known, LIST))


def _check(after: Sequence[_Bound], on: date) -> None:
    """Raise where a deadline cannot be reckoned from this day, with every item of which that is so."""
    faults: dict[str, list[str]] = {}
    for one in after:
        if fault := fault_of(one.deadline):
            faults.setdefault(fault, []).append(one.row.code)
    if faults:
        each = "；".join(f"{'、'.join(codes)} 的时限：{fault}" for fault, codes in faults.items())
        raise ResponsibilityError(f"“{on}”算不出 {each}", LIST)


def _entry(office: str, name: str, on: date, before: date | None, after: Sequence[_Bound], now: datetime) -> Entry:
    dues: Mapping[str, str | None] = {
        one.row.code: one.deadline.due_on.isoformat() if one.deadline.due_on else None for one in after
    }
    values = {
        "event": name,
        "key": event_key(name),
        "on": on.isoformat(),
        "before": before and before.isoformat(),
        "items": dues,
    }
    return Entry(now, office, "event.set", list(dues), values)


def _ready(connection: Connection, after: Sequence[_Bound]) -> tuple[str, ...]:
    """The items that wait for nothing but being assigned."""
    clear = [one.row.code for one in after if not one.deadline.needs_confirmation]
    return tuple(code for code in clear if not assignments.of_item(connection, code))


def _item(one: _Bound) -> BoundItem:
    deadline = one.deadline
    readings = tuple(str(reading) for reading in deadline.readings)
    return BoundItem(
        one.row.code,
        one.row.title,
        deadline.phrase,
        deadline.due_on,
        deadline.needs_confirmation,
        deadline.because,
        readings,
    )
