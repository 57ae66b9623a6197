"""暂缓 and back: all clocks stand still, and the working days lost are given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from responsibility.core.assignment import Action, State
from responsibility.core.errors import ResponsibilityError
from responsibility.core.escalation import Clock, milestone_of, next_moment, runs
from responsibility.core.text import showable
from responsibility.core.workdays import WorkCalendar
from responsibility.store import assignments
from responsibility.store.reviews import STOPPED
from responsibility.usecases.arming import report_arm
from responsibility.usecases.verbs import Case, Done, Values, act
from responsibility.usecases.workspace import Workspace


def suspend(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, reason: str) -> Done:
    """暂缓: nothing is due and nobody is reminded until it is resumed; the reason is recorded."""
    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError("暂缓要写明原因", f"例：zeren suspend {code} --reason 上级部署调整")

    def decide(case: Case) -> Values:
        return {"reason": reason, "before": case.row.state, "on": case.lamp.today.isoformat()}

    return act(workspace, Action.SUSPEND, code, now, as_post, decide)


def resume(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, text: str = "") -> Done:
    """恢复: back to the state before; every clock that ran goes on, later by the working days that were lost."""

    def decide(case: Case) -> Values:
        row, calendar = case.row, workspace.settings.calendar
        lost = working_days(row.paused_on, case.lamp.today, calendar)
        [clocks] = assignments.clocks_of(case.connection, [row.id]).values() or [[]]
        running = [clock for clock in clocks if _goes_on(clock, row)]
        moved = {clock.clock: _later(case, clock, lost) for clock in running}
        if behind := moved.get(Clock.BEHIND):
            behind["until_at"] = _soon(case, moved)
        finish = moved.get("finish", {})
        return {"text": showable(text), "lost": lost, "clocks": moved} | {
            key: finish.get(key) for key in ("due_on", "due_at")
        }

    return act(workspace, Action.RESUME, code, now, as_post, decide)


def _goes_on(clock: Any, row: Any) -> bool:
    """Whether a clock that stands still does so because of the suspension alone."""
    reached = (milestone_of(clock.clock) or row.milestones_done + 1) <= row.milestones_done
    rectified = row.rectifying_since is not None and milestone_of(clock.clock) is not None
    stopped = reached or rectified or clock.rung == STOPPED
    return runs(clock.clock, State(row.before_pause)) and not stopped


def _soon(case: Case, moved: Mapping[str, Any]) -> str | None:
    """The instant from which the finish clock speaks instead of the one of falling behind."""
    finish = moved.get(Clock.FINISH)
    soon = finish and case.lamp.soon_at(case.row.policy_id, date.fromisoformat(finish["due_on"]))
    return soon.isoformat() if soon else None


def working_days(first: date, end: date, calendar: WorkCalendar) -> int:
    """How many working days there are from `first`, itself included, to before `end`."""
    days = (first + timedelta(days=at) for at in range((end - first).days))
    return sum(calendar.is_workday(day) for day in days)


def _later(case: Case, clock: Any, lost: int) -> dict[str, Any]:
    """Where a clock goes on: the rungs that were reached stay reached."""
    settings, row = case.workspace.settings, case.row
    # The date may have been changed meanwhile; then the ladder begins anew.
    due_on, due_at, rung = clock.due_on, clock.due_at, clock.rung
    if clock.clock == "finish" and row.due_on not in (None, due_on):
        due_on, due_at, rung = row.due_on, row.due_at, -1
    if clock.rule:
        return _next_period(case, clock)
    later = settings.calendar.shift(due_on, lost) if lost else due_on
    ladder = case.lamp.ladder(row.policy_id, clock.clock)
    next_at = next_moment(ladder, later, rung, settings.calendar, settings.zone)
    at = (due_at.astimezone(settings.zone) + (later - due_on)).isoformat()
    return {
        "due_on": later.isoformat(),
        "due_at": at,
        "rung": rung,
        "next_at": next_at and next_at.isoformat(),
        "moved": later != clock.due_on,
    }


def _next_period(case: Case, clock: Any) -> dict[str, Any]:
    """A report clock goes on with the first period after the suspension; what was missed before it stays missed."""
    arm = report_arm(case.lamp, case.row.policy_id, clock.rule, clock.missed)
    due = arm or {"due_on": clock.due_on.isoformat(), "due_at": clock.due_at.isoformat(), "next_at": None}
    return due | {"rung": -1, "moved": True}
