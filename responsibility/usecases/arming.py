"""Where clocks start: the dates they are set to, as ledger entries write them.

An entry's `arms` maps the name of a clock to what it is set to, or to None where it is to stand still.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State, Work, reminded_from
from responsibility.core.deadline import first_due, milestone_days
from responsibility.core.escalation import Clock, kind_of, midnight, milestone_clock, next_moment, overdue_from
from responsibility.store import assignments
from responsibility.usecases.lights import Lamp, arm

Arm = dict[str, Any]


def report_arm(lamp: Lamp, policy_id: int, item_rule: str, missed: int = 0, after: date | None = None) -> Arm | None:
    """The report clock from today on: due by the item's own rule, else the policy's; None where neither names one.

    `after` is the day the last period reported on was due, where that is still to come.
    """
    ladder = lamp.ladder(policy_id, Clock.REPORT)
    rule = item_rule or ladder.every
    if not rule:
        return None
    since = max(lamp.today, after or lamp.today)
    due_on = first_due(rule, since, since + timedelta(days=1))
    return report_arm_on(lamp, policy_id, rule, due_on, missed) if due_on else None


def report_arm_on(lamp: Lamp, policy_id: int, rule: str, due_on: date, missed: int) -> Arm:
    """The report clock in the period that is due on a day, after `missed` periods without a report."""
    settings = lamp.settings
    next_at = next_moment(
        lamp.ladder(policy_id, Clock.REPORT), due_on, -1, settings.calendar, settings.zone, rule, missed
    )
    return {
        "due_on": due_on.isoformat(),
        "due_at": overdue_from(due_on, settings.zone).isoformat(),
        "next_at": next_at and next_at.isoformat(),
        "rule": rule,
        "missed": missed,
    }


def behind_arm(lamp: Lamp, policy_id: int, work: Work) -> Arm | None:
    """The clock of falling behind, until the first rung before the due date; None where there is nothing to measure.

    What is behind already is so from today: a new date is a new start.
    """
    day = reminded_from(work, lamp.policy(policy_id).tolerance)
    if day is None:
        return None
    settings, ladder = lamp.settings, lamp.ladder(policy_id, Clock.BEHIND)
    last_day = max(day - timedelta(days=1), lamp.today)
    until_at = lamp.soon_at(policy_id, work.due_on) or work.due_at
    next_at = next_moment(ladder, last_day, -1, settings.calendar, settings.zone)
    if next_at is None or (until_at is not None and next_at >= until_at):
        return None
    return {
        "due_on": last_day.isoformat(),
        "due_at": midnight(last_day + timedelta(days=1), settings.zone).isoformat(),
        "next_at": next_at.isoformat(),
        "until_at": until_at and until_at.astimezone(settings.zone).isoformat(),
    }


def milestone_arms(
    lamp: Lamp, policy_id: int, days: tuple[date, ...], due_on: date | None, done: int = 0
) -> dict[str, Arm]:
    """The clocks of the milestones that are not done; one on the due date itself is left to the finish clock."""
    ladder = lamp.ladder(policy_id, Clock.MILESTONE)
    return {
        milestone_clock(number): arm(lamp.settings, ladder, day, overdue_from(day, lamp.settings.zone))
        for number, day in enumerate(days, 1)
        if number > done and (due_on is None or day < due_on)
    }


def reported_arms(connection: Connection, lamp: Lamp, row: Any, told: Mapping[str, Any]) -> dict[str, Arm | None]:
    """What a report does to the clocks: its period is answered, milestones are reached, the line is caught up with."""
    arms: dict[str, Arm | None] = {}
    clocks = _clocks(connection, row)
    if period := clocks.get(Clock.REPORT):
        arms[Clock.REPORT.value] = report_arm(lamp, row.policy_id, row.report_rule, after=period.due_on)
    reached = told.get("milestone")
    if reached is not None:
        waiting = milestone_arms(lamp, row.policy_id, milestone_days(row.deadline), row.due_on, reached)
        names = [clock for clock in clocks if kind_of(clock) is Clock.MILESTONE]
        for name in names:
            again = waiting.get(name) if clocks[name].next_at is None else None
            if name not in waiting or again:
                arms[name] = again
    if told.get("count") is not None or told.get("percent") is not None:
        counted, percent = row.counted + (told.get("count") or 0), told.get("percent", row.percent)
        work = replace(lamp.work(row, row.deadline), counted=counted, percent=percent)
        day = reminded_from(work, lamp.policy(row.policy_id).tolerance)
        if day is None or day > lamp.today:  # who still is behind stays where he stands on the ladder
            arms[Clock.BEHIND.value] = behind_arm(lamp, row.policy_id, work)
    return arms


def standing(connection: Connection, row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What a report replaces: the per cent and milestone reached before, and where the clocks it moves stood."""
    clocks = _clocks(connection, row)
    stood = {name: _stood(clocks[name]) for name in names if name in clocks}
    return {"percent": row.percent, "milestones_done": row.milestones_done, "clocks": stood}


def _stood(clock: Any) -> Arm | None:
    """The position of a clock, to go on from; None where it stands still."""
    if clock.next_at is None:
        return None
    return {
        "due_on": clock.due_on.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "next_at": clock.next_at.isoformat(),
        "until_at": clock.until_at and clock.until_at.isoformat(),
        "rung": clock.rung,
        "rule": clock.rule,
        "missed": clock.missed,
    }


def _clocks(connection: Connection, row: Any) -> dict[str, Any]:
    return {clock.clock: clock for clock in assignments.clocks_of(connection, [row.id]).get(row.id, [])}


def returned_arms(lamp: Lamp, row: Any) -> dict[str, Arm | None]:
    """What comes back is reported on again, from the next period on."""
    due = report_arm(lamp, row.policy_id, row.report_rule)
    return {Clock.REPORT.value: due} if due else {}


def rearmed(lamp: Lamp, row: Any, due_on: date, due_at: datetime) -> dict[str, Arm | None]:
    """What a new due date does to the other clocks of one assignment: the line it is measured by is another."""
    work = replace(lamp.work(row, row.deadline), due_on=due_on, due_at=due_at)
    return {Clock.BEHIND.value: behind_arm(lamp, row.policy_id, work)}


def arms_at_issue(lamp: Lamp, policy_id: int, occurrences: Iterable[Any]) -> list[dict[str, Any]]:
    """The clocks of milestones and of falling behind, for the occurrences that share them.

    `occurrences` are rows as `store.laying.measured` reads them.
    """
    groups: dict[str, dict[str, Any]] = {}
    for row in occurrences:
        days = milestone_days(row.deadline) if not row.label else ()
        arms: dict[str, Arm] = milestone_arms(lamp, policy_id, days, row.due_on)
        starts_on = max(row.starts_on, lamp.today)
        work = Work(State.ISSUED, starts_on, row.due_on, row.due_at, None, target=row.target_count)
        if behind := behind_arm(lamp, policy_id, work):
            arms[Clock.BEHIND.value] = behind
        if arms:
            alike = groups.setdefault(json.dumps(arms), {"occurrences": [], "arms": arms})
            alike["occurrences"].append(row.id)
    return list(groups.values())
