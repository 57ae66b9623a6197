"""Values → JSON, of the policy, of moving to it, and of urging by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from responsibility.core.cards import CardRule
from responsibility.core.escalation import Policy, Rung
from responsibility.core.timing import WEEKDAYS, Hours
from responsibility.views.machine import notice

Json = dict[str, Any]


def policy(rules: Policy, hours: Hours) -> Json:
    """`zeren policy show --json`."""
    return {
        "ladders": {
            clock.value: {"within": ladder.within, "rungs": [_rung(rung) for rung in ladder.rungs]}
            for clock, ladder in rules.ladders.items()
        },
        "tolerance": rules.tolerance,
        "close_share": rules.close_share,
        "instruments": dict(rules.instruments),
        "urgent_starts_at": rules.urgent_starts_at,
        "cards": _plain(rules.cards),
        "documents": list(rules.documents),
        "hours": _hours(hours),
    }


def _hours(hours: Hours) -> Json:
    """When people may be told something."""
    weekly = hours.weekly
    return {
        "quiet": [f"{at:%H:%M}" for at in hours.quiet] if hours.quiet else None,
        "budget": hours.budget,
        "chosen": {post: f"{at:%H:%M}" for post, at in hours.chosen.items()},
        "weekly": weekly and {"tiers": list(weekly.tiers), "on": WEEKDAYS[weekly.weekday], "at": f"{weekly.at:%H:%M}"},
    }


def _rung(rung: Rung | None) -> Json | None:
    return {**asdict(rung), "tells": list(rung.tells), "copies": list(rung.copies)} if rung else None


def _plain(value: Any) -> Any:
    """A value of the policy for JSON."""
    if isinstance(value, CardRule):
        return {key: _plain(part) for key, part in asdict(value).items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def policy_applied(done: Any) -> Json:
    """`zeren policy apply --json`."""
    return {
        "list": done.list_code,
        "written": done.written,
        "assignments": done.assignments,
        "rungs": [
            {"clock": one.clock.value, "urgent": one.urgent, "before": _rung(one.before), "after": _rung(one.after)}
            for one in done.rungs
        ],
        "clocks": [
            {
                "clock": one.clock.value,
                "count": one.count,
                "next_at_before": one.before_at and one.before_at.isoformat(),
                "next_rung_before": one.before and one.before.id,
                "next_at_after": one.after_at and one.after_at.isoformat(),
                "next_rung_after": one.after and one.after.id,
            }
            for one in done.clocks
        ],
        "others": [
            {"what": one.what, "of": one.of, "before": _plain(one.before), "after": _plain(one.after)}
            for one in done.others
        ],
        "due_now": done.due_now,
    }


def urged(done: Any, outcome: Mapping[str, int]) -> Json:
    """`zeren urge --json`."""
    return {
        "code": done.code,
        "clock": done.clock.value,
        "note": done.note,
        "assignments": list(done.assignments),
        "notices": [notice(one) for one in done.notices],
        "skipped": done.skipped,
        "messages": done.messages,
        **{status: outcome.get(status, 0) for status in ("sent", "held", "failed", "uncertain", "dropped")},
        "gaps": [dict(gap) for gap in done.gaps],
    }
