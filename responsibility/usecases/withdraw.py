"""Taking back (撤销): one assignment, or a list or an item with everything of it that is not closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import Action, State, states_for
from responsibility.core.errors import ResponsibilityError
from responsibility.core.summary import ItemCancelled, ListCancelled
from responsibility.core.text import showable
from responsibility.store import assignments, ledger, past, worklists
from responsibility.store.blocks import blocks_of
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import find_item, live_list
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
        stood = past.of_list(connection, code)
        worklists.cancel_list(connection, work_list.id)
        values = {"reason": showable(reason).strip(), **taken_back(connection, ids)}
        values |= past.was(stood, past.of_list(connection, code))
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
        rollup = case.lamp.policy(row.policy_id).rollup
        closing = parents_to_close(family, None, rollup, workspace.settings.chain, case.organisation)
        return {"reason": reason, **taken_back(case.connection, [row.id]), "rolled_up": closing}

    return act(workspace, Action.CANCEL, code, now, as_post, decide)


def cancel_item(
    workspace: Workspace, code: str, now: datetime, *, reason: str = "", dry_run: bool = False
) -> ItemCancelled:
    """Cancel what is open of one item, and list it no longer; closed assignments and the history stay."""
    with workspace.write(now, keep=not dry_run) as connection:
        row = _cancellable(connection, code)
        laid = assignments.of_item(connection, code)
        ids = sorted(one.id for one in laid if one.state in CANCELLABLE)
        if row.removed and not ids:
            raise ResponsibilityError(
                f"{code} 已经撤销或不再列出，也没有未销号的任务，没有改动", f"查看：zeren log {code}"
            )
        closed = sum(one.state == State.CLOSED for one in laid)
        stood = past.of_items(connection, [code])
        worklists.withdraw(connection, row.id)
        values = {"reason": showable(reason).strip(), **taken_back(connection, ids)}
        values |= past.was(stood, past.of_items(connection, [code]))
        ledger.record(connection, Entry(now, office_post(workspace, connection), "item.cancel", [code], values))
        return ItemCancelled(code, row.title, reason, len(ids), closed, dry_run)


def _cancellable(connection: Connection, code: str) -> Any:
    """The item, listed or not; refused where its list was cancelled or no item bears the code."""
    row = worklists.any_item(connection, code)
    if row is None or row.list_cancelled:
        return find_item(connection, code)
    return row


def taken_back(connection: Connection, ids: Sequence[int]) -> dict[str, Any]:
    """What an entry that cancels these assignments holds: enough to replay it, and its proof."""
    blocks = blocks_of(ids)
    return {"cancelled": blocks, "count": len(ids), "digest": ledger.digest_blocks(connection, blocks)}
