"""A due date moved: assignments take the new date and their finish clocks start anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import from_record, occurrence
from responsibility.core.escalation import Clock, overdue_from
from responsibility.store import assignments, laying, ledger, past, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.lights import Lamp, arm
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
        ledger.record(
            connection,
            Entry(
                now,
                actor,
                "redate",
                list(moved),
                {"items": moved, **past.was(before, past.of_items(connection, codes))},
            ),
        )
    return list(moved)


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
    }
