"""A due date moved: assignments take the new date and their finish clocks start anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.deadline import from_record, milestone_days, occurrence
from responsibility.core.escalation import Clock, overdue_from
from responsibility.store import assignments, laying, ledger, past, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.arming import milestone_arms, rearmed, report_arm
from responsibility.usecases.lights import Lamp, arm
from responsibility.usecases.review_clock import follow
from responsibility.usecases.workspace import Workspace


def redate(connection: Connection, workspace: Workspace, codes: Sequence[str], actor: str, now: datetime) -> list[str]:
    """Bring what is laid of these items to their present deadline; the codes of those whose date moved.

    Recurring items keep the occurrence they were laid with; the next one follows the new rule. Closed and cancelled
    assignments keep the date they had.
    """
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    before = past.of_items(connection, codes)
    moved = {code: values for code in codes if (values := _moved(connection, lamp, code)) is not None}
    if moved:
        changed = past.was(before, past.of_items(connection, codes))
        ledger.record(connection, Entry(now, actor, "redate", list(moved), {"items": moved, **changed}))
    follow(connection, workspace, codes, actor, now)
    return list(moved)


def measured_anew(
    connection: Connection, workspace: Workspace, code: str, changed: Sequence[str], actor: str, now: datetime
) -> None:
    """Bring the clocks of what runs to an item's new target or reporting period (`changed` names what is new)."""
    if not {"target", "report"} & set(changed):
        return
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    groups: dict[str, dict[str, Any]] = {}
    running = [row for row in assignments.of_item(connection, code) if row.works and row.state in _REPORTED]
    for row in running:
        arms: dict[str, Any] = {}
        if "report" in changed and row.state != State.ISSUED:
            arms[Clock.REPORT.value] = report_arm(lamp, row.policy_id, row.report_rule)
        if "target" in changed and row.due_at is not None:
            arms |= rearmed(lamp, row, row.due_on, row.due_at)
        if arms:
            groups.setdefault(json.dumps(arms), {"codes": [], "arms": arms})["codes"].append(row.code)
    if groups:
        ledger.record(connection, Entry(now, actor, "rearm", [code], {"groups": list(groups.values())}))


_REPORTED = (State.ISSUED, State.SIGNED, State.IN_PROGRESS, State.RETURNED)


def _moved(connection: Connection, lamp: Lamp, code: str) -> dict[str, Any] | None:
    laid = [row for row in assignments.of_item(connection, code) if row.state not in ("draft", "closed", "cancelled")]
    found = worklists.items(connection, code=code)
    if not laid or not found or found[0].needs_confirmation:
        return None
    deadline = from_record(found[0].deadline)
    new = occurrence(deadline, found[0].issued_on, lamp.today)
    zone = lamp.settings.zone
    due_at = overdue_from(new.due_on, zone, deadline.due_time) if new.due_on else None
    if new.label or laid[0].label or laid[0].due_at == due_at:
        return None
    laying.move_occurrence(connection, laid[0].occurrence_id, new.starts_on, new.due_on, due_at)
    arms = {}
    if new.due_on and due_at:
        for policy_id in {row.policy_id for row in laid}:
            ladder = lamp.ladder(policy_id, Clock.FINISH)
            arms[str(policy_id)] = arm(lamp.settings, ladder, new.due_on, due_at)
    return {
        "due_on": new.due_on and new.due_on.isoformat(),
        "due_at": due_at and due_at.isoformat(),
        "occurrence": laid[0].occurrence_id,
        "finish": arms,
        "others": _others(lamp, laid, new.due_on, due_at) if new.due_on and due_at else [],
    }


def _others(lamp: Lamp, laid: Sequence[Any], due_on: date, due_at: datetime) -> list[dict[str, Any]]:
    """The clocks of milestones and of falling behind on the new deadline, for the assignments that share them."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in laid:
        if row.works and row.state not in ("submitted", "suspended"):
            alike = (row.policy_id, row.counted, row.percent, row.milestones_done, row.issued_on, row.given_back)
            groups.setdefault(alike, []).append(row)
    found = []
    for rows in groups.values():
        first = rows[0]
        arms = rearmed(lamp, first, due_on, due_at)
        arms |= milestone_arms(lamp, first.policy_id, milestone_days(first.deadline), due_on, first.milestones_done)
        set_anew = {name: arm for name, arm in arms.items() if arm}
        if set_anew:
            found.append({"codes": [row.code for row in rows], "arms": set_anew})
    return found
