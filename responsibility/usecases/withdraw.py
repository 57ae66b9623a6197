"""Taking back (撤销): one assignment, or a list with everything of it that is not closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import Action, State, states_for
from responsibility.core.errors import ResponsibilityError
from responsibility.core.summary import ListCancelled
from responsibility.core.text import showable
from responsibility.store import assignments, ledger, worklists
from responsibility.store.blocks import blocks_of
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import live_list
from responsibility.usecases.rollup import parents_to_close
from responsibility.usecases.verbs import Case, Done, Values, act
from responsibility.usecases.workspace import Workspace, office_post

#: States out of which an assignment can be cancelled.
CANCELLABLE = frozenset(state.value for state in states_for(Action.CANCEL))


def cancel_list(
    workspace: Workspace, code: str, now: datetime, *, reason: str = "", dry_run: bool = False
) -> ListCancelled:
    """Cancel a list and, in one entry, each of its assignments that is not closed; a dry run counts and undoes it."""
    with workspace.write(now, keep=not dry_run) as connection:
        work_list = live_list(connection, code)
        ids = assignments.in_states(connection, work_list.id, CANCELLABLE)
        closed = assignments.in_states(connection, work_list.id, [State.CLOSED])
        worklists.cancel_list(connection, work_list.id)
        values = {"reason": showable(reason).strip(), **taken_back(connection, ids)}
        ledger.record(connection, Entry(now, office_post(workspace, connection), "list.cancel", [code], values))
        return ListCancelled(code, work_list.title, reason, len(ids), len(closed), dry_run)


def cancel(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, reason: str) -> Done:
    """撤销 one assignment; its parents close when they are complete without it."""
    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError("撤销要写明原因", f"例：zeren cancel {code} --reason 已并入另一项")

    def decide(case: Case) -> Values:
        row = case.row
        family = [other for other in assignments.siblings(case.connection, row.occurrence_id) if other.id != row.id]
        share = case.lamp.policy(row.policy_id).close_share
        closing = parents_to_close(family, None, share, workspace.settings.chain, case.organisation)
        return {"reason": reason, **taken_back(case.connection, [row.id]), "rolled_up": closing}

    return act(workspace, Action.CANCEL, code, now, as_post, decide)


def taken_back(connection: Connection, ids: Sequence[int]) -> dict[str, Any]:
    """What an entry that cancels these assignments holds: enough to replay it, and its proof."""
    blocks = blocks_of(ids)
    return {"cancelled": blocks, "count": len(ids), "digest": ledger.digest_blocks(connection, blocks)}
