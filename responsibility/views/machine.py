"""Values → the JSON of the contract (§3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from responsibility.core.assignment import Light, State
from responsibility.core.chain import Organisation
from responsibility.core.errors import Finding
from responsibility.core.summary import (
    AssignmentView,
    Climbed,
    Counts,
    Delegated,
    Group,
    ItemAdded,
    ItemEdited,
    ItemEntry,
    ItemReassigned,
    ItemView,
    LedgerLine,
    ListCancelled,
    ListLine,
    Noticed,
    ReviewLine,
    Summary,
    TierLaid,
)
from responsibility.views.machine_extensions import asked

Json = dict[str, Any]


def counts(c: Counts) -> Json:
    """C of the contract."""
    shown = (Light.CLOSED, Light.ON_SCHEDULE, Light.BEHIND, Light.DUE_SOON, Light.OVERDUE, Light.SUSPENDED)
    return {"assignments": c.assignments} | {light.value: c[light] for light in shown}


def status(summary: Summary, as_of: datetime, top: int | None) -> Json:
    """`zeren status --json`."""
    return {
        "as_of": as_of.isoformat(),
        "by": summary.by,
        "totals": counts(summary.totals),
        "groups": [
            {"key": g.key, "name": g.name, **counts(g.counts), **({"cards": cards(g)} if summary.by == "unit" else {})}
            for g in summary.groups
        ],
        "items": [
            {
                "code": line.facts.code,
                "title": line.facts.title,
                "category": line.facts.category,
                "due_on": _day(line.facts.due_on),
                "extended": line.facts.extended,
                "light": line.light.value,
                "progress": line.progress,
                **counts(line.counts),
            }
            for line in summary.items[:top]
        ],
        "unassigned": summary.unassigned,
        "questions": summary.questions,
    }


def cards(group: Group) -> list[Json]:
    """A unit's cards, by rule."""
    return [
        {"rule": one.rule, "name": one.name, "count": one.count, "at": one.at, "period": one.period}
        for one in group.cards
    ]


def assignment(view: AssignmentView) -> Json:
    """One assignment of `show` and `todo`."""
    return {
        "code": view.code,
        "item": view.item,
        "title": view.title,
        "tier": view.tier,
        "role": view.role,
        "unit": view.unit,
        "to": {"post": view.post, "title": view.post_title, "person": view.person},
        "state": view.state.value,
        "light": None if view.state is State.CANCELLED else view.light.value,
        "due_on": _day(view.due_on),
        "extensions": view.extensions,
        "extended_late": view.extended_late,
        "extension_asked": asked(view.asked),
        "laid_due_on": _day(view.laid_due_on),
        "returns": view.returns,
        "percent": view.percent,
        "counted": view.counted,
        "milestones_done": view.milestones_done,
        "return_reason": view.returned_because or None,
        "occurrence": view.occurrence,
        "reviews": [review_held(one) for one in view.reviews],
        "next_review": _day(view.next_review),
        "delegation": delegation(view.delegation),
        "clocks": [
            {
                "clock": c.clock,
                **({"milestone": c.milestone} if c.milestone else {}),
                "arming": c.arming,
                "due_at": c.due_at.isoformat(),
                "rung": c.rung,
                "next_at": c.next_at.isoformat() if c.next_at else None,
                "next_rung": c.next_rung,
            }
            for c in view.clocks
        ],
    }


def review_held(line: ReviewLine) -> Json:
    """One review that was held."""
    return {
        "held_at": line.held_at.isoformat(),
        "verdict": line.verdict.value,
        "text": line.text,
        "held_by": line.held_by,
        "rectify_by": _day(line.rectify_by),
    }


