"""The clock of reviews: started at issue, and where an item's deadline comes to have no end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.escalation import Clock, Policy, overdue_from
from responsibility.core.review import next_review
from responsibility.settings import Settings
from responsibility.store import laying, ledger, reviews
from responsibility.store.blocks import blocks_of
from responsibility.store.ledger import Entry
from responsibility.usecases.lights import Lamp, arm
from responsibility.usecases.workspace import Workspace


def arm_first(settings: Settings, policy: Policy, now: datetime) -> dict[str, Any]:
    """The clock of the first review of what is handed out now, as ledger entries write it."""
    today = now.astimezone(settings.zone).date()
    due_on = next_review(today, policy.review_every, today)
    return arm(settings, policy.ladders[Clock.REVIEW], due_on, overdue_from(due_on, settings.zone))


def arm_laid(
    connection: Connection, settings: Settings, policy: Policy, laid: laying.Laid, now: datetime
) -> dict[str, Any] | None:
    """The clocks of a block that was laid: of its work without an end. None where it has none."""
    items = reviews.long_term_items(connection, laid)
    return arm_first(settings, policy, now) | {"items": blocks_of(items)} if items else None


def follow(connection: Connection, workspace: Workspace, codes: Sequence[str], actor: str, now: datetime) -> None:
    """Bring the review clocks of items to their present deadline: without an end they run, with one they stop."""
    idle, ended = reviews.out_of_step(connection, codes)
    if not (idle or ended):
        return
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    policies = sorted({policy for some in idle.values() for policy in some})
    values = {
        "start": blocks_of(idle),
        "stop": blocks_of(ended),
        "arms": {str(one): arm_first(workspace.settings, lamp.policy(one), now) for one in policies},
    }
    ledger.record(connection, Entry(now, actor, "review.follow", list(codes), values))
