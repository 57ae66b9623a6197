"""Values → JSON, of what the office settles: events, questions, calendar, cancelled items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any

from responsibility.core.chain import Chain
from responsibility.core.staffing import Seat
from responsibility.core.summary import (
    Accepted,
    BoundItem,
    Burden,
    CalendarImported,
    CalendarYear,
    Difference,
    EventLine,
    EventSet,
    ItemCancelled,
    Load,
    Settled,
)
from responsibility.core.timing import HELD_NAMES
from responsibility.core.undo import Corrected, Undone

Json = dict[str, Any]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def events(rows: Iterable[EventLine]) -> Json:
    """`zeren event list --json`."""
    return {"events": [{"event": r.name, "on": _day(r.on), "items": [_bound(one) for one in r.items]} for r in rows]}


def event_set(done: EventSet) -> Json:
    """`zeren event set --json`."""
    return {
        "event": done.name,
        "on": _day(done.on),
        "before": _day(done.before),
        "items": [_bound(one) for one in done.items],
        "redated": list(done.redated),
        "ready": list(done.ready),
    }


def _bound(one: BoundItem) -> Json:
    return {
        "code": one.code,
        "title": one.title,
        "phrase": one.phrase,
        "due_on": _day(one.due_on),
        "needs_confirmation": one.needs_confirmation,
        "because": one.because,
        "readings": list(one.readings),
    }


def answered(done: Any) -> Json:
    """`zeren list confirm --from --json`."""
    return {
        "settled": [_settled(one) for one in done.settled],
        "blank": list(done.blank),
        "left": done.left,
        "redated": list(done.redated),
    }


def accepted(done: Accepted) -> Json:
    """What `zeren assign --accept-proposals --json` adds."""
    return {
        "accepted": [_settled(one) for one in done.settled],
        "questions": [
            {
                "code": one.code,
                "cell": one.cell,
                "phrase": one.phrase,
                "because": one.because,
                "event": one.event or None,
            }
            for one in done.left
        ],
    }


def _settled(one: Settled) -> Json:
    return {"code": one.code, "title": one.title, "due_on": _day(one.due_on), "because": one.because}


def differences(rows: Iterable[Difference]) -> list[Json]:
    """What `zeren list import --json` says of new, changed and removed items."""
    return [
        {
            "code": row.code,
            "title": row.title,
            "change": row.change.value,
            "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in row.fields],
            "open": row.open,
        }
        for row in rows
    ]


def item_cancelled(done: ItemCancelled) -> Json:
    """`zeren item cancel --json`."""
    return {
        "code": done.code,
        "title": done.title,
        "reason": done.reason,
        "cancelled": done.cancelled,
        "closed": done.closed,
        "dry_run": done.dry_run,
    }


def calendar_year(found: CalendarYear) -> Json:
    """`zeren calendar show --json`."""
    days = [
        {"from": _day(run.first), "to": _day(run.last), "kind": "off" if run.off else "work", "days": run.days}
        | {"name": run.name}
        for run in found.runs
    ]
    return {"year": found.year, "announced": found.announced, "days": days}


def calendar_imported(done: CalendarImported, zone: tzinfo) -> Json:
    """`zeren calendar import --json`."""
    return {
        **calendar_year(done.year),
        "written": done.written,
        "items": [
            {
                "code": one.code,
                "title": one.title,
                "before": _day(one.before),
                "after": _day(one.after),
                "redated": one.redated,
            }
            for one in done.items
        ],
        "clocks": [
            {
                "clock": str(one.clock),
                "due_before": _day(one.due_before),
                "due_after": _day(one.due_after),
                "next_before": one.next_before.astimezone(zone).isoformat() if one.next_before else None,
                "next_after": one.next_after.astimezone(zone).isoformat() if one.next_after else None,
                "count": one.count,
            }
            for one in done.clocks
        ],
    }


def organisation_imported(done: Any) -> Json:
    """`zeren org import --json`."""
    tables = {
        table: {"new": c.new, "changed": c.changed, "unchanged": c.unchanged, "removed": c.removed}
        for table, c in done.changes.items()
    }
    return {
        "file": done.file,
        "dry_run": done.dry_run,
        "on": _day(done.on),
        **tables,
        "joins": [_seated(seat, "from") for seat in done.joins],
        "leaves": [_seated(seat, "until") for seat in done.leaves],
        "moves": [{"left": _seated(old, "until"), "joined": _seated(new, "from")} for old, new in done.moves],
        "redated": done.redated,
        "codes": {
            table: {"new": list(some.new), "retired": list(some.retired), "changed": list(some.changed)}
            for table, some in (("units", done.units), ("posts", done.posts))
        },
        "addresses": [
            {"person": a.person, "name": a.name, "field": a.field, "before": a.before, "after": a.after}
            for a in done.addresses
        ],
        "handovers": done.handovers,
        "warnings": list(done.warnings),
    }


def _seated(seat: Seat, day: str) -> Json:
    return {
        "post": seat.post,
        "title": seat.title,
        "person": seat.person,
        "name": seat.name,
        day: _day(seat.on),
    }


def corrected(done: Corrected, zone: tzinfo) -> Json:
    """`zeren clock correct --json`."""
    return {
        "dry_run": done.dry_run,
        "first": done.first,
        "last": done.last,
        "until": done.until.astimezone(zone).isoformat(),
        "sweeps": done.sweeps,
        "acts": done.acts,
        "messages_dropped": done.dropped,
        "messages_uncertain": done.doubtful,
    }


def rebuilt(codes: Sequence[str], dry_run: bool) -> Json:
    """`zeren log rebuild --json`."""
    return {"dry_run": dry_run, "assignments": len(codes), "codes": list(codes)}


def undone(done: Undone) -> Json:
    """`zeren undo --json`."""
    return {
        "undone": {
            "seq": done.of,
            "act": done.act,
            "at": done.at.isoformat(),
            "actor": done.actor,
            "on_behalf_of": done.on_behalf_of,
        },
        "dry_run": done.dry_run,
        "code": done.code,
        "title": done.title,
        "before": done.before,
        "after": done.after,
        "changes": {name: {"before": _plain(before), "after": _plain(after)} for name, before, after in done.changes},
        "closed_above": list(done.closed_above),
        "reopened_above": list(done.reopened_above),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def burden(counted: Burden, names: Mapping[str, str], chain: Chain) -> Json:
    """The same for machines: `zeren burden --json`."""
    return {
        "since": counted.since.isoformat(),
        "until": counted.until.isoformat(),
        "people": counted.total.people,
        "messages": counted.total.messages,
        "notices": counted.total.notices,
        "tiers": [{"tier": load.key, "name": chain.tier(load.key).name, **_load(load)} for load in counted.tiers],
        "highest": [
            {"person": load.key, "name": names.get(load.key, load.key), **_load(load)} for load in counted.highest
        ],
        "saved": {
            "digest": counted.digested,
            **{why.value: counted.merged.get(why, 0) for why in HELD_NAMES},
            "untrue": counted.untrue,
        },
    }


def _load(load: Load) -> Json:
    return {
        "people": load.people,
        "messages": load.messages,
        "notices": load.notices,
        "per_person": round(load.each, 2),
    }