def reviewed(done: Any) -> Json:
    """`zeren review --json`."""
    told = done.recorded
    finish = told["finish"]
    return {
        "code": done.code,
        "act": "review",
        "verdict": told["verdict"],
        "before": done.before.value,
        "after": done.after.value,
        "actor": done.actor,
        "on_behalf_of": done.on_behalf_of,
        "rectify_by": finish and finish["due_on"],
        "next_review": told["review"]["due_on"],
        "reopened_above": list(done.reopened_above),
    }


def delegation(one: Delegated | None) -> Json | None:
    """Who acts for the owner of an assignment."""
    if one is None:
        return None
    return {"post": one.post, "title": one.title, "person": one.person, "until": one.until_on.isoformat()}


def item(view: ItemView) -> Json:
    """`zeren show --json`."""
    return {
        "item": {
            "code": view.code,
            "title": view.title,
            "category": view.category,
            "content": view.content,
            "list": view.list_code,
            "issued_on": view.issued_on.isoformat(),
            "phrase": view.phrase,
            "because": view.because,
            "due_on": _day(view.due_on),
            "extended": view.extended,
            "light": view.light.value if view.light else None,
            "needs_confirmation": view.needs_confirmation,
            "readings": list(view.readings),
            "milestones": [{"title": title, "due_on": due_on.isoformat()} for title, due_on in view.milestones],
            "target": view.target,
            "target_unit": view.target_unit,
            "next_review": _day(min((one.next_review for one in view.assignments if one.next_review), default=None)),
            "report_every": view.report_every,
        },
        "assignments": [assignment(one) for one in view.assignments],
    }


def todo(whom: str, name: str, views: Sequence[AssignmentView], waiting: int = 0) -> Json:
    """`zeren todo --json`; `waiting` extensions are for this post to answer."""
    rows = [assignment(view) for view in views]
    return {"for": whom, "name": name, "assignments": rows, "extensions_waiting": waiting}


def notice(noticed: Noticed) -> Json:
    """One notice of `remind`."""
    return {
        "item": noticed.item,
        "title": noticed.title,
        "assignment": noticed.assignment,
        "clock": noticed.clock,
        **({"milestone": noticed.milestone} if noticed.milestone else {}),
        "rung": noticed.rung,
        "rung_name": noticed.rung_name,
        "nth": noticed.nth,
        "tier": noticed.tier,
        "to": {"post": noticed.post, "title": noticed.post_title, "person": noticed.person},
        "reason": noticed.reason,
        "instrument": noticed.instrument,
        "light": noticed.light.value,
    }


def remind(
    as_of: datetime,
    dry_run: bool,
    notices: Iterable[Noticed],
    skipped: int,
    messages: int,
    outcome: Mapping[str, int],
    gaps: Sequence[Mapping[str, Any]] = (),
) -> Json:
    """`zeren remind --json`; `outcome` counts messages by what became of them."""
    return {
        "as_of": as_of.isoformat(),
        "dry_run": dry_run,
        "notices": [notice(one) for one in notices],
        "skipped": skipped,
        "messages": messages,
        **{status: outcome.get(status, 0) for status in ("sent", "held", "failed", "uncertain", "dropped")},
        "gaps": [dict(gap) for gap in gaps],
    }


def laid(rows: Iterable[TierLaid], dry_run: bool) -> Json:
    """`zeren assign --json`."""
    tiers = [
        {
            "list": row.list_code,
            "tier": row.tier,
            "name": row.tier_name,
            "assignments": row.assignments,
            "gap": row.gap,
            "to": [{"code": code, "name": name, "assignments": n} for code, name, n in row.whom],
        }
        for row in rows
    ]
    return {"dry_run": dry_run, "assignments": sum(t["assignments"] for t in tiers), "tiers": tiers}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def lists(rows: Iterable[ListLine]) -> Json:
    """`zeren list show --json`."""
    return {
        "lists": [
            {
                "code": row.code,
                "title": row.title,
                "issued_on": row.issued_on.isoformat(),
                "version": row.version,
                "items": row.items,
                "assigned": row.assigned,
                "questions": row.questions,
                "cancelled": row.cancelled,
            }
            for row in rows
        ]
    }


