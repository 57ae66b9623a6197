"""退回反馈: a report that says nothing does not count (只写“推进中”), and its period is open again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from responsibility.core.assignment import Action
from responsibility.core.errors import ResponsibilityError
from responsibility.core.text import showable
from responsibility.store import ledger
from responsibility.store.ledger import Entry
from responsibility.usecases.verbs import Case, Done, Values, act
from responsibility.usecases.workspace import Workspace


def reject(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, reason: str) -> Done:
    """Take back the last report: its count goes, per cent and milestone are as before, its period is not answered."""
    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError("退回反馈要写明原因", f"例：zeren reject {code} --reason 只写了“推进中”，没有内容")

    def decide(case: Case) -> Values:
        last = _last_report(ledger.entries_about(case.connection, [case.row.id], []))
        if last is None:
            raise ResponsibilityError(
                f"{case.row.code} 没有可以退回的反馈：最近一次已经退回，或者还没有反馈过",
                f"看经过：zeren log {case.row.code}",
            )
        was = last.values.get("was", {})
        count = last.values.get("count") or 0
        back = {"of": last.seq, "count": count, "percent": was.get("percent")}
        done = was.get("milestones_done", case.row.milestones_done)
        # Each clock the report moved goes on from where it stood; one it started stands still.
        arms = {name: was.get("clocks", {}).get(name) for name in last.values.get("arms", ())}
        return {"reason": reason, **back, "milestones_done": done, "arms": arms}

    return act(workspace, Action.REJECT, code, now, as_post, decide)


def _last_report(entries: Sequence[Entry]) -> Entry | None:
    """The newest report that was not undone, unless it was rejected already."""
    gone = {entry.values["of"] for entry in entries if entry.act == "undo"}
    told = [entry for entry in entries if entry.act in (Action.REPORT, Action.REJECT) and entry.seq not in gone]
    return told[-1] if told and told[-1].act == Action.REPORT else None
