"""回头看: what has no end is looked at again, and goes back to be rectified where it is found wanting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from responsibility.core.assignment import Action
from responsibility.core.deadline import Kind, from_record
from responsibility.core.errors import ResponsibilityError
from responsibility.core.escalation import Clock, kind_of, overdue_from
from responsibility.core.review import Verdict, next_review
from responsibility.core.text import showable
from responsibility.store import assignments, reviews
from responsibility.usecases.arming import returned_arms
from responsibility.usecases.lights import arm
from responsibility.usecases.verbs import Case, Done, Values, act, reopened
from responsibility.usecases.workspace import Workspace


def review(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    verdict: Verdict,
    text: str = "",
) -> Done:
    """Record a review of long-term work; the next one falls due an interval later.

    一般 and 差 send it back with a term to rectify it, from whatever state it is in, and open its parents again.
    """

    def decide(case: Case) -> Values:
        _check(case)
        told = {"verdict": verdict.value, "text": showable(text).strip(), "by": case.actor}
        return {**told, "since": case.lamp.today.isoformat(), "review": _next(case), **_rectify(case, verdict)}

    action = Action.RECTIFY if verdict.rectifies else Action.REVIEW
    return act(workspace, action, code, now, as_post, decide, name=Action.REVIEW.value)


def _check(case: Case) -> None:
    row = case.row
    if from_record(row.deadline).kind is not Kind.LONG_TERM:
        raise ResponsibilityError(
            f"{row.code} 的时限是“{row.phrase or '未写'}”，不是长期坚持的事项，不用回头看",
            f"办得不实的，退回重办：zeren return {row.code} --reason 原因",
        )


def _next(case: Case) -> dict[str, Any]:
    """The clock of the next review."""
    row, settings = case.row, case.workspace.settings
    policy = case.lamp.policy(row.policy_id)
    clock = reviews.clock_of(case.connection, row.id)
    due_on = next_review(
        row.issued_on, policy.review_every, case.lamp.today, clock.due_on if clock else None, _last_on(case)
    )
    return arm(settings, policy.ladders[Clock.REVIEW], due_on, overdue_from(due_on, settings.zone))


def _last_on(case: Case) -> date | None:
    """The day of the last review, office time."""
    held = reviews.held(case.connection, [case.row.id]).get(case.row.id)
    zone = case.workspace.settings.zone
    return held[-1].held_at.astimezone(zone).date() if held else None


def _rectify(case: Case, verdict: Verdict) -> dict[str, Any]:
    """The term to rectify it in, and the parents that are open again; nothing of what was found good."""
    if not verdict.rectifies:
        return {"finish": None}
    settings, policy = case.workspace.settings, case.lamp.policy(case.row.policy_id)
    due_on = settings.calendar.shift(case.lamp.today, policy.rectify_within)
    finish = arm(settings, policy.ladders[Clock.FINISH], due_on, overdue_from(due_on, settings.zone))
    return {"finish": finish, "reopened": reopened(case), "arms": _others(case)}


def _others(case: Case) -> dict[str, Any]:
    """The other clocks: milestones and the line are of what was to be done before, reports are asked for again."""
    clocks = assignments.clocks_of(case.connection, [case.row.id]).get(case.row.id, [])
    passed = [clock.clock for clock in clocks if kind_of(clock.clock) in (Clock.BEHIND, Clock.MILESTONE)]
    return dict.fromkeys(passed) | returned_arms(case.lamp, case.row)