def items(rows: Iterable[ItemEntry]) -> Json:
    """`zeren list show L --json`."""
    return {
        "items": [
            {
                "code": row.code,
                "title": row.title,
                "category": row.category,
                "phrase": row.phrase,
                "due_on": _day(row.due_on),
                "extended": row.extended,
                "needs_confirmation": row.needs_confirmation,
                "because": row.because,
                "readings": list(row.readings),
            }
            for row in rows
        ]
    }


def log(rows: Iterable[LedgerLine], zone: tzinfo) -> Json:
    """`zeren log --json`."""
    return {
        "entries": [
            {
                "seq": row.seq,
                "at": row.at.astimezone(zone).isoformat(),
                "actor": row.actor,
                "on_behalf_of": row.on_behalf_of,
                "login": row.values.get("login"),
                "act": row.act,
                "codes": list(row.codes),
                "values": row.values,
                "hash": row.hash,
            }
            for row in rows
        ]
    }


def organisation(org: Organisation, on: date) -> Json:
    """`zeren org show --json`: the organisation file's own shape, with who holds each post on the day."""
    return {
        "units": [{"code": u.code, "name": u.name, "kind": u.kind, "parent": u.parent} for u in org.units],
        "posts": [
            {
                "code": p.code,
                "unit": p.unit,
                "tier": p.tier,
                "title": p.title,
                "held_by": [person.name for person in org.holders(p.code, on)],
            }
            for p in org.posts
        ],
        "oversees": [{"post": o.post, "units": list(o.units)} for o in org.oversees],
    }


def ladder(rows: Iterable[Climbed]) -> list[Json]:
    """The ladder as it was climbed."""
    return [
        {
            "at": row.at.isoformat(),
            "clock": row.clock,
            "rung": row.rung,
            "rung_name": row.rung_name,
            "to": row.recipient,
            "item": row.item,
            "who": row.who,
            "nth": row.nth,
            "reason": row.why,
        }
        for row in rows
    ]


def findings(rows: Sequence[Finding]) -> Json:
    """`zeren doctor --json`."""
    keys = ("check", "severity", "message", "mend")
    return {"findings": [{key: str(getattr(row, key)) for key in keys} for row in rows]}


def list_cancelled(done: ListCancelled) -> Json:
    """`zeren list cancel --json`."""
    return {
        "list": done.list_code,
        "title": done.title,
        "reason": done.reason,
        "cancelled": done.cancelled,
        "closed": done.closed,
        "dry_run": done.dry_run,
    }


def item_added(done: ItemAdded) -> Json:
    """`zeren item add --json`."""
    return {
        "code": done.code,
        "title": done.title,
        "list": done.list_code,
        "category": done.category,
        "phrase": done.phrase,
        "due_on": _day(done.due_on),
        "because": done.because,
        "units": [{"code": code, "name": name, "role": role} for code, name, role in done.units],
        "members": list(done.members),
        "leaders": list(done.leaders),
        "alike": list(done.alike),
        "needs_confirmation": done.needs_confirmation,
        "readings": list(done.readings),
    }


def item_edited(done: ItemEdited) -> Json:
    """`zeren item edit --json`."""
    return {
        "code": done.code,
        "title": done.title,
        "before": dict(done.before),
        "after": dict(done.after),
        "because": done.because,
        "redated": done.redated,
        "needs_confirmation": done.needs_confirmation,
        "readings": list(done.readings),
    }


def item_reassigned(done: ItemReassigned) -> Json:
    """`zeren item reassign --json`."""
    return {
        "code": done.code,
        "title": done.title,
        "from": done.source,
        "to": done.target,
        "assigned": done.assigned,
        "cancelled": list(done.cancelled),
        "laid": done.laid,
        "again": list(done.again),
        "closed_above": list(done.closed_above),
    }
